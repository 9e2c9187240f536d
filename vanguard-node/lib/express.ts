import { once } from 'node:events';
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { BodyKind } from './body';
import { Carriage, isOAuth } from './carriage';
import type { Events } from './events';
import type { Guard } from './guard';

/** Middleware of Express and Connect. It reads the body, and leaves it parsed in `body` and as bytes in `rawBody`. */
export type Handler = (
  request: IncomingMessage & { body?: unknown; rawBody?: Buffer; _body?: boolean },
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void;

/** Bytes of a body that are read; a larger one is refused. */
const LARGEST = 32 * 1024 * 1024;

/** Carries requests and answers of Node's own HTTP past the guard. */
export function guardExpress(guard: Guard): Handler {
  return (request, response, next) => {
    const path = (request.url ?? '').split('?')[0] ?? '';
    // What is compressed nobody could judge.
    delete request.headers['accept-encoding'];
    const session = request.headers['mcp-session-id'];
    const carriage = new Carriage(guard, typeof session === 'string' ? session : undefined);
    if (request.method !== 'POST') {
      watch(response, carriage);
      next();
      return;
    }
    const begun = isOAuth(path) ? beginsAsMessage(request) : Promise.resolve(true);
    begun
      .then(async (could) => {
        if (!could) {
          // A form, say, that whoever comes next reads.
          watch(response, carriage);
          next();
          return;
        }
        const body = await read(request);
        if (body === undefined) {
          response.writeHead(413).end();
          return;
        }
        const asked = await carriage.ask(body, request.headersDistinct, path);
        if ('answer' in asked) {
          response.writeHead(asked.status, { 'content-type': 'application/json' }).end(asked.answer);
          return;
        }
        watch(response, carriage);
        // The stream is at its end: what turns Node's requests into those of the web (Hono's `getRequestListener`) looks here.
        request.rawBody = Buffer.from(asked.passed);
        request.body = JSON.parse(request.rawBody.toString());
        // Express 4's parsers look here, and would wait for a stream that is at its end.
        request._body = true;
        next();
      })
      .catch(next);
  };
}

/** Whether a body could be a message, by its first bytes, which stay to be read. */
async function beginsAsMessage(request: IncomingMessage): Promise<boolean> {
  const { 'content-length': length = '0', 'transfer-encoding': coding } = request.headers;
  if (length === '0' && coding === undefined) return false;
  while (!request.readableEnded) {
    const begin: Buffer | null = request.read();
    if (begin !== null) {
      request.unshift(begin);
      // White space and a byte order mark may stand in front.
      return /^(?:\s|\xef|[[{])/.test(begin.toString('latin1', 0, 1));
    }
    await Promise.race([once(request, 'readable'), once(request, 'end')]);
  }
  return false;
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
  let kind: BodyKind | undefined;
  let events: Events | undefined;
  /** What is written once those who are asked have answered. */
  let later: Promise<void> | undefined;
  const kindOf = (): BodyKind => {
    if (kind !== undefined) return kind;
    const own = Object.entries(head?.headers ?? {}).find(([name]) => name.toLowerCase() === 'content-type')?.[1];
    const types = [own ?? response.getHeader('content-type') ?? []].flat().map(String);
    kind = carriage.kind(types, head?.status ?? response.statusCode);
    return kind;
  };
  /** Sends the head; `length`: what the body now has, if that is known. */
  const open = (altered?: { length?: number }) => {
    if (response.headersSent) return;
    if (altered !== undefined) {
      for (const name of Object.keys(head?.headers ?? {}))
        if (name.toLowerCase() === 'content-length') delete head?.headers[name];
      response.removeHeader('content-length');
      if (altered.length !== undefined) response.setHeader('content-length', altered.length);
    }
    writeHead.call(response, head?.status ?? response.statusCode, head?.headers ?? {});
  };
  response.writeHead = ((status: number, ...rest: unknown[]) => {
    const headers = rest.find((one) => typeof one === 'object' && one !== null) ?? {};
    const reason = rest.find((one) => typeof one === 'string');
    if (reason !== undefined) response.statusMessage = reason;
    head = { status, headers: Array.isArray(headers) ? fields(headers as string[]) : { ...headers } };
    if (kindOf() === 'events') open({});
    else if (kind === 'nothing') open();
    return response;
  }) as ServerResponse['writeHead'];
  /** What passes of a piece now, or a promise of it; a whole body is kept. */
  const carry = (chunk: unknown, encoding: unknown): Buffer | Promise<Buffer> => {
    const bytes = bytesOf(chunk, encoding);
    if (kindOf() === 'nothing') return bytes;
    if (kind !== 'events') {
      kept.push(bytes);
      return Buffer.alloc(0);
    }
    events ??= carriage.events();
    return events.push(bytes);
  };
  /** Does `act` with what `given` comes to: at once, unless something is still to be written before, or somebody is asked. */
  const inTurn = <T>(given: () => T | Promise<T>, act: (passed: T) => void) => {
    const passed = later === undefined ? given() : later.then(given);
    if (!(passed instanceof Promise)) {
      act(passed);
      return;
    }
    later = passed.then(act).catch((error: Error) => void response.destroy(error));
  };
  response.write = ((chunk: unknown, encoding?: unknown, done?: unknown) => {
    const then = [encoding, done].find((one) => typeof one === 'function') as (() => void) | undefined;
    let flowing = true;
    inTurn(
      () => carry(chunk, encoding),
      (passed) => {
        if (passed.length > 0) flowing = write.call(response, passed, 'utf8', then ?? (() => {}));
        else then?.();
      },
    );
    return flowing;
  }) as ServerResponse['write'];
  response.end = ((chunk?: unknown, encoding?: unknown, done?: unknown) => {
    const then = [chunk, encoding, done].find((one) => typeof one === 'function') as (() => void) | undefined;
    const last = chunk == null || typeof chunk === 'function' ? '' : chunk;
    const finish = (body: Uint8Array) => void end.call(response, body, 'utf8', then ?? (() => {}));
    if (kindOf() === 'events' || kind === 'nothing') {
      inTurn(() => carry(last, encoding), finish);
    } else {
      kept.push(bytesOf(last, encoding));
      inTurn(
        () => carriage.body(kindOf(), Buffer.concat(kept)),
        (body) => {
          open(kept.some(({ length }) => length > 0) ? { length: body.length } : undefined);
          finish(body);
        },
      );
    }
    return response;
  }) as ServerResponse['end'];
}

function bytesOf(chunk: unknown, encoding: unknown): Buffer {
  if (typeof chunk !== 'string') return Buffer.from(chunk as Uint8Array);
  return Buffer.from(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8');
}

/** Headers that `writeHead` takes as names and values in one list; one that comes twice keeps both values. */
function fields(flat: string[]): OutgoingHttpHeaders {
  const headers: Record<string, string[]> = {};
  for (let at = 0; at < flat.length; at += 2) {
    const name = String(flat[at]).toLowerCase();
    headers[name] = [...(headers[name] ?? []), String(flat[at + 1] ?? '')];
  }
  return headers;
}
