// An MCP server over stdio, guarded by itself: `npm install && npm run build` in vanguard-node, then `node examples/node/client.mjs`.
// In a project of your own: import { Guard } from 'vanguard-mcp'.
import { createRequire } from 'node:module';

const require = createRequire(new URL('../../vanguard-node/package.json', import.meta.url));
const { Guard } = require('vanguard-mcp');
const { McpServer } = require('@modelcontextprotocol/server');
const { serveStdio } = require('@modelcontextprotocol/server/stdio');
const z = require('zod');

const NOTES = { today: 'Water the plants.', keys: `The deploy key is ghp_${'Zq8LmN3vXc5Rt7Yw1KpB2sDfG4hJ6uE9aTiO'}` };
const text = (text) => ({ content: [{ type: 'text', text }] });

function build() {
  const server = new McpServer({ name: 'notes', version: '1.0.0' });
  server.registerTool('read_note', { description: 'Reads a note.', inputSchema: z.object({ name: z.string() }) }, ({ name }) =>
    text(NOTES[name] ?? 'There is no such note.'),
  );
  server.registerTool('run', { description: 'Says what it would run.', inputSchema: z.object({ command: z.string() }) }, ({ command }) =>
    text(`would run: ${command}`),
  );
  return server;
}

serveStdio(new Guard(undefined, { server: 'notes' }).factory(build));
