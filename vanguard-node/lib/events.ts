/** Judges the events of a stream (HTML, server-sent events) as their bytes come. */
export class Events {
  readonly #judge: (data: Uint8Array) => Uint8Array;
  #kept: Buffer = Buffer.alloc(0);

  constructor(judge: (data: Uint8Array) => Uint8Array) {
    this.#judge = judge;
  }

  /** Takes bytes; gives the whole events so far as they may pass. What is left without its end is no event, and never passes. */
  push(bytes: Uint8Array): Buffer {
    this.#kept = Buffer.concat([this.#kept, bytes]);
    const passed: Buffer[] = [];
    for (;;) {
      const ends = ['\n\n', '\r\n\r\n', '\r\r'].map((gap) => [this.#kept.indexOf(gap), gap.length] as const);
      const end = Math.min(...ends.filter(([at]) => at >= 0).map(([at, length]) => at + length));
      if (!Number.isFinite(end)) return Buffer.concat(passed);
      passed.push(this.#event(this.#kept.subarray(0, end)));
      this.#kept = this.#kept.subarray(end);
    }
  }

  #event(event: Buffer): Buffer {
    const lines = event.toString('latin1').split(/\r\n|\n|\r/);
    const data = lines.filter((line) => line.startsWith('data:')).map((line) => line.slice(5).replace(/^ /, ''));
    if (data.join('') === '') return event;
    const sent = Buffer.from(data.join('\n'), 'latin1');
    const passed = this.#judge(sent);
    if (passed === sent) return event;
    if (passed.length === 0) return Buffer.alloc(0);
    const rest = lines.filter((line) => line !== '' && !line.startsWith('data:'));
    return Buffer.concat([Buffer.from([...rest, 'data: '].join('\n'), 'latin1'), passed, Buffer.from('\n\n')]);
  }
}
