/**
 * A firewall for the Model Context Protocol that lives inside the program it protects.
 *
 * `Inspector` looks at every message and answers with a `Verdict`; `Guard` carries the messages of an SDK past it.
 *
 * @packageDocumentation
 */
export type { McpServerLike } from './agents';
export type { Answerer, Query } from './ask';
export { Blocked, ConfigError, DecodeError, type Problem, VanguardError } from './errors';
export type { Handler } from './express';
export type { FetchHandler } from './fetch';
export { Guard, type GuardOptions } from './guard';
export {
  type Action,
  type BehaviorExport,
  type Confidence,
  type Config,
  type Context,
  type Edit,
  Exchange,
  type Finding,
  type Flow,
  type Framing,
  type Hold,
  Inspector,
  type InspectorOptions,
  type Kind,
  type Message,
  Origin,
  type Outcome,
  type Profile,
  type Session,
  type Severity,
  Verdict,
  type VerdictObject,
  type Versions,
} from './inspector';
export type { Asked, AskingLayer, Field, Findings, Found, Inspection, SemanticLayer } from './layer';
export { type Score, semanticScore } from './semantic';
export type { Connecting, TransportLike } from './transport';
