import { type BodyKind, bodyJudged, bodyKind } from './body';
import { type HeadersLike, pairsOf } from './context';
import { Events } from './events';
import type { Exchange } from './exchange';
import type { Guard } from './guard';
import type { Origin } from './verdict';

/** What carries one request and its answer over HTTP. What it gives is a promise only where somebody is asked. */
export class Carriage {
  readonly #guard: Guard;
  readonly #exchange: Exchange;
  #origin: Origin | undefined;
  /** A message was asked. */
  #asked = false;

  constructor(guard: Guard, session: string | undefined) {
    this.#guard = guard;
    this.#exchange = guard.exchange({ session, partial: true, answerer: true });
  }

  /** Judges the body of a POST to `path` that came with these headers: what passes, or the status and body that answer it. */
  async ask(
    body: Uint8Array,
    headers: HeadersLike,
    path: string,
  ): Promise<{ passed: Uint8Array } | { status: number; answer: string }> {
    // A path is what the client likes, and a handler below a prefix doesn't look at it: it excuses no message.
    if (isOAuth(path) && !bodyJudged('perhaps', body)) return { passed: body };
    this.#asked = true;
    const { forward, reply, status, verdict } = await this.#guard.handle(
      this.#exchange,
      'to_server',
      body,
      undefined,
      mirrored(headers),
    );
    this.#origin = verdict.origin;
    if (forward !== undefined) return { passed: forward };
    // A refused notification is accepted and goes nowhere (MCP, transports: 202 without a body).
    return { status, answer: reply ?? '' };
  }

  /** What an answer carries, by its fields `content-type`. */
  kind(contentTypes: string[], status: number): BodyKind {
    return bodyKind(contentTypes, this.#asked, status);
  }

  /** What passes of a body of that kind. */
  body(kind: BodyKind, data: Uint8Array): Uint8Array | Promise<Uint8Array> {
    return bodyJudged(kind, data) ? this.answer(data) : data;
  }

  /** What judges the events of an answer. */
  events(): Events {
    return new Events((data) => this.answer(data), this.#guard.inspector.native.messageLimit);
  }

  /** What passes of a message to the client: the very bytes, others, or none for a refused question of the server. */
  answer(data: Uint8Array): Uint8Array | Promise<Uint8Array> {
    const outcome = this.#guard.handle(this.#exchange, 'to_client', data, this.#origin);
    if (outcome instanceof Promise) return outcome.then(({ forward }) => forward ?? new Uint8Array());
    return outcome.forward ?? new Uint8Array();
  }
}

/** Ends of paths where an authorization server beside the MCP server speaks OAuth, as does everything below `/.well-known/`. */
export function isOAuth(path: string): boolean {
  return /\/(?:authorize|token|register|revoke)$|\/\.well-known\//.test(path);
}

/** What the headers of an HTTP request say of its body, as text: what reads HTTP gives each byte as a character. */
export function mirrored(headers: HeadersLike): [string, string][] {
  const named = pairsOf(headers).filter(([name = '']) => /^mcp-/i.test(name));
  return named.map(([name = '', value = '']) => [name, Buffer.from(value, 'latin1').toString()]);
}
