import type { Confidence, Finding, Flow, Kind, Severity } from './inspector';

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
  flow: Flow;
  kind: Kind | null;
  /** The method; of an answer, that of the request it answers. */
  method: string | null;
  /** The tool, prompt or resource it names. */
  target: string | null;
  server: string | null;
  session: string | null;
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
  rule: string;
  /** By default `high`. */
  severity?: Severity;
  /** By default `high`. */
  confidence?: Confidence;
  reason?: string;
  pointer?: string;
  span?: [number, number];
  evidence?: string;
  taxonomy?: Record<string, string[]>;
  /** Seconds after which it may be tried again, where time mends it. */
  retry_after?: number;
}

/** A layer of your own: says what is wrong with a message. If it throws, the message is blocked with a finding that says so. */
export type SemanticLayer = (inspection: Inspection) => Found | Iterable<Found> | null | undefined;

/** The layer, from JSON to JSON, as the native module calls it. */
export function native(layer: SemanticLayer): (inspection: string) => string {
  if (typeof layer !== 'function') throw new TypeError(`a layer is a function, not ${typeof layer}`);
  return (inspection) => {
    const found = layer(JSON.parse(inspection) as Inspection);
    if (found == null) return '[]';
    if (found instanceof Promise) throw new TypeError('it is async, and an inspection does not wait');
    return JSON.stringify(Symbol.iterator in found ? [...found] : [found]);
  };
}
