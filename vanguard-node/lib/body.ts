import * as native from '../native';

/** What the body of an HTTP answer carries: a message, a stream of events, what could be a message, or nothing that is judged. */
export type BodyKind = 'message' | 'events' | 'perhaps' | 'nothing';

/** By its fields `content-type`; `asked`: it answers a POST. */
export function bodyKind(contentTypes: string[], asked: boolean, status: number): BodyKind {
  return native.bodyKind(contentTypes, asked, status);
}

/** Whether a whole body of that kind is judged as a message. */
export function bodyJudged(kind: BodyKind, body: Uint8Array): boolean {
  return native.bodyJudged(kind, body);
}
