// The demo server over real HTTP, by the first line of the SDK, behind Express.
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { build } from './demo.mjs';

/** Serves until `run` is done: behind the middleware of `before`, its transports passed `through`. */
export async function served(run, { before = [], through = (transport) => transport } = {}) {
  const express = createRequire(import.meta.url)('express');
  const app = express();
  for (const middleware of before) app.use('/mcp', middleware);
  app.all('/mcp', async (request, response) => {
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: undefined,
      enableJsonResponse: request.query.json === '1',
    });
    await build(McpServer).connect(through(transport));
    await transport.handleRequest(request, response, request.body);
  });
  const server = createServer(app);
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  try {
    await run(`http://127.0.0.1:${server.address().port}/mcp`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}
