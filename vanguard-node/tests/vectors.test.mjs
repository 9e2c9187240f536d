// The vectors that every language replays (vanguard-core/tests/vectors): the same verdict, byte for byte.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Inspector } from '../index.mjs';

const folder = new URL('../../vanguard-core/tests/vectors/', import.meta.url);
const line = (verdict) => verdict.json().replace(/,"versions":\{[^{}]*\}\}$/, '}');

for (const name of readdirSync(folder)) {
  test(name, () => {
    const [head, ...lines] = readFileSync(new URL(name, folder), 'utf8').trimEnd().split('\n');
    const inspector = new Inspector(JSON.parse(head).config);
    const verdicts = [];
    for (let at = 0; at < lines.length; at += 2) {
      const { message, latin1, in_reply_to, ...context } = JSON.parse(lines[at]);
      const bytes = message === undefined ? Buffer.from(latin1, 'latin1') : Buffer.from(message);
      const inReplyTo = in_reply_to === undefined ? undefined : verdicts[in_reply_to];
      verdicts.push(inspector.inspect(bytes, { ...context, inReplyTo }));
      assert.equal(line(verdicts.at(-1)), lines[at + 1], lines[at]);
    }
    assert.ok(verdicts.length > 0);
  });
}
