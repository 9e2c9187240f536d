import { readFileSync } from 'node:fs';
import { types } from 'node:util';
import * as native from '../native';
import { type Answerer, Asker, answered } from './ask';
import { Blocked, DecodeError, known, reasonOf, typed } from './errors';
import * as layer from './layer';

/** What happens to a message; later ones are stronger. */
export type Action = 'allow' | 'warn' | 'edit' | 'review' | 'block';
/** The way a message travels: a server's question to the client flows to the client. */
export type Flow = 'to_server' | 'to_client';
/** How a carrier marks where a message ends. */
export type Framing = 'body' | 'line';
/** What a message is. */
export type Kind = 'request' | 'notification' | 'result' | 'error';
/** How bad it is if a finding is right. */
export type Severity = 'info' | 'low' | 'medium' | 'high' | 'critical';
/** How sure a finding is. */
export type Confidence = 'low' | 'medium' | 'high';
/** A set of defaults. */
export type Profile = 'monitor' | 'balanced' | 'strict';
/** A JSON-RPC message. Bytes are best: what was inspected is then what is parsed. */
export type Message = Uint8Array | string | object;
/** The path of a configuration file, or an object with the same keys. */
export type Config = string | URL | { readonly [key: string]: unknown };

/** What code says beside configurations. */
export interface InspectorOptions {
  /** Whatever the configuration says. */
  profile?: Profile;
  /** How blocked requests are answered: with a JSON-RPC error, or a `tools/call` with an `isError` result. */
  denyAs?: 'error' | 'tool_result';
  /** Directories that tools may read and write; with one, paths outside all of them are blocked. */
  safeZones?: readonly string[];
  /** Warns of arguments and results that are not what the tool's own schemas say. */
  checkSchemas?: boolean;
  /** Layers of your own, which judge after the built-in ones. Asked on the thread that inspects, so keep them short. */
  semanticLayers?: readonly layer.SemanticLayer[];
}

/** What is known of one session. No content: counts, levels, names. */
export type BehaviorExport = native.BehaviorExport;

/** Headers as pairs, or by name. */
export type HeadersLike =
  | Iterable<readonly [string, string]>
  | { readonly [name: string]: string | readonly string[] | undefined };

/** What comes with a message. What is left out is unknown, never assumed. */
export interface Context {
  /** The direction, where the message does not say it. */
  flow?: Flow | undefined;
  /** The server's configured name. */
  server?: string | undefined;
  /** The session, as the carrier names it. */
  session?: string | undefined;
  /** The tenant, where one host serves many. */
  tenant?: string | undefined;
  /** The authenticated user or agent. */
  principal?: string | undefined;
  /** Roles of the principal. */
  roles?: readonly string[] | undefined;
  /** OAuth scopes of the principal. */
  scopes?: readonly string[] | undefined;
  /** Transport headers: pairs, a `Headers` or a `Map`, or an object as Node's `request.headers`. */
  headers?: HeadersLike | undefined;
  /** The protocol version the carrier negotiated (`2025-11-25`). */
  protocol?: string | undefined;
  /** What the user of this session said it is for. */
  intent?: string | undefined;
  /** How the carrier frames messages. */
  framing?: Framing | undefined;
  /** Whether the inspector sees every message of both directions. */
  full?: boolean | undefined;
  /** When it happened, in seconds since 1970. */
  at?: number | undefined;
  /** The request that this message answers: from that request's verdict. */
  inReplyTo?: Origin | Verdict | null | undefined;
}

/** One thing that was found. */
export interface Finding {
  rule: string;
  layer: 'l0' | 'l1' | 'l2' | 'l3' | 'policy';
  severity: Severity;
  confidence: Confidence;
  action: Action;
  /** RFC 6901. */
  pointer: string;
  /** First byte and one past the last, in the message as it came. */
  span: [number, number];
  /** What was seen, decoded and short; secrets are masked. */
  evidence: string;
  taxonomy: Record<string, string[]>;
  reason: string;
  /** The line of configuration that would allow it. */
  allow: string;
  /** Seconds after which it may be tried again, where time mends it. */
  retry_after?: number;
}

