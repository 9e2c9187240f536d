// The official TypeScript SDK behind one face, so that one scenario serves both of its lines (`client` 2.x and `sdk` 1.x).
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { nodeFolder } from './harness.mjs';

const require = createRequire(join(nodeFolder, 'package.json'));
const patience = 20_000; // ms for any one step: far above what a step takes, so that only a hang meets it

export const sdks = {
  'client 2.x': () => {
    const { Client } = require('@modelcontextprotocol/client');
    const { StdioClientTransport } = require('@modelcontextprotocol/client/stdio');
    return {
      Client,
      StdioClientTransport,
      options: { versionNegotiation: { mode: 'auto' } },
      onRequest: (client, method, handler) => client.setRequestHandler(method, handler),
      onNotification: (client, method, handler) => client.setNotificationHandler(method, handler),
    };
  },
  'sdk 1.x': () => {
    const { Client } = require('@modelcontextprotocol/sdk/client/index.js');
    const { StdioClientTransport } = require('@modelcontextprotocol/sdk/client/stdio.js');
    const types = require('@modelcontextprotocol/sdk/types.js');
    const schemas = Object.values(types).filter((schema) => schema?.shape?.method?.value);
    const named = (method) => schemas.find((schema) => schema.shape.method.value === method);
    return {
      Client,
      StdioClientTransport,
      options: {},
      onRequest: (client, method, handler) => client.setRequestHandler(named(method), handler),
      onNotification: (client, method, handler) => client.setNotificationHandler(named(method), handler),
    };
  },
};

/** Starts the command and connects as a client with every capability; `seen` collects what the server sent. */
export async function connect(sdk, command) {
  const { Client, StdioClientTransport, options, onRequest, onNotification } = sdk;
  const capabilities = { sampling: {}, elicitation: { form: {}, url: {} }, roots: { listChanged: true } };
  const client = new Client({ name: 'vanguard-peers', version: '1.0.0' }, { capabilities, ...options });
  const seen = { logs: [], updated: [], asked: [] };
  let changed = () => {};
  const keep = (list, pick) => (notification) => {
    list.push(pick(notification.params));
    changed();
  };
  onNotification(client, 'notifications/message', keep(seen.logs, (params) => String(params.data)));
  onNotification(client, 'notifications/resources/updated', keep(seen.updated, (params) => params.uri));
  onRequest(client, 'roots/list', async () => ({ roots: [{ uri: 'file:///srv/project', name: 'the project' }] }));
  onRequest(client, 'sampling/createMessage', async (request) => {
    seen.asked.push(request.params);
    return { role: 'assistant', content: { type: 'text', text: 'A dry answer.' }, model: 'stub-1', stopReason: 'endTurn' };
  });
  onRequest(client, 'elicitation/create', async (request) => {
    seen.asked.push(request.params);
    return request.params.mode === 'url' ? { action: 'accept' } : { action: 'accept', content: { name: 'Ada Lovelace', check: true } };
  });
  await client.connect(new StdioClientTransport({ command: command[0], args: command.slice(1), stderr: 'ignore' }), { timeout: patience });
  return {
    client,
    seen,
    timeout: patience,
    /** Waits until `there()`; looks again at each notification. */
    until: (what, there) =>
      new Promise((resolve, reject) => {
        const late = setTimeout(() => reject(new Error(`${what}: not within ${patience} ms; seen ${JSON.stringify(seen)}`)), patience);
        changed = () => {
          if (!there()) return;
          clearTimeout(late);
          changed = () => {};
          resolve();
        };
        changed();
      }),
  };
}
