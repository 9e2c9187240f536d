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