/** One change to a message. */
export interface Edit {
  op: 'replace' | 'remove';
  pointer: string;
  span: [number, number];
  value?: string;
}

/** The three versions that explain a verdict a year later. */
export interface Versions {
  crate: string;
  packs: string;
  config: string;
}

/** A verdict as `verdict.schema.json` describes it. */
export interface VerdictObject {
  action: Action;
  would: Action;
  flow: Flow;
  kind: Kind | null;
  findings: Finding[];
  omitted?: number;
  edits: Edit[];
  undecided: { layer: string; question: string }[];
  versions: Versions;
}

/** Whether it is judged at once: what it is, `inspect` says. */
function isShort(message: Message): boolean {
  return (typeof message === 'string' || types.isUint8Array(message)) && message.length < LONG;
}

/** From which length on `inspectAsync` uses a thread: a switch costs about what that many bytes do. */
const LONG = 32 * 1024;

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

/**
 * Looks at every message and says what happens to it. Immutable; keep one per configuration. Without arguments it has the built-in
 * rules and the profile `balanced`. Environment variables may name a model that is asked (`VANGUARD_SEMANTIC_ENABLED=true`; the README
 * lists them) where no configuration does.
 *
 * ```js
 * const inspector = new Inspector();
 * const verdict = inspector.inspect('{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}');
 * verdict.action; // 'block'
 * ```
 */
export class Inspector {
  /** @internal */
  readonly native: native.NativeInspector;
  /**
   * Whether it has layers that can be asked on this thread only.
   * @internal
   */
  readonly bound: boolean;
  readonly #ofBytes: Judge<Uint8Array>;
  readonly #ofText: Judge<string>;
  readonly #asks: boolean;
  #asker: Asker | undefined;

  /** `config`: the path of a YAML, TOML or JSON file, an object with the same keys, or an array of these, of which later ones win. */
  constructor(config?: Config | readonly Config[] | null, options: InspectorOptions = {}) {
    const several = config == null ? [] : Array.isArray(config) ? (config as readonly Config[]) : [config as Config];
    if (typeof options !== 'object') throw new TypeError(`\`options\` is an object, not ${typeof options}`);
    const { profile, denyAs, safeZones, checkSchemas, semanticLayers = [] } = options ?? {};
    const texts = several.map(textOf);
    const layers = [...semanticLayers].map(layer.native);
    this.bound = layers.length > 0;
    this.native = typed(
      () =>
        new native.NativeInspector(
          texts,
          defined({ profile, denyAs, safeZones: safeZones && [...safeZones], checkSchemas }),
          layers,
        ),
    );
    this.#ofBytes = this.native.ofBytes() as Judge<Uint8Array>;
    this.#ofText = this.native.ofText() as Judge<string>;
    this.#asks = this.native.asks !== null;
  }

