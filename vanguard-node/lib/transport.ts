import { randomUUID } from 'node:crypto';
import { mirrored } from './carriage';
import type { HeadersLike } from './context';
import type { Exchange, Outcome } from './exchange';
import type { Guard } from './guard';
import type { Origin } from './verdict';
import type { Flow } from './words';

/** What a transport of the MCP SDKs has, and what is like one. */
export interface TransportLike {
  // biome-ignore lint/suspicious/noExplicitAny: each SDK has its own message type
  send(message: any, options?: any): Promise<void>;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  onmessage?: ((message: any, extra?: any) => void) | undefined;
  onerror?: ((error: Error) => void) | undefined;
}

/** What connects to a transport: `Server`, `McpServer`, `Client`. */
export interface Connecting {
  // biome-ignore lint/suspicious/noExplicitAny: as above
  connect(transport: any, ...rest: any[]): Promise<unknown>;
}

type Incoming = (message: unknown, extra?: unknown) => void;

/** Stands in front of a transport: all its members are the transport's own, but `send` and `onmessage`. */
export function guardTransport<T extends TransportLike>(guard: Guard, inner: T, side?: 'client' | 'server'): T {
  const carrier = new Carrier(guard, inner, side);
  inner.onmessage = (message: unknown, extra?: unknown) => carrier.receive(message, extra);
  return new Proxy(inner, {
    get(target, key) {
      if (key === 'send') return carrier.send;
      if (key === 'onmessage') return carrier.incoming;
      const value: unknown = Reflect.get(target, key, target);
      // Methods want the transport itself, for its private members.
      return typeof value === 'function' && !String(key).startsWith('on') ? value.bind(target) : value;
    },
    set(target, key, value) {
      if (key !== 'onmessage') return Reflect.set(target, key, value, target);
      carrier.incoming = value as Incoming;
      return true;
    },
  });
}

class Carrier {
  incoming: Incoming | undefined;
  readonly #guard: Guard;
  readonly #inner: TransportLike;
  #side: 'client' | 'server' | undefined;
  #exchange: Exchange | undefined;
  /** Requests in flight, where each has a transport of its own and the session is the guard's. */
  #asked: Map<unknown, Origin> | undefined;

  constructor(guard: Guard, inner: TransportLike, side: 'client' | 'server' | undefined) {
    this.#guard = guard;
    this.#inner = inner;
    this.#side = side;
  }

  receive(message: unknown, extra: unknown): void {
    const act = ({ forward, reply }: Outcome<object>) => {
      if (reply !== undefined) {
        const relatedRequestId = (message as { id?: unknown }).id;
        // Who closed meanwhile waits for no answer.
        this.#inner.send(JSON.parse(reply), { relatedRequestId }).catch(() => {});
      }
      if (forward !== undefined) this.incoming?.(forward, extra);
    };
    const outcome = this.#judge(message, 'in', headersOf(extra));
    if (outcome.hold === undefined) act(outcome);
    else {
      this.#settle(outcome, message as object)
        .then((outcomes) => outcomes.forEach(act))
        .catch((error: unknown) => this.#inner.onerror?.(error as Error));
    }
  }

  readonly send = async (message: unknown, options?: unknown): Promise<void> => {
    const outcome = this.#judge(message, 'out');
    const outcomes = outcome.hold === undefined ? [outcome] : await this.#settle(outcome, message as object);
    const sent = outcomes.map(async ({ forward, reply }) => {
      // Its sender first notes that it waits.
      if (reply !== undefined) setImmediate(() => this.incoming?.(JSON.parse(reply)));
      if (forward !== undefined) await this.#inner.send(forward, options);
    });
    await Promise.all(sent);
  };

  #judge(message: unknown, way: 'in' | 'out', headers?: HeadersLike): Outcome<object> {
    this.#side ??= way === 'in' ? 'server' : 'client';
    const flow: Flow = (this.#side === 'server') === (way === 'in') ? 'to_server' : 'to_client';
    const exchange = this.#open();
    const id = (message as { id?: unknown } | null)?.id;
    const origin = flow === 'to_client' ? this.#asked?.get(id) : undefined;
    const outcome = exchange.handle(flow, message as object, origin, headers && mirrored(headers));
    if (outcome.hold === undefined) this.#noted(outcome, id);
    if (origin) this.#asked?.delete(id);
    return outcome;
  }

  /** What becomes of a message about which somebody is asked, and of those that speak of it. */
  async #settle(outcome: Outcome<object>, message: object): Promise<Outcome<object>[]> {
    const outcomes = await this.#guard.settle(this.#open(), outcome, message);
    if (outcomes[0]) this.#noted(outcomes[0], (message as { id?: unknown }).id);
    return outcomes;
  }

  #noted({ verdict }: Outcome<object>, id: unknown): void {
    if (this.#asked && verdict.flow === 'to_server' && verdict.origin) this.#asked.set(id, verdict.origin);
  }

  #open(): Exchange {
    if (this.#exchange === undefined) {
      const perRequest = (this.#inner as { hasPerRequestStream?: unknown }).hasPerRequestStream === true;
      if (perRequest) this.#asked = new Map();
      this.#exchange = this.#guard.exchange({
        answerer: true,
        ...(perRequest ? { partial: true } : { session: randomUUID() }),
      });
    }
    return this.#exchange;
  }
}

/** The headers of the HTTP request that brought a message, as both lines of the SDK tell them. */
function headersOf(extra: unknown): HeadersLike | undefined {
  return (extra as { requestInfo?: { headers?: HeadersLike } } | undefined)?.requestInfo?.headers;
}

/** Guards what `build` gives, when it connects. */
export function guardFactory<A extends unknown[], S extends Connecting | Promise<Connecting>>(
  guard: Guard,
  build: (...args: A) => S,
): (...args: A) => S {
  const guarded = (server: Connecting): Connecting => {
    const connect = server.connect.bind(server);
    server.connect = (transport: TransportLike, ...rest: unknown[]) =>
      connect(guardTransport(guard, transport, 'server'), ...rest);
    return server;
  };
  return (...args) => {
    const server = build(...args);
    return (server instanceof Promise ? server.then(guarded) : guarded(server)) as S;
  };
}
