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

  /** What passes of a message to the client: the very bytes, others, or none for a refused question of the server. */
  answer(data: Uint8Array): Uint8Array {
    const { forward } = this.#exchange.handle('to_client', data, this.#origin);
    return forward ?? new Uint8Array();
  }
}
