// The demo server over stdio: `v1` or `v2`, and `--guard` to be guarded by itself.
import { Guard } from '../index.mjs';
import { build } from './demo.mjs';

const [line, guard] = process.argv.slice(2);
const sdk = '@modelcontextprotocol';
const { McpServer } = await import(line === 'v1' ? `${sdk}/sdk/server/mcp.js` : `${sdk}/server`);
const { StdioServerTransport, serveStdio } = await import(
  line === 'v1' ? `${sdk}/sdk/server/stdio.js` : `${sdk}/server/stdio`
);
const make = () => build(McpServer);
const made = guard ? new Guard(undefined, { server: 'demo' }).factory(make) : make;
if (line === 'v1') await made().connect(new StdioServerTransport());
else serveStdio(made);
