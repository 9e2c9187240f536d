// Questions that layers ask outside: a model over real HTTP, and answerers of one's own.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigError, Inspector } from '../index.mjs';
import { ASKS, answer, BAD, FINE, inspectorAt, served } from './model.mjs';

const call = {
  jsonrpc: '2.0',
  id: 1,
  method: 'tools/call',
  params: { name: 'run_job', arguments: { command: 'make all the beds' } },
};
test('a model is asked over HTTP, and its word counts', async () => {
  for (const [judgement, blocked] of [
    [BAD, true],
    [FINE, false],
  ]) {
    // biome-ignore format: one thought
    await served([[200, answer(judgement)]], async (url, asked) => {
      const verdict = await inspectorAt(url).inspectAsync(call);
      assert.equal(verdict.isBlocked, blocked);
      assert.deepEqual(verdict.toJSON().undecided, []);
      const [{ path, headers, body }] = asked;
      assert.deepEqual([path, headers.authorization, body.model], ['/v1/chat/completions', 'Bearer sk-secret', 'judge-1']); // biome-ignore format: one thought
      assert.match(body.messages.at(-1).content, /make all the beds/);
    });
  }
});

test('without asking it stays open', () =>
  served([[200, answer(FINE)]], (url, asked) => {
    const verdict = inspectorAt(url).inspect(call);
    assert.ok(verdict.isBlocked && verdict.toJSON().undecided.length === 1 && asked.length === 0);
    assert.doesNotMatch(`${verdict}${verdict.json()}`, /sk-secret/);
  }));

test('equal questions are asked once, and answers are remembered', () =>
  served([[200, answer(FINE)]], async (url, asked) => {
    const inspector = inspectorAt(url);
    for (let round = 0; round < 2; round++) {
      const verdicts = await Promise.all(Array.from({ length: 50 }, () => inspector.inspectAsync(call)));
      assert.ok(verdicts.every(({ action }) => action === 'allow'));
    }
    assert.equal(asked.length, 1);
  }));

for (const status of [429, 500]) {
  test(`a server in trouble is asked again: ${status}`, () =>
    served(
      [
        [status, ''],
        [200, answer(FINE)],
      ],
      async (url, asked) => {
        // biome-ignore format: one thought
        assert.equal((await inspectorAt(url).inspectAsync(call)).action, 'allow');
        assert.equal(asked.length, 2);
      },
    ));
}

for (const reply of [
  [200, 'garbage'],
  [200, answer({ score: 0 })],
  [401, ''],
  [302, ''],
  [404, ''],
]) {
  // biome-ignore format: one thought
  test(`what is no answer leaves it open: ${reply}`, () =>
    served([reply], async (url, asked) => {
      const verdict = await inspectorAt(url).inspectAsync(call);
      assert.ok(verdict.isBlocked && verdict.toJSON().undecided.length === 1 && asked.length === 1);
    }));
}

test('a slow server is not waited for', () =>
  served([[0]], async (url) => {
    const verdict = await inspectorAt(url, { timeout: 1, retries: 0 }).inspectAsync(call);
    assert.match(verdict.toJSON().undecided[0].question, /deadline/);
  }));

test('nobody there, and no key', async () => {
  let inspector;
  await served([[200, answer(FINE)]], async (url, asked) => {
    inspector = inspectorAt(url);
    delete process.env.TEST_MODEL_KEY;
    const verdict = await inspector.inspectAsync(call);
    assert.match(verdict.toJSON().undecided[0].question, /key/);
    assert.equal(asked.length, 0);
    process.env.TEST_MODEL_KEY = 'sk-secret';
  });
  assert.ok((await inspector.inspectAsync(call)).isBlocked);
});

/** A layer that asks somebody who knows about tools. */
const lookup = {
  plan: ({ target }) => target && [{ question: 'is this tool known?', body: target, deadline: 0.5 }],
  judge: (_, [known]) => {
    if (known === undefined || String(known) === 'known') return null;
    return { rule: 'OWN-UNKNOWN', severity: 'critical', reason: known instanceof Error ? known.message : `${known}` };
  },
};

