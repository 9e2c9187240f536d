import { types } from 'node:util';
import * as native from '../native';
import type { Answerer } from './ask';
import { defined, type HeadersLike, originOf, pairsOf } from './context';
import { reasonOf, typed } from './errors';
import { Inspector } from './inspector';
import { alike, encode, type Message, unshared } from './message';
import { type Origin, Verdict } from './verdict';
import type { Flow, Framing } from './words';

/** What stays the same for every message of a connection. */
export interface Session {
  /** The server's configured name. */
  server?: string | undefined;
  /** The session's name. */
  session?: string | undefined;
  /** The tenant, where one host serves many. */
  tenant?: string | undefined;
  /** The authenticated user or agent. */
  principal?: string | undefined;
  /** How the carrier frames messages. */
  framing?: Framing | undefined;
  /** The carrier sees only some of the messages: what answers what comes with `handle`. */
  partial?: boolean | undefined;
  /** Plain allows are recorded too. */
  recordAllows?: boolean | undefined;
  /** Takes each record, a line of JSON, before the decision takes effect. */
  audit?: ((record: string) => void) | undefined;
  /** What waits for answers is handed to `settle`. Without it questions stay open (`when_undecided`). */
  answerer?: boolean | undefined;
}

/** Names a message that waits for answers. */
export interface Hold {
  /** @internal */
  readonly ticket: native.NativeTicket;
  /** @internal */
  readonly asks: native.NativeQuery[];
}

/** What to do with one message, in this order: write `record`, then send `forward` and `reply`. */
export interface Outcome<M extends Message> {
  /** To send on: the very message if nothing changed, else one of the same type. */
  forward: M | undefined;
  /** To send back to whoever sent it, as JSON. */
  reply: string | undefined;
  /** The status of HTTP that goes with it: 400 where the headers of a request contradict its body, else 200; 202 where nobody waits for one. */
  status: number;
  /** To write down before anything is sent, as one line of JSON; absent for plain allows. */
  record: string | undefined;
  /** The message waits: `settle` asks, and says what becomes of it. Only of an exchange that has an `answerer`. */
  hold: Hold | undefined;
  /** The verdict it comes from. */
  verdict: Verdict;
}

/** One connection between a client and a server: takes messages of both directions and says what to do with each. */
export class Exchange {
  readonly #inspector: Inspector;
  readonly #native: native.NativeExchange;
  readonly #audit: ((record: string) => void) | null;

  /** One for each connection; of a carrier that sees everything, or of one that sees some (`partial`). */
  constructor(inspector: Inspector, session: Session = {}) {
    if (!(inspector instanceof Inspector))
      throw new TypeError('an exchange is of an Inspector: new Exchange(new Inspector())');
    const { audit, ...rest } = session;
    if (audit !== undefined && typeof audit !== 'function') throw new TypeError('`audit` is a function');
    this.#inspector = inspector;
    this.#native = typed(() => new native.NativeExchange(inspector.native, defined(rest)));
    this.#audit = audit ? audited(audit) : null;
  }

  /**
   * Judges one message and says what to do with it. The record goes to `audit` first; if that throws, the message is refused. `headers`: of
   * the HTTP request whose body it is; a request that they contradict is refused.
   */
  handle<M extends Message>(
    flow: Flow,
    message: M,
    inReplyTo?: Origin | Verdict | null,
    headers?: HeadersLike,
  ): Outcome<M> {
    const own = unshared(message);
    const given = this.#inspector.encode(own);
    const pairs = headers && pairsOf(headers);
    const handled = typed(() => this.#native.handle(flow, given, originOf(inReplyTo), pairs, this.#audit));
    if (typeof handled !== 'string') return told(handled, own);
    const verdict = new Verdict(handled, this.#inspector.native);
    return { forward: own, reply: undefined, status: 202, record: undefined, hold: undefined, verdict };
  }

  /**
   * Asks about a message that waits (`outcome.hold`), as `inspectAsync` does, until it is known what becomes of it: its own outcome, then
   * those of messages that waited behind it.
   */
  async settle<M extends Message>(outcome: Outcome<M>, message: M, answerer?: Answerer): Promise<Outcome<M>[]> {
    const answers: native.NativeAnswer[] = [];
    // What is sent later may stand in the same buffer.
    const given = types.isUint8Array(message) ? new Uint8Array(message) : encode(message);
    let outcomes = [outcome];
    for (let hold = outcome.hold; hold !== undefined; hold = outcomes[0]?.hold) {
      const { ticket, asks } = hold;
      answers.push(...(await this.#inspector.ask(asks, answerer)));
      outcomes = this.#native.answered(ticket, answers, given, this.#audit).map((one) => told(one, message));
    }
    return outcomes;
  }

  /** The server is gone: an error for each request of the client that it has not answered, oldest first. */
  closed(): string[] {
    return this.#native.closed();
  }
}

function told<M extends Message>(outcome: native.NativeOutcome, message: M): Outcome<M> {
  const changed = outcome.forward;
  const ticket = outcome.takeHold();
  return {
    forward: outcome.unchanged ? message : changed == null ? undefined : alike(message, changed),
    reply: outcome.reply ?? undefined,
    status: outcome.status,
    record: outcome.record ?? undefined,
    hold: ticket === null ? undefined : { ticket, asks: outcome.takeAsks() },
    verdict: new Verdict(outcome.takeVerdict() as native.Verdict),
  };
}

/** `audit`, whose failure is told as a warning too: who is refused only reads that the record failed. */
function audited(audit: (record: string) => void): (record: string) => void {
  return (record) => {
    try {
      audit(record);
    } catch (error) {
      const why = `the audit sink failed: ${reasonOf(error)}`;
      process.emitWarning(why, 'VanguardWarning');
      // Whatever was thrown: the native module takes errors only.
      throw new Error(why);
    }
  };
}
