import { Carriage, isOAuth } from './carriage';
import { Events } from './events';
import type { Guard } from './guard';

/** A handler of web requests. */
export type FetchHandler<A extends unknown[] = []> = (request: Request, ...rest: A) => Response | Promise<Response>;

/** Carries a handler's requests and answers past the guard. */
export function guardFetch<A extends unknown[]>(guard: Guard, handler: FetchHandler<A>): FetchHandler<A> {
  return async (request, ...rest) => {
    const carriage = new Carriage(guard, request.headers.get('mcp-session-id') ?? undefined);
    if (isOAuth(new URL(request.url).pathname)) return handler(request, ...rest);
    const headers = new Headers(request.headers);
    // What is compressed nobody could judge.
    headers.delete('accept-encoding');
    if (request.method !== 'POST')
      return judged(await handler(new Request(request, { headers }), ...rest), carriage, request.method);
    const asked = await carriage.ask(new Uint8Array(await request.arrayBuffer()), request.headers);
    if ('answer' in asked) {
      return new Response(asked.answer || null, {
        status: asked.status,
        headers: { 'content-type': 'application/json' },
      });
    }
    headers.delete('content-length');
    const body = asked.passed as Uint8Array<ArrayBuffer>;
    const passed = new Request(request.url, { method: 'POST', headers, body, signal: request.signal });
    return judged(await handler(passed, ...rest), carriage, 'POST');
  };
}

async function judged(response: Response, carriage: Carriage, method: string): Promise<Response> {
  const { status, statusText } = response;
  // Several fields come as one.
  const kind = carriage.kind([response.headers.get('content-type') ?? ''], method, status);
  if (response.body === null || kind === 'nothing') return response;
  const headers = new Headers(response.headers);
  headers.delete('content-length');
  if (kind !== 'events') {
    const data = new Uint8Array(await response.arrayBuffer());
    const body = (await carriage.body(kind, data)) as Uint8Array<ArrayBuffer>;
    return new Response(body, { status, statusText, headers });
  }
  const events = new Events((data) => carriage.answer(data));
  const stream = new TransformStream<Uint8Array, Uint8Array>({
    async transform(bytes, out) {
      const passed = await events.push(bytes);
      if (passed.length > 0) out.enqueue(passed);
    },
  });
  return new Response(response.body.pipeThrough(stream), { status, statusText, headers });
}