test('a layer that asks', async () => {
  const inspector = new Inspector(null, { semanticLayers: [lookup] });
  const asked = [];
  const known = async (query) => {
    asked.push(query);
    return Buffer.from(query.body).toString() === 'run_job' ? 'known' : 'no';
  };
  const reason = async (answerer) => (await inspector.inspectAsync(call, {}, { answerer })).findings[0].reason;
  assert.equal((await inspector.inspectAsync(call, {}, { answerer: known })).action, 'allow');
  assert.deepEqual([asked[0].question, asked[0].url, asked[0].key], ['is this tool known?', '', null]);
  assert.match(await reason(() => new Promise(() => {})), /deadline/);
  assert.match(await reason(() => Promise.reject(new Error('no line'))), /no line/);
  // Nobody is named, and nobody was given who would know.
  assert.match(await reason(undefined), /names nobody/);
  assert.equal(inspector.inspect(call).toJSON().undecided[0].question, 'is this tool known?');
  assert.equal(inspector.inspect('{"jsonrpc":"2.0","id":1,"method":"ping"}').action, 'allow');
});

test('a plan that fails blocks and says so', async () => {
  const plans = [
    () => {
      throw new Error('no plan today');
    },
    () => ['what?'],
    () => [{ question: 'x', deadline: -1 }],
    async () => [],
  ];
  for (const plan of plans) {
    const inspector = new Inspector(null, { semanticLayers: [{ ...lookup, plan }] });
    for (const verdict of [inspector.inspect(call), await inspector.inspectAsync(call)]) {
      assert.ok(verdict.isBlocked && verdict.findings[0].rule === 'LAYER-FAILED', `${verdict}`);
    }
  }
});

test('an answerer sees the questions of a configured model', async () => {
  const answerer = async ({ url, key, headers }) => {
    assert.equal(url, 'https://model.example/v1/chat/completions');
    assert.deepEqual(key, { variable: 'TEST_MODEL_KEY', header: 'authorization', prefix: 'Bearer ' });
    assert.deepEqual(headers[0], ['content-type', 'application/json']);
    return answer(BAD);
  };
  assert.ok((await inspectorAt('https://model.example/v1').inspectAsync(call, undefined, { answerer })).isBlocked);
});

test('environment variables name a model', () =>
  served([[200, answer(BAD)]], async (url, asked) => {
    const set = { CUSTOM_URL: url, CUSTOM_MODEL: 'judge-2', CUSTOM_KEY: 'sk-secret', TIMEOUT_SECS: '3' };
    for (const [name, value] of Object.entries(set)) process.env[`VANGUARD_SEMANTIC_${name}`] = value;
    try {
      await new Inspector(ASKS).inspectAsync(call);
      assert.equal(asked.length, 0, 'nothing is asked unless it is switched on');
      process.env.VANGUARD_SEMANTIC_ENABLED = 'true';
      const inspector = new Inspector(ASKS);
      const verdict = await inspector.inspectAsync(call);
      assert.ok(verdict.isBlocked && verdict.toJSON().undecided.length === 0);
      assert.deepEqual([asked[0].headers.authorization, asked[0].body.model], ['Bearer sk-secret', 'judge-2']);
      assert.doesNotMatch(`${verdict.json()}${JSON.stringify([inspector.warnings, inspector])}`, /sk-secret/);
      process.env.VANGUARD_SEMANTIC_CUSTOM_URL = 'http://user:sk-secret@127.0.0.1/v1';
      assert.throws(
        () => new Inspector(),
        (error) => error instanceof ConfigError && /environment/.test(error.message) && !/sk-secret/.test(error.stack),
      );
    } finally {
      for (const name of [...Object.keys(set), 'ENABLED']) delete process.env[`VANGUARD_SEMANTIC_${name}`];
    }
  }));
