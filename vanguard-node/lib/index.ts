/// <reference types="node" preserve="true" />
/**
 * A firewall for the Model Context Protocol that lives inside the program it protects.
 *
 * `Inspector` looks at every message and answers with a `Verdict`; `Guard` carries the messages of an SDK past it.
 *
 * @packageDocumentation
 */
export type { McpServerLike } from './agents';
export type { Answerer, Query } from './ask';
export type { Config, InspectorOptions } from './config';
export type { Context, HeadersLike } from './context';
export { Blocked, ConfigError, DecodeError, type Problem, VanguardError } from './errors';
export { Exchange, type Hold, type Outcome, type Session } from './exchange';
export type { Handler } from './express';
export type { FetchHandler } from './fetch';
export { Guard, type GuardOptions } from './guard';
export type { BehaviorExport } from './inspector';
export { Inspector } from './inspector';
export type { Asked, AskingLayer, Field, Findings, Found, Inspection, SemanticLayer } from './layer';
export type { Message } from './message';
export { type Score, semanticScore } from './semantic';
export type { Connecting, TransportLike } from './transport';
export { Origin, Verdict } from './verdict';
export type {
  Action,
  Confidence,
  Edit,
  Finding,
  Flow,
  Framing,
  Kind,
  Profile,
  Severity,
  VerdictObject,
  Versions,
} from './words';
