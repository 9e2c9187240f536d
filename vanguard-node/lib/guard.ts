import { randomUUID } from 'node:crypto';
import { guardMcpServer, type McpServerLike } from './agents';
import type { Answerer } from './ask';
import { onlyKnown } from './config';
import type { HeadersLike } from './context';
import { Exchange, type Outcome } from './exchange';
import { guardExpress, type Handler } from './express';
import { type FetchHandler, guardFetch } from './fetch';
import { Inspector } from './inspector';
import type { Message } from './message';
import { type Connecting, guardFactory, guardTransport, type TransportLike } from './transport';
import type { Origin } from './verdict';
import type { Flow } from './words';

/** The context that every message of a guard has, and where its records go. */
export interface GuardOptions {
  /** The server's configured name. */
  server?: string | undefined;
  /** The session; by default one of the guard's own. */
  session?: string | undefined;
  /** The tenant, where one host serves many. */
  tenant?: string | undefined;
  /** The authenticated user or agent. */
  principal?: string | undefined;
  /**
   * Takes a line of JSON for each decision other than a plain allow, before the decision takes effect. If it throws, the message is
   * refused: a decision that nobody can look up later is not carried out.
   */
  audit?: ((record: string) => void) | undefined;
  /** Plain allows are recorded too. */
  recordAllows?: boolean | undefined;
  /** Sends questions in place of the built-in client, as with `inspectAsync`. */
  answerer?: Answerer | undefined;
}

const OPTIONS: Record<keyof GuardOptions, true> = {
  server: true,
  session: true,
  tenant: true,
  principal: true,
  audit: true,
  recordAllows: true,
  answerer: true,
};

/**
 * Carries the messages of an SDK past an inspector and does what its verdicts say.
 *
 * A refused request is answered with a JSON-RPC error on its id (or an `isError` result: `denyAs: 'tool_result'`), a refused answer
 * becomes an error for who asked, a refused notification is dropped; secrets are redacted. What passes without edits passes as it is.
 *
 * Every hook asks the model of the configuration about what the engine left open, as `inspectAsync` does; meanwhile later messages pass.
 */
export class Guard {
  /** The inspector that decides. */
  readonly inspector: Inspector;
  readonly #options: GuardOptions;
  readonly #session: string;

  /** Of an inspector, by default one with the built-in rules; `options` are what is the same for every message. */
  constructor(inspector: Inspector = new Inspector(), options: GuardOptions = {}) {
    if (!(inspector instanceof Inspector)) {
      throw new TypeError('a guard is of an Inspector: new Guard(new Inspector(config), { server })');
    }
    onlyKnown(options, OPTIONS, 'Guard');
    this.inspector = inspector;
    this.#options = options;
    this.#session = options.session ?? randomUUID();
  }

  /**
   * Opens an exchange for a connection; `partial` if only some of its messages are seen; `server` where the guard has no name for it;
   * `answerer` if you `settle` what waits for answers.
   */
  exchange(
    about: {
      server?: string | undefined;
      session?: string | undefined;
      principal?: string | undefined;
      partial?: boolean;
      answerer?: boolean;
    } = {},
  ): Exchange {
    const { server, session, principal, partial, answerer } = about;
    const { answerer: _, ...rest } = this.#options;
    return new Exchange(this.inspector, {
      ...rest,
      answerer,
      server: this.#options.server ?? server,
      session: session ?? this.#session,
      principal: principal ?? this.#options.principal,
      partial,
    });
  }

  /**
   * What becomes of a message of an exchange in which no other waits behind it; a promise where somebody is asked.
   * @internal
   */
  handle<M extends Message>(
    exchange: Exchange,
    flow: Flow,
    message: M,
    inReplyTo?: Origin,
    headers?: HeadersLike,
  ): Outcome<M> | Promise<Outcome<M>> {
    const outcome = exchange.handle(flow, message, inReplyTo, headers);
    if (outcome.hold === undefined) return outcome;
    return this.settle(exchange, outcome, message).then(([settled]) => settled as Outcome<M>);
  }

  /**
   * What becomes of a message about which somebody is asked, and of those that waited behind it.
   * @internal
   */
  settle<M extends Message>(exchange: Exchange, outcome: Outcome<M>, message: M): Promise<Outcome<M>[]> {
    return exchange.settle(outcome, message, this.#options.answerer);
  }

  /**
   * Guards a transport of the MCP SDKs, a client's or a server's, or one with the same members (`createMCPClient({ transport: guard.transport(…) })` of the Vercel AI SDK):
   * `await server.connect(guard.transport(new StdioServerTransport()))`. Every message of both directions is seen.
   * Which side it is shows the first message, since clients begin; `side` says it before.
   */
  transport<T extends TransportLike>(transport: T, about: { side?: 'client' | 'server' } = {}): T {
    return guardTransport(this, transport, about.side);
  }

  /**
   * Guards an MCP server of the OpenAI Agents SDK: `new Agent({ mcpServers: [guard.mcpServer(new MCPServerStdio(…))] })`. Listings, calls,
   * resources and their answers are seen. A refused call throws `Blocked`; with `denyAs: 'tool_result'` the model reads why.
   */
  mcpServer<S extends McpServerLike>(server: S): S {
    return guardMcpServer(this, server);
  }

  /** Guards whatever a factory builds, when it connects: `createMcpHandler(guard.factory(build))`, `serveStdio(guard.factory(build))`. */
  factory<A extends unknown[], S extends Connecting | Promise<Connecting>>(
    build: (...args: A) => S,
  ): (...args: A) => S {
    return guardFactory(this, build);
  }

  /** Guards a handler of web requests (Hono, Bun, Deno, `createMcpHandler(…).fetch`): the bytes of bodies and of event streams. */
  fetch<A extends unknown[]>(handler: FetchHandler<A>): FetchHandler<A> {
    return guardFetch(this, handler);
  }

  /**
   * Middleware for Express and Connect, before any that reads bodies: `app.use('/mcp', guard.express())`. What passes stands, parsed,
   * in `req.body`, as `express.json()` would leave it.
   */
  express(): Handler {
    return guardExpress(this);
  }
}
