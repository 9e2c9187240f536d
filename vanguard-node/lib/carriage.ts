import type { Guard } from './guard';
import type { Exchange, Origin } from './inspector';

/** What carries one request and its answer over HTTP. */
export class Carriage {
  readonly #exchange: Exchange;
  #origin: Origin | undefined;

  constructor(guard: Guard, session: string | undefined) {
    this.#exchange = guard.exchange({ session, partial: true });
  }

  /** Judges the body of a POST: what passes, or the status and body that answer it. */
  ask(body: Uint8Array): { passed: Uint8Array } | { status: number; answer: string } {
    const { forward, reply, verdict } = this.#exchange.handle('to_server', body);
    this.#origin = verdict.origin;
    if (forward !== undefined) return { passed: forward };
    // A refused notification is accepted and goes nowhere (MCP, transports: 202 without a body).
    return { status: reply === undefined ? 202 : 200, answer: reply ?? '' };
  }

  /**
   * What passes of a JSON body: MCP answers a GET by an event stream only, so JSON there is something else (health, say); and an error
   * of HTTP (of who checks tokens, say) need be no message.
   */
  body(data: Uint8Array, method: string | undefined, status: number): Uint8Array {
    return method !== 'POST' || (status >= 400 && !isMessage(data)) ? data : this.answer(data);
  }

  /** What passes of a message to the client: the very bytes, others, or none for a refused question of the server. */
  answer(data: Uint8Array): Uint8Array {
    const { forward } = this.#exchange.handle('to_client', data, this.#origin);
    return forward ?? new Uint8Array();
  }
}

/** Ends of paths where an authorization server beside the MCP server speaks OAuth, as does everything below `/.well-known/`. */
export function isOAuth(path: string): boolean {
  return /\/(?:authorize|token|register|revoke)$|\/\.well-known\//.test(path);
}

/** Whether somebody could read it as JSON-RPC. */
function isMessage(data: Uint8Array): boolean {
  try {
    const read: unknown = JSON.parse(Buffer.from(data).toString());
    return typeof read !== 'object' || read === null || Array.isArray(read) || 'jsonrpc' in read;
  } catch {
    return true;
  }
}
