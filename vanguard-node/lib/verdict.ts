import { types } from 'node:util';
import type * as native from '../native';
import { Blocked } from './errors';
import { encode, type Message } from './message';
import type { Action, Edit, Finding, Flow, Kind, VerdictObject, Versions } from './words';

/** What has to be known of a request to judge its answer. */
export class Origin {
  /** @internal */
  constructor(readonly native: native.Origin) {}

  /** The request's id. */
  get id(): number | string {
    return JSON.parse(this.native.id) as number | string;
  }

  /** The request's method. */
  get method(): string {
    return this.native.method;
  }

  /** The tool or prompt name, or the resource URI, that the request names. */
  get target(): string | undefined {
    return this.native.target ?? undefined;
  }
}

/** What happens to a message, and why. */
export class Verdict {
  /** What happens to the message. */
  readonly action: Action;
  /** A plain allow is a text until more is asked. */
  #from: native.Verdict | string;
  readonly #by: native.NativeInspector | undefined;
  #object: VerdictObject | undefined;

  /** @internal */
  constructor(from: native.Verdict | string, by?: native.NativeInspector) {
    this.#from = from;
    this.#by = by;
    this.action = typeof from === 'string' ? 'allow' : from.action;
  }

  get #native(): native.Verdict {
    if (typeof this.#from === 'string') this.#from = this.#by?.recall(this.#from) as native.Verdict;
    return this.#from;
  }

  /** Whether the message must not pass. */
  get isBlocked(): boolean {
    return this.action === 'block' || this.action === 'review';
  }

  /** What the findings compose to; in the profile `monitor` it can be stronger than `action`. */
  get would(): Action {
    return this.#native.would;
  }

  /** The direction of the message. */
  get flow(): Flow {
    return this.#native.flow;
  }

  /** What the message is, if that can be told. */
  get kind(): Kind | null {
    return this.#native.kind;
  }

  /** What was found, in the order of the layers. */
  get findings(): readonly Finding[] {
    return this.#read.findings;
  }

  /** Changes that let the message pass: sorted, not overlapping. */
  get edits(): readonly Edit[] {
    return this.#read.edits;
  }

  /** How many findings were left out. */
  get omitted(): number {
    return this.#read.omitted ?? 0;
  }

  /** What made it. */
  get versions(): Versions {
    return this.#read.versions;
  }

  /** For a request: what its answer will have to be judged by (`inReplyTo`). */
  get origin(): Origin | undefined {
    const origin = this.#native.origin;
    return origin ? new Origin(origin) : undefined;
  }

  /** For an answer: the request that it answers, if that is known. */
  get answers(): Origin | undefined {
    const origin = this.#native.answers;
    return origin ? new Origin(origin) : undefined;
  }

  /** One sentence for a person or a model: what was blocked and why. */
  get message(): string {
    return this.#native.message;
  }

  /** The answer to a blocked message: a JSON-RPC error on its id, or a tool result that says so. */
  errorResponse<T = unknown>(): T {
    return JSON.parse(this.#native.errorResponse()) as T;
  }

  /** The message as it may pass: itself if there are no edits, else a new one of the same type. */
  apply<M extends Message>(message: M): M {
    if (this.action !== 'edit') return message;
    const given = encode(message);
    const edited = this.#native.edited(typeof given === 'string' ? Buffer.from(given) : given);
    if (edited === null) return message;
    if (types.isUint8Array(message)) return edited as unknown as M;
    const text = edited.toString();
    return (typeof message === 'string' ? text : JSON.parse(text)) as M;
  }

  /** Throws `Blocked` if the message must not pass. */
  throwIfBlocked(): void {
    if (this.isBlocked) throw new Blocked(this);
  }

  /** The JSON text that `verdict.schema.json` describes, byte for byte the same in every language. */
  json(): string {
    return this.#native.json();
  }

  /** The same as an object. */
  toJSON(): VerdictObject {
    return structuredClone(this.#read);
  }

  /** In one line for people. */
  toString(): string {
    return this.#native.toString();
  }

  /** What `console.log` shows. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return `<Verdict ${this}>`;
  }

  get #read(): VerdictObject {
    this.#object ??= JSON.parse(this.#native.json()) as VerdictObject;
    return this.#object;
  }
}
