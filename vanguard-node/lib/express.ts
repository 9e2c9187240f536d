import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { Carriage, isOAuth } from './carriage';
import { Events } from './events';
import type { Guard } from './guard';

/** Middleware of Express and Connect. */
export type Handler = (
  request: IncomingMessage & { body?: unknown },
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void;

/** Bytes of a body that are read; a larger one is refused. */
const LARGEST = 32 * 1024 * 1024;

/** Carries requests and answers of Node's own HTTP past the guard. */
export function guardExpress(guard: Guard): Handler {
  return (request, response, next) => {
    if (isOAuth((request.url ?? '').split('?')[0] ?? '')) {
      next();
      return;
    }
    // What is compressed nobody could judge.
    delete request.headers['accept-encoding'];
    const session = request.headers['mcp-session-id'];
    const carriage = new Carriage(guard, typeof session === 'string' ? session : undefined);
    if (request.method !== 'POST') {
      watch(response, carriage);
      next();
      return;
    }
    read(request)
      .then((body) => {
        if (body === undefined) {
          response.writeHead(413).end();
          return;
        }
        const asked = carriage.ask(body);
        if ('answer' in asked) {
          response.writeHead(asked.status, { 'content-type': 'application/json' }).end(asked.answer);
          return;
        }
        watch(response, carriage);
        request.body = JSON.parse(Buffer.from(asked.passed).toString());
        next();
      })
      .catch(next);
  };
}

/** The whole body; `undefined` if it is too large. */
async function read(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > LARGEST) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Judges what is written to `response`: its head waits until it is known whether the body stays as long as it says. */
function watch(response: ServerResponse, carriage: Carriage): void {
  const { writeHead, write, end } = response;
  const kept: Buffer[] = [];
  let head: { status: number; headers: OutgoingHttpHeaders } | undefined;
  let events: Events | undefined;
  const bytesOf = (chunk: unknown, encoding: unknown) =>
    typeof chunk === 'string'
      ? Buffer.from(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8')
      : Buffer.from(chunk as Uint8Array);
  const kind = () => {
    const own = Object.entries(head?.headers ?? {}).find(([name]) => name.toLowerCase() === 'content-type')?.[1];
    return String(own ?? response.getHeader('content-type') ?? '')
      .split(';')[0]
      ?.trim()
      .toLowerCase();
  };
  const open = (length?: number) => {
    if (response.headersSent) return;
    for (const name of Object.keys(head?.headers ?? {}))
      if (name.toLowerCase() === 'content-length') delete head?.headers[name];
    response.removeHeader('content-length');
    if (length !== undefined) response.setHeader('content-length', length);
    writeHead.call(response, head?.status ?? response.statusCode, head?.headers ?? {});
  };
  response.writeHead = ((status: number, ...rest: unknown[]) => {
    const headers = rest.find((one) => typeof one === 'object' && one !== null) ?? {};
    const flat = Array.isArray(headers)
      ? Object.fromEntries(pairs(headers as string[]))
      : (headers as OutgoingHttpHeaders);
    head = { status, headers: { ...flat } };
    if (kind() !== 'application/json') open();
    return response;
  }) as ServerResponse['writeHead'];
  const carry = (chunk: unknown, encoding: unknown): Buffer => {
    const bytes = bytesOf(chunk, encoding);
    if (kind() === 'application/json') {
      kept.push(bytes);
      return Buffer.alloc(0);
    }
    if (kind() !== 'text/event-stream') return bytes;
    events ??= new Events((data) => carriage.answer(data));
    return events.push(bytes);
  };
  response.write = ((chunk: unknown, encoding?: unknown, done?: unknown) => {
    const passed = carry(chunk, encoding);
    const then = [encoding, done].find((one) => typeof one === 'function') as (() => void) | undefined;
    if (passed.length > 0) return write.call(response, passed, 'utf8', then ?? (() => {}));
    then?.();
    return true;
  }) as ServerResponse['write'];
  response.end = ((chunk?: unknown, encoding?: unknown, done?: unknown) => {
    const then = [chunk, encoding, done].find((one) => typeof one === 'function') as (() => void) | undefined;
    const last = chunk == null || typeof chunk === 'function' ? Buffer.alloc(0) : carry(chunk, encoding);
    if (kind() !== 'application/json') return end.call(response, last, 'utf8', then ?? (() => {}));
    const body =
      kept.length > 0
        ? carriage.body(Buffer.concat(kept), response.req.method, head?.status ?? response.statusCode)
        : Buffer.alloc(0);
    open(body.length);
    return end.call(response, body, 'utf8', then ?? (() => {}));
  }) as ServerResponse['end'];
}

/** Names and values of headers in one list, as `writeHead` may take them. */
function pairs(flat: string[]): [string, string][] {
  return flat.flatMap((name, at) => (at % 2 === 0 ? [[name, flat[at + 1] ?? ''] as [string, string]] : []));
}
