// A guard asks the model of the configuration, whatever carries the messages: over real HTTP, while other messages pass.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server';
import { Exchange, Guard, Inspector } from '../index.mjs';
import { build } from './demo.mjs';
import { answer, BAD, FINE, inspectorAt, served } from './model.mjs';

const callOf = (id, command) => ({
  jsonrpc: '2.0',
  id,
  method: 'tools/call',
  params: { name: 'run', arguments: { command } },
});
const ran = ({ id, params }) => ({
  jsonrpc: '2.0',
  id,
  result: { content: [{ type: 'text', text: `ran ${params.arguments.command}` }] },
});
const read = ({ result, error }) => {
  if (error) throw new Error(error.message);
  return result.content[0].text;
};

/** With a client of the SDK, over `transport`. */
async function client(transport, run) {
  const client = new Client({ name: 'tests', version: '1.0.0' }, { versionNegotiation: { mode: 'auto' } });
  await client.connect(transport);
  try {
    await run(async (command) => read({ result: await client.callTool({ name: 'run', arguments: { command } }) }));
  } finally {
    await client.close();
  }
}

/** Each gives what runs a command through the guard. */
const carriers = {
  transport: (guard, run) => {
    const args = [fileURLToPath(new URL('demo-server.mjs', import.meta.url)), 'v2'];
    return client(guard.transport(new StdioClientTransport({ command: process.execPath, args })), run);
  },
  factory: (guard, run) => {
    const handler = createMcpHandler(guard.factory(() => build(McpServer)));
    const straight = (url, init) => handler.fetch(new Request(url, init));
    return client(new StreamableHTTPClientTransport(new URL('http://demo.test/mcp'), { fetch: straight }), run);
  },
  fetch: (guard, run) => {
    const handler = guard.fetch(async (request) => Response.json(ran(await request.json())));
    return run(async (command) => {
      const body = JSON.stringify(callOf(1, command));
      return read(await (await handler(new Request('http://demo.test/mcp', { method: 'POST', body }))).json());
    });
  },
  express: async (guard, run) => {
    const guarded = guard.express();
    const server = createServer((request, response) =>
      guarded(request, response, () => {
        response.writeHead(200, ['content-type', 'text/event-stream', 'x-two', '1', 'x-two', '2']);
        response.write(`data: ${JSON.stringify(ran(request.body))}\n\n`);
        response.end();
      }),
    );
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      await run(async (command) => {
        const body = JSON.stringify(callOf(1, command));
        const response = await fetch(`http://127.0.0.1:${server.address().port}/mcp`, { method: 'POST', body });
        const text = await response.text();
        if (text.startsWith('data: ')) assert.equal(response.headers.get('x-two'), '1, 2');
        return read(JSON.parse(text.replace(/^data: /, '')));
      });
    } finally {
      server.closeAllConnections();
      server.close();
    }
  },
  mcpServer: (guard, run) => {
    const server = guard.mcpServer({
      name: 'own',
      listTools: async () => [],
      callTool: async (_, { command }) => [{ type: 'text', text: `ran ${command}` }],
    });
    return run(async (command) => (await server.callTool('run', { command }))[0].text);
  },
};

for (const [name, carrier] of Object.entries(carriers)) {
  test(`every carrier asks: ${name}`, () => {
    const replies = [
      [200, answer(FINE)],
      [200, answer(BAD)],
      [200, 'garbage'],
    ];
    return served(replies, (url, asked) =>
      carrier(new Guard(inspectorAt(url), { server: 'demo' }), async (run) => {
        assert.equal(await run('make all the beds'), 'ran make all the beds');
        await assert.rejects(run('make all the bets'), /blocked by Vanguard/);
        // Without an answer `when_undecided` decides.
        await assert.rejects(run('make all the meds'), /blocked by Vanguard/);
        const texts = asked.map(({ body }) => /beds|bets|meds/.exec(JSON.stringify(body))[0]);
        assert.deepEqual(texts, ['beds', 'bets', 'meds']);
      }),
    );
  });
}

