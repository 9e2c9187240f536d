import { types } from 'node:util';
import { DecodeError, reasonOf } from './errors';

/** A JSON-RPC message. Bytes are best: what was inspected is then what is parsed. */
export type Message = Uint8Array | string | object;

// What bytes are, whatever a class of somebody's own says of them.
const bytes = Object.getPrototypeOf(Uint8Array.prototype) as Uint8Array;
const bufferOf = Object.getOwnPropertyDescriptor(bytes, 'buffer')?.get as () => ArrayBufferLike;
const lengthOf = Object.getOwnPropertyDescriptor(bytes, 'length')?.get as () => number;

/** Bytes in memory that another thread can write to are copied: what was judged is then what passes. */
export function unshared<M extends Message>(message: M): M {
  const shared = types.isUint8Array(message) && types.isSharedArrayBuffer(Reflect.apply(bufferOf, message, []));
  return shared ? (new Uint8Array(message as Uint8Array) as unknown as M) : message;
}

/** A message's bytes or text; what can't be JSON is a `DecodeError`. */
export function encode(message: Message): Uint8Array | string {
  if (typeof message === 'string') return message;
  // Of this realm or another; no proxy is one.
  if (types.isUint8Array(message)) return unshared(message);
  if (typeof message !== 'object' || message === null) {
    throw new DecodeError(
      `a message is a Uint8Array, a string or an object, not ${message === null ? 'null' : typeof message}`,
    );
  }
  if (ArrayBuffer.isView(message) || types.isAnyArrayBuffer(message)) {
    throw new DecodeError('a message in a buffer is a Uint8Array: new Uint8Array(buffer)');
  }
  let text: string | undefined;
  try {
    // What only looks like bytes would be read as an object of numbers.
    if (message instanceof Uint8Array) throw new TypeError('a Uint8Array that is none');
    text = JSON.stringify(message);
  } catch (error) {
    throw new DecodeError(`not a JSON message: ${reasonOf(error)}`, { cause: error });
  }
  if (text === undefined) throw new DecodeError('not a JSON message');
  return text;
}

/** What passes in a message's place, as the same type. */
export function alike<M extends Message>(message: M, text: string): M {
  if (typeof message === 'string') return text as M;
  return (types.isUint8Array(message) ? Buffer.from(text) : JSON.parse(text)) as M;
}

/** Whether it is judged at once: what it is, `inspect` says. */
export function isShort(message: Message): boolean {
  if (typeof message === 'string') return message.length < LONG;
  return types.isUint8Array(message) && Reflect.apply(lengthOf, message, []) < LONG;
}

/** From which length on `inspectAsync` uses a thread: a switch costs about what that many bytes do. */
const LONG = 32 * 1024;