  /** Judges a message and remembers what its answer will need. */
  inspect(message: Message, context?: Context): Verdict {
    const given = this.encode(message);
    const direction = directionOf(context);
    try {
      const judged =
        typeof given === 'string'
          ? judgedBy(this.#ofText, given, direction, context)
          : judgedBy(this.#ofBytes, given, direction, context);
      return new Verdict(judged, this.native);
    } catch (error) {
      throw known(error);
    }
  }

  /**
   * As `inspect`, and asks what layers ask. A model of the configuration (`semantic: {llm: …}`) is asked by `fetch`, with the key from the
   * environment variable that the configuration names; what layers of your own ask goes to `answerer`; with one, everything does. A
   * question without an answer within its deadline is left open (`when_undecided`), or is the layer's to judge.
   *
   * Where nothing can be asked, a long message is judged on a thread, so that the event loop stays free.
   */
  async inspectAsync(message: Message, context?: Context, about: { answerer?: Answerer } = {}): Promise<Verdict> {
    if (!this.bound && !this.#asks && isShort(message)) return this.inspect(message, context);
    const given = this.encode(message);
    const answers: native.NativeAnswer[] = [];
    while (given.length < LONG || this.bound || this.#asks) {
      const consulted = typed(() =>
        this.native.consult(given, answers, context?.flow, contextOf(context), originOf(context?.inReplyTo)),
      );
      const verdict = consulted.takeVerdict();
      if (verdict) return new Verdict(verdict);
      answers.push(...(await this.ask(consulted.takeQueries(), about.answerer)));
    }
    // What the pool's thread reads is copied first.
    const judging = typed(() =>
      this.native.inspectAsync(given, context?.flow, contextOf(context), originOf(context?.inReplyTo)),
    );
    return new Verdict(
      await judging.catch((error: unknown) => {
        throw known(error);
      }),
    );
  }

  /**
   * A message's bytes or text: its own copy where layers run meanwhile, which could take the buffer away.
   * @internal
   */
  encode(message: Message): Uint8Array | string {
    const given = encode(message);
    return this.bound && typeof given !== 'string' ? Uint8Array.from(given) : given;
  }

  /**
   * Brings an answer to each question.
   * @internal
   */
  ask(queries: native.NativeQuery[], answerer: Answerer | undefined): Promise<native.NativeAnswer[]> {
    return answered(queries, answerer, () => {
      this.#asker ??= new Asker(this.native.asks ?? []);
      return this.#asker;
    });
  }

  /** The profile it judges by. */
  get profile(): Profile {
    return this.native.profile as Profile;
  }

  /** The versions its verdicts carry. */
  get versions(): Versions {
    return JSON.parse(this.native.versions) as Versions;
  }

  /** What is probably not meant in its configuration. */
  get warnings(): import('./errors').Problem[] {
    return JSON.parse(this.native.warnings) as import('./errors').Problem[];
  }

  /** What is known of every session. */
  sessions(): BehaviorExport[] {
    return this.native.sessions();
  }

  /** Forgets what a session did, by the `id` of its export. Says whether it was known. */
  clearSession(id: string): boolean {
    return typed(() => this.native.clearSession(id));
  }
}

/** What stays the same for every message of a connection. */
export interface Session {
  server?: string | undefined;
  session?: string | undefined;
  tenant?: string | undefined;
  principal?: string | undefined;
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
    return told(
      typed(() => this.#native.handle(flow, given, originOf(inReplyTo), pairs, this.#audit)),
      own,
    );
  }

  /**
   * Asks about a message that waits (`outcome.hold`), as `inspectAsync` does, until it is known what becomes of it: its own outcome, then
   * those of messages that waited behind it.
   */
  async settle<M extends Message>(outcome: Outcome<M>, message: M, answerer?: Answerer): Promise<Outcome<M>[]> {
    const answers: native.NativeAnswer[] = [];
    // What is sent later may stand in the same buffer.
    const given = types.isUint8Array(message) ? Uint8Array.from(message) : encode(message);
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

function alike<M extends Message>(message: M, text: string): M {
  if (typeof message === 'string') return text as M;
  return (types.isUint8Array(message) ? Buffer.from(text) : JSON.parse(text)) as M;
}

/** Bytes in memory that another thread can write to are copied: what was judged is then what passes. */
function unshared<M extends Message>(message: M): M {
  const shared = types.isUint8Array(message) && types.isSharedArrayBuffer(message.buffer);
  return shared ? (Uint8Array.from(message as Uint8Array) as unknown as M) : message;
}

/** A message's bytes or text; what can't be JSON is a `DecodeError`. */
function encode(message: Message): Uint8Array | string {
  if (typeof message === 'string') return message;
  // Of this realm or another; no proxy is one.
  if (types.isUint8Array(message)) return unshared(message);
  if (typeof message !== 'object' || message === null) {
    throw new DecodeError(
      `a message is a Uint8Array, a string or an object, not ${message === null ? 'null' : typeof message}`,
    );
  }
  if (ArrayBuffer.isView(message) || types.isAnyArrayBuffer(message)) {
    throw new DecodeError('a message in a buffer is a Uint8Array: new Uint8Array(buffer)');
  }
  let text: string | undefined;
  try {
    // What only looks like bytes would be read as an object of numbers.
    if (message instanceof Uint8Array) throw new TypeError('a Uint8Array that is none');
    text = JSON.stringify(message);
  } catch (error) {
    throw new DecodeError(`not a JSON message: ${reasonOf(error)}`, { cause: error });
  }
  if (text === undefined) throw new DecodeError('not a JSON message');
  return text;
}

function originOf(given: Origin | Verdict | null | undefined): native.Origin | null {
  if (given == null) return null;
  if (given instanceof Verdict) return given.origin?.native ?? null;
  if (given instanceof Origin) return given.native;
  throw new TypeError('`inReplyTo` is an Origin or a Verdict');
}

/** Judges a message with all that a context says, or gives a plain allow as a text. */
type Judge<M> = (
  message: M,
  direction: number,
  ...about: [
    server?: string | undefined,
    session?: string | undefined,
    principal?: string | undefined,
    more?: native.NativeContext | undefined,
    inReplyTo?: native.Origin | null,
  ]
) => native.Verdict | string;

const DIRECTIONS = new Map<unknown, number>([
  [undefined, 0],
  [null, 0],
  ['to_server', 1],
  ['to_client', 2],
]);

function directionOf(context: Context | undefined): number {
  if (context == null) return 0;
  if (typeof context !== 'object') throw new TypeError('`context` is an object: { flow, server, … }');
  const direction = DIRECTIONS.get(context.flow);
  if (direction === undefined) throw new TypeError(`\`flow\` can't be \`${String(context.flow)}\``);
  return direction;
}

/** What most calls say crosses the boundary by itself: each key of an object costs a crossing, whether it is there or not. */
function judgedBy<M>(
  judge: Judge<M>,
  given: M,
  direction: number,
  context: Context | undefined,
): native.Verdict | string {
  let [alone, simple] = [true, true];
  for (const key in context) {
    if (key === 'flow') continue;
    alone = false;
    simple &&= key === 'server' || key === 'session' || key === 'principal' || key === 'inReplyTo';
  }
  if (alone || context === undefined) return judge(given, direction);
  const { server, session, principal, inReplyTo } = context;
  return judge(given, direction, server, session, principal, simple ? undefined : moreOf(context), originOf(inReplyTo));
}

function contextOf(context: Context | undefined): native.NativeContext | undefined {
  if (context != null && typeof context !== 'object')
    throw new TypeError('`context` is an object: { flow, server, … }');
  return context == null ? undefined : moreOf(context);
}

function moreOf({ flow: _, inReplyTo: __, headers, roles, scopes, ...rest }: Context): native.NativeContext {
  return defined({
    ...rest,
    roles: roles && [...roles],
    scopes: scopes && [...scopes],
    headers: headers && pairsOf(headers),
  });
}

/** Headers as pairs. */
export function pairsOf(headers: HeadersLike): string[][] {
  if (Symbol.iterator in headers)
    return Array.from(headers as Iterable<[string, string]>, ([name, value]) => [name, value]);
  return Object.entries(headers).flatMap(([name, value = []]) => [value].flat().map((one) => [name, one]));
}

/** Without keys that are undefined: the native module takes them as absent only. */
function defined<T extends object>(given: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as never;
}

function textOf(config: Config): native.NativeText {
  if (typeof config === 'string') return { name: config, text: readFileSync(config, 'utf8') };
  if (config instanceof URL) return { name: config.pathname, text: readFileSync(config, 'utf8') };
  let text: string;
  try {
    // A Map or a class would be written without what it holds. An object of another realm is as good as one of this.
    const parent = typeof config === 'object' && config !== null ? Object.getPrototypeOf(config) : config;
    if (parent !== null && (typeof parent !== 'object' || Object.getPrototypeOf(parent) !== null)) {
      throw new TypeError(parent?.constructor?.name ?? typeof config);
    }
    text = JSON.stringify(config);
  } catch (error) {
    throw new TypeError(`a configuration is a path or a plain object that JSON can hold: ${reasonOf(error)}`);
  }
  return { name: 'config.json', text };
}
