import { reasonOf } from './errors';
import type { Confidence, Finding, Flow, Kind, Severity } from './words';

/** One string of a message under inspection. */
export interface Field {
  /** What it is to its reader: `path`, `url`, `command`, `text`, … */
  kind: string;
  /** RFC 6901. */
  pointer: string;
  /** Its decoded text. */
  text: string;
}

/** What a layer sees of a message under inspection. */
export interface Inspection {
  /** The direction. */
  flow: Flow;
  /** What the message is. */
  kind: Kind | null;
  /** The method; of an answer, that of the request it answers. */
  method: string | null;
  /** The tool, prompt or resource it names. */
  target: string | null;
  /** The server's configured name. */
  server: string | null;
  /** The session. */
  session: string | null;
  /** The authenticated user or agent. */
  principal: string | null;
  /** The message as it came. */
  message: string;
  /** Every string with what it is, in the order of the message. */
  fields: readonly Field[];
  /** What earlier layers found. */
  findings: readonly Finding[];
}

/** What a layer of your own found; policy decides what comes of it. */
export interface Found {
  /** An id of your own. */
  rule: string;
  /** By default `high`. */
  severity?: Severity;
  /** By default `high`. */
  confidence?: Confidence;
  /** Why, in words. */
  reason?: string;
  /** RFC 6901 pointer to the value. */
  pointer?: string;
  /** The bytes of the message it stands in. */
  span?: [number, number];
  /** What was seen; secrets are masked. */
  evidence?: string;
  /** Taxonomy ids by scheme. */
  taxonomy?: Record<string, string[]>;
  /** Seconds after which it may be tried again, where time mends it. */
  retry_after?: number;
}

/** What a layer finds: nothing, one thing or several. */
export type Findings = Found | Iterable<Found> | null | undefined;

/** What a layer of your own asks outside. */
export interface Asked {
  /** In words, for logs and `undecided`. */
  question: string;
  /** What goes to the answerer. */
  body?: Uint8Array | string;
  /** Seconds after which the answer is of no use; by default 5. */
  deadline?: number;
}

/** A layer of your own that asks outside before it judges: `inspectAsync` asks; in `inspect` what it would have asked is `undecided`. */
export interface AskingLayer {
  /** What there is to ask about a message. */
  plan(inspection: Inspection): Iterable<Asked> | null | undefined;
  /** What is wrong with it, given one answer for each question: bytes, or an error that says why there are none. */
  judge(inspection: Inspection, answers: readonly (Uint8Array | Error)[]): Findings;
}

/** A layer of your own: says what is wrong with a message. If it throws, the message is blocked with a finding that says so. */
export type SemanticLayer = ((inspection: Inspection) => Findings) | AskingLayer;

interface Given {
  inspection: Inspection;
  answers?: { body?: string; error?: string }[];
}

/** The layer, from JSON to JSON, as the native module calls it: a list, or an object that says why it failed. */
export function native(layer: SemanticLayer): { judge: (given: string) => string; plans: boolean } {
  const plans = typeof layer !== 'function';
  if (plans && (typeof layer?.plan !== 'function' || typeof layer.judge !== 'function')) {
    throw new TypeError('a layer is a function, or has `plan` and `judge`');
  }
  const judge = (given: string) => {
    try {
      const { inspection, answers } = JSON.parse(given) as Given;
      if (!plans) return list(layer(inspection));
      if (answers !== undefined) return list(layer.judge(inspection, answers.map(read)));
      const questions = layer.plan(inspection);
      return list(questions instanceof Promise ? questions : Array.from(questions ?? [], asked));
    } catch (error) {
      // Whatever it throws: the native module takes errors only.
      return JSON.stringify({ failed: reasonOf(error) });
    }
  };
  return { judge, plans };
}

function list(found: Findings | Iterable<Asked>): string {
  if (found == null) return '[]';
  if (found instanceof Promise) throw new TypeError('it is async, and an inspection does not wait');
  if (typeof found !== 'object') throw new TypeError(`it gives a finding, several or nothing, not ${typeof found}`);
  return JSON.stringify(Symbol.iterator in found ? [...found] : [found]);
}

function asked({ question, body = '', deadline = 5 }: Asked): Asked {
  return { question, body: Buffer.from(body as Uint8Array).toString('base64'), deadline };
}

function read({ body, error }: { body?: string; error?: string }): Uint8Array | Error {
  return body === undefined ? new Error(error) : Buffer.from(body, 'base64');
}
