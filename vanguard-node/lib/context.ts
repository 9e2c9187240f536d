import type * as native from '../native';
import { Origin, Verdict } from './verdict';
import type { Flow, Framing } from './words';

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

/** Judges a message with all that a context says, or gives a plain allow as a text. */
export type Judge<M> = (
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

/** A direction as the native module takes it. */
function wayOf(flow: unknown): number {
  if (flow === 'to_server') return 1;
  if (flow === 'to_client') return 2;
  throw new TypeError(`\`flow\` is \`to_server\` or \`to_client\`, not \`${String(flow)}\``);
}

/** The direction that a context says, or that the message is to say. */
export function directionOf(context: Context | undefined): number {
  if (context == null) return 0;
  if (typeof context !== 'object') throw new TypeError('`context` is an object: { flow, server, … }');
  return context.flow == null ? 0 : wayOf(context.flow);
}

/** What most calls say crosses the boundary by itself: each key of an object costs a crossing, whether it is there or not. */
export function judgedBy<M>(
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

/** All that a context says beside the direction and what is answered. */
export function contextOf(context: Context | undefined): native.NativeContext | undefined {
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

/** The request that is answered, from what `inReplyTo` was given. */
export function originOf(given: Origin | Verdict | null | undefined): native.Origin | null {
  if (given == null) return null;
  if (given instanceof Verdict) return given.origin?.native ?? null;
  if (given instanceof Origin) return given.native;
  throw new TypeError('`inReplyTo` is an Origin or a Verdict');
}

/** Headers as pairs. */
export function pairsOf(headers: HeadersLike): string[][] {
  if (Symbol.iterator in headers)
    return Array.from(headers as Iterable<[string, string]>, ([name, value]) => [name, value]);
  return Object.entries(headers).flatMap(([name, value = []]) => [value].flat().map((one) => [name, one]));
}

/** Without keys that are undefined: the native module takes them as absent only. */
export function defined<T extends object>(given: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as never;
}
