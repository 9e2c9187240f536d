import { Blocked } from './errors';
import type { Exchange, Outcome } from './exchange';
import type { Guard } from './guard';

/** What an MCP server of the OpenAI Agents SDK has (`@openai/agents`: `MCPServerStdio`, `MCPServerStreamableHttp`, one's own). */
export interface McpServerLike {
  readonly name: string;
  // biome-ignore lint/suspicious/noExplicitAny: the SDK has its own types for tools and results
  listTools(): Promise<any[]>;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  callTool(toolName: string, args: Record<string, unknown> | null, ...rest: any[]): Promise<any>;
}

type Method = (...args: unknown[]) => Promise<unknown>;
type Fields = Record<string, unknown>;
type Answer = { result?: Fields; error?: { message: string } };

/** What of a result the SDK hangs on the content that `callTool` gives, where only who looks for it sees it. */
const HIDDEN = ['_meta', 'structuredContent', 'isError'] as const;

/** Stands in front of a server: all its members are the server's own, but those that ask it. */
export function guardMcpServer<S extends McpServerLike>(guard: Guard, inner: S): S {
  const asking = new Asking(guard, inner.name);
  return new Proxy(inner, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== 'function') return value;
      const method = value.bind(target) as Method;
      switch (key) {
        case 'listTools':
          return () => asking.ask('tools/list', {}, async () => ({ tools: await method() })).then(({ tools }) => tools);
        case 'callToolResult':
          return (name: string, args: Fields | null, ...rest: unknown[]) => asking.call(method, name, args, rest);
        case 'callTool':
          return async (name: string, args: Fields | null, ...rest: unknown[]) => {
            const call: Method = async (...given) => shown((await method(...given)) as Fields & unknown[]);
            return content(await asking.call(call, name, args, rest));
          };
        case 'listResources':
        case 'listResourceTemplates': {
          const asked = key === 'listResources' ? 'resources/list' : 'resources/templates/list';
          return (params?: Fields) => asking.ask(asked, params ?? {}, () => method(params));
        }
        case 'readResource':
          return (uri: string) => asking.ask('resources/read', { uri }, () => method(uri));
        default:
          return method;
      }
    },
  });
}

class Asking {
  readonly #guard: Guard;
  readonly #exchange: Exchange;
  #number = 0;

  constructor(guard: Guard, server: string) {
    this.#guard = guard;
    this.#exchange = guard.exchange({ server, partial: true, answerer: true });
  }

  /** Judges a request, lets it be answered with its `params` as they may pass, judges the answer. */
  async ask(method: string, params: Fields, answered: (params: Fields) => Promise<unknown>): Promise<Fields> {
    this.#number += 1;
    const id = this.#number;
    const call = { jsonrpc: '2.0', id, method, params };
    const asked = await this.#guard.handle(this.#exchange, 'to_server', call);
    const { origin } = asked.verdict;
    if (asked.forward === undefined) return unfold(asked.reply && JSON.parse(asked.reply), asked);
    let result: unknown;
    try {
      result = await answered(asked.forward.params);
    } catch (error) {
      // Its text may reach the model.
      const told = { code: -32603, message: error instanceof Error ? error.message : String(error) };
      const sent = { jsonrpc: '2.0', id, error: told };
      const outcome = await this.#guard.handle(this.#exchange, 'to_client', sent, origin);
      if (outcome.forward === sent) throw error;
      return unfold(outcome.forward as Answer | undefined, outcome);
    }
    const sent = { jsonrpc: '2.0', id, result };
    const outcome = await this.#guard.handle(this.#exchange, 'to_client', sent, origin);
    return outcome.forward === sent ? (result as Fields) : unfold(outcome.forward as Answer | undefined, outcome);
  }

  call(method: Method, name: string, args: Fields | null, rest: unknown[]): Promise<Fields> {
    const params = args === null ? { name } : { name, arguments: args };
    return this.ask('tools/call', params, (passed) => method(name, passed.arguments ?? null, ...rest));
  }
}

/** The result of an answer; its error is thrown. */
function unfold(answer: Answer | undefined, outcome: Outcome<object>): Fields {
  if (answer?.result !== undefined) return answer.result;
  if (outcome.verdict.isBlocked || answer?.error === undefined) throw new Blocked(outcome.verdict);
  throw new Error(answer.error.message);
}

/** The result that content belongs to. */
function shown(content: Fields & unknown[]): Fields {
  const rest = HIDDEN.map((key) => [key, content[key]]).filter(([, value]) => value !== undefined);
  return { content, ...Object.fromEntries(rest) };
}

/** The content of a result, with the rest of it hung on it as the SDK does. */
function content(result: Fields): unknown {
  const given = result.content as object;
  for (const key of HIDDEN) {
    if (result[key] !== undefined) {
      Object.defineProperty(given, key, { value: result[key], enumerable: false, configurable: true });
    }
  }
  return given;
}
