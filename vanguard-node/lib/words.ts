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

/** One thing that was found. */
export interface Finding {
  /** The rule's id. */
  rule: string;
  /** Where it comes from. */
  layer: 'l0' | 'l1' | 'l2' | 'l3' | 'policy';
  /** How bad it is if right. */
  severity: Severity;
  /** How sure it is. */
  confidence: Confidence;
  /** What policy made of it. */
  action: Action;
  /** RFC 6901. */
  pointer: string;
  /** First byte and one past the last, in the message as it came. */
  span: [number, number];
  /** What was seen, decoded and short; secrets are masked. */
  evidence: string;
  /** Taxonomy ids by scheme. */
  taxonomy: Record<string, string[]>;
  /** Why, in words. */
  reason: string;
  /** The line of configuration that would allow it. */
  allow: string;
  /** Seconds after which it may be tried again, where time mends it. */
  retry_after?: number;
}

/** One change to a message. */
export interface Edit {
  /** What it does. */
  op: 'replace' | 'remove';
  /** RFC 6901, to the value that it changes. */
  pointer: string;
  /** The bytes it takes out. */
  span: [number, number];
  /** The JSON text it puts in. */
  value?: string;
}

/** The three versions that explain a verdict a year later. */
export interface Versions {
  /** Of the engine. */
  crate: string;
  /** Of the rule packs. */
  packs: string;
  /** Of the configuration. */
  config: string;
}

/** A verdict as `verdict.schema.json` describes it. */
export interface VerdictObject {
  /** What happens to the message. */
  action: Action;
  /** What the findings compose to. */
  would: Action;
  /** The direction of the message. */
  flow: Flow;
  /** What the message is, if that can be told. */
  kind: Kind | null;
  /** What was found, in the order of the layers. */
  findings: Finding[];
  /** How many findings were left out. */
  omitted?: number;
  /** Changes that let the message pass. */
  edits: Edit[];
  /** Layers that would have asked someone. */
  undecided: { layer: string; question: string }[];
  /** What made it. */
  versions: Versions;
}
