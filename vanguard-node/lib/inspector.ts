import * as native from '../native';
import { type Answerer, Asker, answered } from './ask';
import { type Config, checkOptions, type InspectorOptions, textOf } from './config';
import { type Context, contextOf, defined, directionOf, type Judge, judgedBy, originOf } from './context';
import { known, type Problem, typed } from './errors';
import * as layer from './layer';
import { encode, isShort, type Message } from './message';
import { Verdict } from './verdict';
import type { Profile, Versions } from './words';

/** What is known of one session. No content: counts, levels, names. */
export type BehaviorExport = native.BehaviorExport;

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
    checkOptions(options ?? {});
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
    while (isShort(given) || this.bound || this.#asks) {
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
    return this.bound && typeof given !== 'string' ? new Uint8Array(given) : given;
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
  get warnings(): Problem[] {
    return JSON.parse(this.native.warnings) as Problem[];
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
