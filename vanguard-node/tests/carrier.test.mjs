// The suite that every carrier runs (tests/vectors/carrier.json of the repository), here through Exchange.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Exchange, Inspector } from '../index.mjs';

const { cases } = JSON.parse(readFileSync(new URL('../../tests/vectors/carrier.json', import.meta.url), 'utf8'));
const inspectors = Object.fromEntries(
  ['monitor', 'balanced', 'strict'].map((profile) => [profile, new Inspector(null, { profile })]),
);

for (const { name, profile = 'balanced', steps } of cases) {
  test(name, () => {
    const exchange = new Exchange(inspectors[profile], { session: name });
    for (const step of steps) {
      const message = step.message === undefined ? Buffer.from(step.latin1, 'latin1') : Buffer.from(step.message);
      const { forward, reply, record, verdict } = exchange.handle(step.flow, message);
      if (step.forward === 'same') assert.equal(forward, message);
      else if (step.forward === 'none') assert.equal(forward, undefined);
      else assertError(String(forward), step.forward);
      if ((step.reply ?? 'none') === 'none') assert.equal(reply, undefined);
      else assertError(reply, step.reply);
      assert.ok(record !== undefined || verdict.would === 'allow');
    }
  });
}

function assertError(answer, expected) {
  const read = JSON.parse(answer);
  const [answers, ids] = 'errors' in expected ? [read, expected.errors] : [[read], [expected.error]];
  assert.deepEqual(
    answers.map((one) => one.id ?? null),
    ids,
  );
  for (const { error } of answers) {
    assert.equal(error.code, -31403);
    assert.ok(error.data.vanguard.rules.length > 0 && error.message);
  }
}
