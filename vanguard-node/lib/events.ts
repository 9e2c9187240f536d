/** Where an event ends: an empty line. A line ends with CR, LF, or both. */
const END = /(?:\r\n|\r(?!\n)|\n)(?:\r\n|\r(?!\n)|\n)/g;

/** What stands beside the message in the largest event that is held. */
const BESIDE = 64 * 1024;

/** Judges the events of a stream (HTML, server-sent events) as their bytes come. */
export class Events {
  readonly #judge: (data: Uint8Array) => Uint8Array | Promise<Uint8Array>;
  /** What has come of an event that has not ended, a character for each byte, and its last three: an end may begin in them. */
  #kept: string[] = [];
  #length = 0;
  #tail = '';
  #first = true;
  /** What becomes of the rest of an event that is too large to be held. */
  #rest: 'passed' | 'dropped' | undefined;
  readonly #limit: number;

  /** For messages of at most `limit` bytes. */
  constructor(judge: (data: Uint8Array) => Uint8Array | Promise<Uint8Array>, limit: number) {
    this.#judge = judge;
    this.#limit = limit;
  }

  /**
   * Takes bytes; gives the whole events so far as they may pass, one after the other: a promise where somebody is asked, and then no more
   * bytes are to come before it is kept. What is left without its end is no event, and never passes.
   */
  push(bytes: Uint8Array): Buffer | Promise<Buffer> {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
    const before = this.#tail;
    const events: string[] = [];
    let start = 0;
    END.lastIndex = 0;
    const looked = before + text;
    while (END.exec(looked) !== null) {
      const end = END.lastIndex - before.length;
      events.push(this.#take() + text.slice(start, end));
      start = end;
    }
    this.#keep(text.slice(start));
    return this.#passed(events, this.#part(events.length === 0), 0, '');
  }

  #keep(text: string): void {
    if (text !== '') this.#kept.push(text);
    this.#length += text.length;
    this.#tail = (this.#tail + text).slice(-3);
  }

  #take(): string {
    const kept = this.#kept.join('');
    [this.#kept, this.#length, this.#tail] = [[], 0, ''];
    return kept;
  }

  /** What has come of an event that is too large to be held. A line end may belong to the empty line that ends it, and stays. */
  #part(goesOn: boolean): string {
    const rest = goesOn && this.#rest !== undefined;
    if (!rest && this.#length <= this.#limit + BESIDE) return '';
    const kept = this.#take();
    const part = kept.replace(/[\r\n]{1,3}$/, '');
    this.#keep(kept.slice(part.length));
    return part;
  }

  #passed(events: readonly string[], part: string, from: number, before: string): Buffer | Promise<Buffer> {
    let passed = before;
    for (let at = from; at < events.length; at++) {
      const event = this.#whole(events[at] as string);
      if (event instanceof Promise) return event.then((text) => this.#passed(events, part, at + 1, passed + text));
      passed += event;
    }
    const begun = part === '' ? '' : this.#begun(part);
    if (begun instanceof Promise) return begun.then((text) => Buffer.from(passed + text, 'latin1'));
    return Buffer.from(passed + begun, 'latin1');
  }

  /** An event that has ended, or the end of one. */
  #whole(event: string): string | Promise<string> {
    const rest = this.#rest;
    this.#rest = undefined;
    if (rest !== undefined) return rest === 'passed' ? event : '';
    return this.#event(event, () => {});
  }

  /** A part of an event that is too large to be held: its beginning decides. */
  #begun(part: string): string | Promise<string> {
    if (this.#rest !== undefined) return this.#rest === 'passed' ? part : '';
    let above = false;
    const decide = (passed: string) => {
      // What of the message has come is above the limit by itself, or else what stands beside it is too much.
      const same = passed === part && above;
      this.#rest = same ? 'passed' : 'dropped';
      return same || passed !== part ? passed : '';
    };
    const passed = this.#event(part, (length) => {
      above = length > this.#limit;
    });
    return passed instanceof Promise ? passed.then(decide) : decide(passed);
  }

  /** What passes of an event; `note` is told how long its message is. */
  #event(event: string, note: (length: number) => void): string | Promise<string> {
    // The stream may begin with a byte order mark, which readers take off.
    const text = this.#first ? event.replace(/^\xef\xbb\xbf/, '') : event;
    this.#first = false;
    const lines = text.split(/[\r\n]+/).filter((line) => line !== '');
    const data = lines.filter(isData).map((line) => line.slice(5).replace(/^ /, ''));
    const message = data.join('\n');
    note(message.length);
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