/** A transport, and what passed through it. */
function wire(guard, side = 'client') {
  const sent = [];
  const heard = [];
  const inner = { send: async (message) => void sent.push(message) };
  const transport = guard.transport(inner, { side });
  transport.onmessage = (message) => heard.push(message);
  return { inner, transport, sent, heard };
}

const cancel = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } };
const ping = { jsonrpc: '2.0', id: 2, method: 'ping' };

test('later messages pass, and what speaks of a held one stays behind it', () =>
  served([[200, answer(FINE)]], async (url, asked) => {
    let go;
    asked.go = new Promise((resolve) => {
      go = resolve;
    });
    const { transport, sent } = wire(new Guard(inspectorAt(url)));
    const call = callOf(1, 'make');
    const passed = transport.send(call);
    await transport.send(cancel);
    await transport.send(ping);
    assert.deepEqual(sent, [ping]);
    go();
    await passed;
    assert.deepEqual(sent, [ping, call, cancel]);
    assert.equal(sent[1], call, 'the very object');
  }));

test('a refused call is answered, whichever way it goes', () =>
  served([[200, answer(BAD)]], async (url) => {
    const { transport, sent, heard } = wire(new Guard(inspectorAt(url)));
    await transport.send(callOf(1, 'make'));
    await new Promise(setImmediate);
    assert.deepEqual([sent.length, heard[0].id, heard[0].error.code], [0, 1, -31403]);
    const { inner, heard: reached } = wire(new Guard(inspectorAt(url)), 'server');
    const answered = new Promise((resolve) => {
      inner.send = async (message) => resolve(message);
    });
    inner.onmessage(callOf(7, 'make'));
    const { id, error } = await answered;
    assert.deepEqual([reached.length, id, error.code], [0, 7, -31403]);
  }));

/** A layer that asks about every message. */
const everything = {
  plan: ({ kind, message }) => [{ question: 'may it?', body: `${kind} ${message}`, deadline: 30 }],
  judge: (_, [said]) =>
    said === undefined || String(said) === 'yes' ? null : { rule: 'OWN-NO', severity: 'critical' },
};
const answerer = async ({ body }) => {
  await new Promise(setImmediate);
  return Buffer.from(body).includes('poison') ? 'no' : 'yes';
};
const event = (data) =>
  `data: ${JSON.stringify({ jsonrpc: '2.0', method: 'notifications/message', params: { level: 'info', data } })}\n\n`;

test('a stream keeps its order', async () => {
  const guard = new Guard(new Inspector(null, { semanticLayers: [everything] }), { answerer });
  const events = ['one', 'poison', 'three'].map(event);
  const handler = guard.fetch(
    () => new Response(ReadableStream.from(events.map((text) => Buffer.from(text))), { headers: { 'content-type': 'text/event-stream' } }),
  ); // biome-ignore format: one thought
  assert.equal(await (await handler(new Request('http://demo.test/mcp'))).text(), events[0] + events[2]);
  const middleware = guard.express();
  const server = createServer((request, response) =>
    middleware(request, response, () => {
      response.setHeader('content-type', 'text/event-stream');
      for (const text of events) response.write(text);
      response.end(event('four'));
    }),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const body = await (await fetch(`http://127.0.0.1:${server.address().port}/mcp`)).text();
  server.closeAllConnections();
  server.close();
  assert.equal(body, events[0] + events[2] + event('four'));
});

test('an exchange by hand', async () => {
  const inspector = new Inspector(null, { semanticLayers: [everything] });
  const call = JSON.stringify(callOf(1, 'make'));
  const plain = new Exchange(inspector).handle('to_server', call);
  assert.ok(plain.hold === undefined && plain.verdict.toJSON().undecided.length === 1);

  const records = [];
  const audit = (record) => records.push(record);
  const exchange = new Exchange(inspector, { answerer: true, recordAllows: true, audit });
  const held = exchange.handle('to_server', call);
  assert.deepEqual([held.forward, held.reply, held.record, records], [undefined, undefined, undefined, []]);
  const [outcome] = await exchange.settle(held, call, answerer);
  assert.deepEqual([outcome.forward, outcome.record], [call, records[0]]);
  assert.deepEqual(await exchange.settle(held, call, answerer), []);
});
