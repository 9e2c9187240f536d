import * as native from '../native';

/** A question to someone outside: the engine builds it, the host sends it. No key is ever in it. */
export interface Query {
  /** What is asked, in words. */
  readonly question: string;
  /** Where to POST it; empty where the layer leaves that to the answerer. */
  readonly url: string;
  /** Headers to send, without the key's. */
  readonly headers: readonly (readonly [string, string])[];
  /** The key to send along: the environment variable that holds it, the header it goes into, and what stands before it there. */
  readonly key: { variable: string; header: string; prefix: string } | null;
  /** The body to send. */
  readonly body: Uint8Array;
  /** Seconds after which the answer is of no use. */
  readonly deadline: number;
  /** Two with the same id are the same question. */
  readonly id: string;
}

/** Sends a question and brings the answer's body; rejects if there is none. `signal` is aborted at the deadline. */
export type Answerer = (query: Query, about: { signal: AbortSignal }) => Promise<Uint8Array | string>;

type Answer = Omit<native.NativeAnswer, 'id'>;

/** Bytes of a response that are read: an answer has a few hundred. */
const LONGEST = 1 << 20;
const now = () => performance.now() / 1000;

/** Brings the answers to questions, one for each. */
export function answered(
  queries: native.NativeQuery[],
  answerer: Answerer | undefined,
  asker: () => Asker,
): Promise<native.NativeAnswer[]> {
  const ask = answerer === undefined ? (query: native.NativeQuery) => asker().ask(query) : by(answerer);
  return Promise.all(queries.map(async (query) => ({ id: query.id, ...(await ask(query)) })));
}

/** Asks somebody else's answerer, within the deadline. */
function by(answerer: Answerer): (query: native.NativeQuery) => Promise<Answer> {
  return async (query) => {
    const deadline = new AbortController();
    const { signal } = deadline;
    const late = new Promise<Answer>((resolve) => signal.addEventListener('abort', () => resolve({})));
    // Not `AbortSignal.timeout`, which lets the process end meanwhile.
    const timer = setTimeout(() => deadline.abort(), Math.ceil(query.deadline * 1000));
    const asked = async (): Promise<Answer> => {
      try {
        const body = await answerer(shown(query), { signal });
        return { body: Buffer.from(body as Uint8Array) };
      } catch (error) {
        return signal.aborted ? {} : { failed: error instanceof Error ? error.message : String(error) };
      }
    };
    return Promise.race([asked(), late]).finally(() => clearTimeout(timer));
  };
}

function shown(query: native.NativeQuery): Query {
  const { question, url, headers, key, body, deadline, id } = query;
  const [variable = '', header = '', prefix = ''] = key ?? [];
  return {
    question,
    url,
    headers: headers as [string, string][],
    key: key ? { variable, header, prefix } : null,
    body,
    deadline,
    id,
  };
}

/**
 * Sends questions by `fetch`, by the rules of the engine's desk: how many at once, who waits, what is asked again and when a server is
 * left alone decides the engine; here is the clock and the network.
 */
export class Asker {
  readonly #desk: native.NativeDesk;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #last = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor([calls = 4, queue = 256, retries = 1]: number[]) {
    this.#desk = new native.NativeDesk(calls, queue, retries);
  }

  ask(query: native.NativeQuery): Promise<Answer> {
    this.#last = (this.#last + 1) % 2 ** 32;
    const waiter = this.#last;
    const refused = this.#desk.ask(query, waiter, now());
    if (refused !== null) return Promise.resolve(refused);
    return new Promise((resolve) => {
      this.#waiting.set(waiter, resolve);
      this.#pump();
    });
  }

  #pump(): void {
    this.#settle(this.#desk.expired(now()));
    for (let sending = this.#desk.next(now()); sending !== null; sending = this.#desk.next(now())) {
      void this.#send(sending.takeQuery() as native.NativeQuery, sending.within);
    }
    clearTimeout(this.#timer);
    const wake = this.#desk.wake();
    this.#timer = wake === null ? undefined : setTimeout(() => this.#pump(), Math.max(0, (wake - now()) * 1000 + 1));
  }

  async #send(query: native.NativeQuery, within: number): Promise<void> {
    const signal = AbortSignal.timeout(Math.max(1, Math.ceil(within * 1000)));
    let told: native.NativeAnswered[];
    try {
      const { status, again, body } = await post(query, signal);
      told = this.#desk.done(query, now(), status, again, body);
    } catch {
      told = this.#desk.lost(query, now(), signal.aborted);
    }
    this.#settle(told);
    this.#pump();
  }

  #settle(told: native.NativeAnswered[]): void {
    for (const { waiter, ...answer } of told) {
      this.#waiting.get(waiter)?.(answer);
      this.#waiting.delete(waiter);
    }
  }
}

/** Sends a question. Redirects are not followed: a key is for the server that was configured, and for no other. */
async function post(query: native.NativeQuery, signal: AbortSignal) {
  const headers = new Headers(query.headers as [string, string][]);
  if (query.key) {
    const [variable = '', header = '', prefix = ''] = query.key;
    const key = process.env[variable]?.trim();
    // As a server would say it.
    if (!key) return { status: 401, again: null, body: Buffer.alloc(0) };
    headers.set(header, prefix + key);
  }
  const response = await fetch(query.url, {
    method: 'POST',
    headers,
    body: new Uint8Array(query.body),
    redirect: 'manual',
    signal,
  });
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of response.body ?? []) {
    parts.push(part as Uint8Array);
    length += (part as Uint8Array).length;
    if (length > LONGEST) break;
  }
  return { status: response.status, again: response.headers.get('retry-after'), body: Buffer.concat(parts) };
}
