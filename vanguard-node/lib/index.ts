/**
 * A firewall for the Model Context Protocol that lives inside the program it protects.
 *
 * `Inspector` looks at every message and answers with a `Verdict`; `Guard` carries the messages of an SDK past it.
 *
 * @packageDocumentation
 */
export { Blocked, ConfigError, DecodeError, type Problem, VanguardError } from './errors';
export type { Handler } from './express';
export type { FetchHandler } from './fetch';
export { Guard, type GuardOptions } from './guard';
export {
  type Action,
  type Config,
  type Context,
  type Edit,
  Exchange,
  type Finding,
  type Flow,
  type Framing,
  Inspector,
  type InspectorOptions,
  type Kind,
  type Message,
  Origin,
  type Outcome,
  type Profile,
  type Session,
  Verdict,
  type VerdictObject,
  type Versions,
} from './inspector';
export type { Connecting, TransportLike } from './transport';
