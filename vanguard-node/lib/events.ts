/** Where an event ends: an empty line. A line ends with CR, LF, or both. */
const END = /(?:\r\n|\r(?!\n)|\n)(?:\r\n|\r(?!\n)|\n)/g;

/** Judges the events of a stream (HTML, server-sent events) as their bytes come. */
export class Events {
  readonly #judge: (data: Uint8Array) => Uint8Array | Promise<Uint8Array>;
  // A character for each byte.
  #kept = '';
  #seen = 0;
  #first = true;

  constructor(judge: (data: Uint8Array) => Uint8Array | Promise<Uint8Array>) {
    this.#judge = judge;
  }

  /**
   * Takes bytes; gives the whole events so far as they may pass, one after the other: a promise where somebody is asked, and then no more
   * bytes are to come before it is kept. What is left without its end is no event, and never passes.
   */
  push(bytes: Uint8Array): Buffer | Promise<Buffer> {
    this.#kept += Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
    const events: string[] = [];
    let start = 0;
    END.lastIndex = Math.max(0, this.#seen - 3);
    while (END.exec(this.#kept) !== null) {
      events.push(this.#kept.slice(start, END.lastIndex));
      start = END.lastIndex;
    }
    this.#kept = this.#kept.slice(start);
    this.#seen = this.#kept.length;
    return this.#passed(events, 0, '');
  }

  #passed(events: readonly string[], from: number, before: string): Buffer | Promise<Buffer> {
    let passed = before;
    for (let at = from; at < events.length; at++) {
      const event = this.#event(events[at] as string);
      if (event instanceof Promise) return event.then((text) => this.#passed(events, at + 1, passed + text));
      passed += event;
    }
    return Buffer.from(passed, 'latin1');
  }

  #event(event: string): string | Promise<string> {
    // The stream may begin with a byte order mark, which readers take off.
    const text = this.#first ? event.replace(/^\xef\xbb\xbf/, '') : event;
    this.#first = false;
    const lines = text.split(/[\r\n]+/).filter((line) => line !== '');
    const data = lines.filter(isData).map((line) => line.slice(5).replace(/^ /, ''));
    const message = data.join('\n');
    // MCP of 2024 tells its clients by an event of this name where to post to.
    const place = lines.some((line) => /^event: ?endpoint$/.test(line));
    if (message.trim() === '' || (place && !message.trimStart().startsWith('{'))) return event;
    const sent = Buffer.from(message, 'latin1');
    const passed = this.#judge(sent);
    if (passed instanceof Promise) return passed.then((decided) => written(event, lines, sent, decided));
    return written(event, lines, sent, passed);
  }
}

const isData = (line: string) => /^data(?::|$)/.test(line);

/** An event with what passed of its message. */
function written(event: string, lines: string[], sent: Uint8Array, passed: Uint8Array): string {
  if (passed === sent) return event;
  if (passed.length === 0) return '';
  const altered = Buffer.from(passed.buffer, passed.byteOffset, passed.byteLength).toString('latin1').split('\n');
  return [...lines.filter((line) => !isData(line)), ...altered.map((line) => `data: ${line}`), '', ''].join('\n');
}
