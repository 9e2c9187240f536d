// A model to ask: a server that speaks OpenAI's protocol as far as it has to, over real HTTP.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { Inspector } from '../index.mjs';

export const BAD = { score: 95, category: 'execution', reason: 'it runs what nobody asked for' };
export const FINE = { score: 3, category: 'benign', reason: 'housework' };
export const answer = (judgement) =>
  JSON.stringify({
    choices: [{ finish_reason: 'stop', message: { role: 'assistant', content: JSON.stringify(judgement) } }],
  });
process.env.TEST_MODEL_KEY = 'sk-secret';

/** Asks about every call of a tool whose name begins so. */
export const ASKS = { capabilities: { 'run*': 'exec' }, when_undecided: 'block' };

export const inspectorAt = (url, llm = {}) =>
  new Inspector({
    semantic: { llm: { url, key_env: 'TEST_MODEL_KEY', model: 'judge-1', ...llm } },
    ...ASKS,
  });

/** Runs with a server that speaks OpenAI's protocol as far as it has to; it says each of `replies` once, then the last again. */
export async function served(replies, run) {
  const asked = [];
  // A test may let them wait.
  asked.go = Promise.resolve();
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const part of request) body += part;
    asked.push({ path: request.url, headers: request.headers, body: JSON.parse(body) });
    await asked.go;
    const [status, said] = replies.length > 1 ? replies.shift() : replies[0];
    if (status === 0) return;
    response.writeHead(status, { 'retry-after': status === 429 ? '0' : [], location: '/elsewhere' });
    response.end(said);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    await run(`http://127.0.0.1:${server.address().port}/v1`, asked);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}
