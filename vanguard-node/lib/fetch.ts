import { Carriage } from './carriage';
import type { Guard } from './guard';

/** A handler of web requests. */
export type FetchHandler<A extends unknown[] = []> = (request: Request, ...rest: A) => Response | Promise<Response>;

/** Carries a handler's requests and answers past the guard. */
export function guardFetch<A extends unknown[]>(guard: Guard, handler: FetchHandler<A>): FetchHandler<A> {
  return async (request, ...rest) => {
    const carriage = new Carriage(guard, request.headers.get('mcp-session-id') ?? undefined);
    const headers = new Headers(request.headers);
    // What is compressed nobody could judge.
    headers.delete('accept-encoding');
    if (request.method !== 'POST') return judged(await handler(new Request(request, { headers }), ...rest), carriage);
    const sent = new Uint8Array(await request.arrayBuffer());
    const asked = await carriage.ask(sent, request.headers, new URL(request.url).pathname);
    if ('answer' in asked) {
      return new Response(asked.answer || null, {
        status: asked.status,
        headers: { 'content-type': 'application/json' },
      });
    }
    headers.delete('content-length');
    const body = asked.passed as Uint8Array<ArrayBuffer>;
    const passed = new Request(request.url, { method: 'POST', headers, body, signal: request.signal });
    return judged(await handler(passed, ...rest), carriage);
  };
}

async function judged(response: Response, carriage: Carriage): Promise<Response> {
  const { status, statusText } = response;
  // Several fields come as one.
  const kind = carriage.kind([response.headers.get('content-type') ?? ''], status);
  if (response.body === null || kind === 'nothing') return response;
  const headers = new Headers(response.headers);
  headers.delete('content-length');
  if (kind !== 'events') {
    const data = new Uint8Array(await response.arrayBuffer());
    const body = (await carriage.body(kind, data)) as Uint8Array<ArrayBuffer>;
    return new Response(body, { status, statusText, headers });
  }
  const events = carriage.events();
  const stream = new TransformStream<Uint8Array, Uint8Array>({
    async transform(bytes, out) {
      const passed = await events.push(bytes);
      if (passed.length > 0) out.enqueue(passed);
    },
  });
  return new Response(response.body.pipeThrough(stream), { status, statusText, headers });
}
