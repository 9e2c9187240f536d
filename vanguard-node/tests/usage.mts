// Never run: that it compiles, strictly, keeps the types honest with those of the SDKs.
import { createMCPClient } from '@ai-sdk/mcp';
import { Experimental_StdioMCPTransport as StdioMCPTransport } from '@ai-sdk/mcp/mcp-stdio';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { Client as Client1 } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport as InMemory1 } from '@modelcontextprotocol/sdk/inMemory.js';
import { McpServer as Server1 } from '@modelcontextprotocol/sdk/server/mcp.js';
import { createMcpHandler, InMemoryTransport, McpServer } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { type MCPServer, MCPServerStdio } from '@openai/agents-core';
import {
  type Action,
  type Answerer,
  type AskingLayer,
  Blocked,
  ConfigError,
  Exchange,
  type Found,
  Guard,
  type Inspection,
  Inspector,
  type Origin,
  semanticScore,
} from '../index.mjs';

export async function usage(): Promise<Action> {
  const inspector = new Inspector(['vanguard.yaml', { profile: 'strict' }, new URL('file:///etc/vanguard.json')], {
    safeZones: ['/srv'],
  });
  const verdict = inspector.inspect(new Uint8Array(), { flow: 'to_client', headers: new Headers(), roles: ['r'] });
  const origin: Origin | undefined = verdict.origin;
  await inspector.inspectAsync({ jsonrpc: '2.0' }, { inReplyTo: origin });
  // @ts-expect-error a number is no message
  inspector.inspect(7);
  // @ts-expect-error no such direction
  inspector.inspect('', { flow: 'up' });

  const guard = new Guard(inspector, { server: 'files', audit: (record: string) => console.log(record) });
  const [one, other] = InMemoryTransport.createLinkedPair();
  await new McpServer({ name: 's', version: '1' }).connect(guard.transport(one));
  await new Client({ name: 'c', version: '1' }).connect(guard.transport(other, { side: 'client' }));
  await new Client({ name: 'c', version: '1' }).connect(guard.transport(new StdioClientTransport({ command: 'x' })));
  const [first, second] = InMemory1.createLinkedPair();
  await new Server1({ name: 's', version: '1' }).connect(guard.transport(first));
  await new Client1({ name: 'c', version: '1' }).connect(guard.transport(second));
  const handler = createMcpHandler(guard.factory(() => new McpServer({ name: 's', version: '1' })));
  serveStdio(guard.factory(async () => new McpServer({ name: 's', version: '1' })));
  const fetches: (request: Request) => Promise<Response> | Response = guard.fetch((request) => handler.fetch(request));
  await fetches(new Request('http://x.test'));

  const mcpServers: MCPServer[] = [guard.mcpServer(new MCPServerStdio({ command: 'x' }))];
  await createMCPClient({ transport: guard.transport(new StdioMCPTransport({ command: 'x' })) });
  const layer = ({ fields }: Inspection): Found[] => fields.map(({ text }) => ({ rule: text, severity: 'low' }));
  const layered = new Inspector(null, { semanticLayers: [layer] });
  const asking: AskingLayer = {
    plan: ({ target }) => [{ question: `${target}?`, body: new Uint8Array() }],
    judge: (_, [answer]) => (answer instanceof Error ? { rule: answer.message } : null),
  };
  const answerer: Answerer = async ({ url, body, key }, { signal }) => {
    const headers = key ? { [key.header]: key.prefix + process.env[key.variable] } : {};
    const response = await fetch(url, { method: 'POST', headers, body: Buffer.from(body), signal });
    return new Uint8Array(await response.arrayBuffer());
  };
  await new Inspector(null, { semanticLayers: [asking] }).inspectAsync('', { flow: 'to_server' }, { answerer });
  // @ts-expect-error an inspection does not wait
  new Inspector(null, { semanticLayers: [async () => []] });
  const risks: ('normal' | 'elevated' | 'high' | 'critical')[] = layered.sessions().map(({ risk }) => risk);
  const bands = semanticScore('x', { at: 'metadata', words: 3 }).map(({ band }) => band);
  console.log(mcpServers, risks, bands, verdict.findings[0]?.retry_after);

  const bytes: Uint8Array | undefined = new Exchange(inspector).handle('to_server', new Uint8Array()).forward;
  try {
    verdict.throwIfBlocked();
  } catch (error) {
    if (error instanceof Blocked) return error.verdict.action;
    if (error instanceof ConfigError) console.error(error.file, error.line, bytes);
  }
  return verdict.findings[0]?.action ?? 'allow';
}
