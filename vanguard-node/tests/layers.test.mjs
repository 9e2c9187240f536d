// Layers of one's own, and what is known of sessions.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Guard, Inspector } from '../index.mjs';

const call = (name, args, id = 1) => ({ jsonrpc: '2.0', id, method: 'tools/call', params: { name, arguments: args } });

function noFriday(inspection) {
  if (!inspection.fields.some(({ text }) => text === 'friday')) return undefined;
  return { rule: 'OWN-FRIDAY', severity: 'critical', reason: 'not on fridays', pointer: inspection.fields[0].pointer };
}

test('a layer sees a message and says what is wrong with it', () => {
  const seen = [];
  const layer = (inspection) => {
    seen.push(inspection);
    return noFriday(inspection);
  };
  const inspector = new Inspector(null, { semanticLayers: [layer] });
  const verdict = inspector.inspect(call('deploy', { when: 'friday' }), { server: 'ci', session: 's' });
  const [finding] = verdict.findings;
  assert.ok(verdict.isBlocked && finding.rule === 'OWN-FRIDAY' && finding.layer === 'l2');
  const { method, target, server, session, flow, kind, message } = seen[0];
  assert.deepEqual([method, target, server, session, flow, kind], ['tools/call', 'deploy', 'ci', 's', 'to_server', 'request']); // biome-ignore format: one thought
  assert.equal(JSON.parse(message).params.name, 'deploy');
  assert.equal(inspector.inspect(call('deploy', { when: 'monday' })).action, 'allow');
});

test('layers hold in exchanges, with a guard, and for long messages that are judged async', async () => {
  const guard = new Guard(new Inspector(null, { semanticLayers: [noFriday] }));
  const outcome = guard.exchange().handle('to_server', call('deploy', { when: 'friday' }));
  assert.deepEqual(JSON.parse(outcome.reply).error.data.vanguard.rules, ['OWN-FRIDAY']);
  const long = call('deploy', { when: 'friday', note: 'prose '.repeat(20_000) });
  assert.ok((await guard.inspector.inspectAsync(long)).isBlocked);
});

test('a layer may inspect, and give several findings', () => {
  const inner = new Inspector(null, { semanticLayers: [noFriday] });
  const layer = ({ message }) =>
    inner.inspect(message).findings.map(({ rule }) => ({ rule: `AGAIN-${rule}`, severity: 'low', retry_after: 9 }));
  const verdict = new Inspector(null, { semanticLayers: [layer, noFriday] }).inspect(
    call('deploy', { when: 'friday' }),
  );
  assert.deepEqual(verdict.findings.map(({ rule, retry_after }) => [rule, retry_after]), [['AGAIN-OWN-FRIDAY', 9], ['OWN-FRIDAY', undefined]]); // biome-ignore format: one thought
});

test('a broken layer blocks and says so', () => {
  const broken = [
    () => {
      throw new Error('the model is gone');
    },
    () => [7],
    () => ({ rule: 'X', severity: 'bad' }),
    () => ({ rul: 'X' }),
    async () => [],
    () => [{ rule: 'X', span: [1] }],
    () => 7n,
    () => {
      throw null;
    },
    () => {
      throw Symbol('not today');
    },
    () => new Proxy({}, { has: () => broken.none() }),
    function endless() {
      return endless();
    },
  ];
  for (const layer of broken) {
    const verdict = new Inspector(null, { semanticLayers: [layer] }).inspect(
      '{"jsonrpc":"2.0","id":1,"method":"ping"}',
    );
    assert.ok(verdict.isBlocked && verdict.findings[0].rule === 'LAYER-FAILED', `${verdict}`);
  }
  for (const wrong of [3, null, {}, { judge() {} }]) {
    assert.throws(() => new Inspector(null, { semanticLayers: [wrong] }), TypeError);
  }
});

test('a layer that inspects without an end is stopped', () => {
  const rules = [];
  const again = () => {
    rules.push(inspector.inspect('{"jsonrpc":"2.0","id":1,"method":"ping"}', { session: 's' }).findings[0]?.rule);
  };
  const inspector = new Inspector(null, { semanticLayers: [again] });
  inspector.inspect('{"jsonrpc":"2.0","id":1,"method":"ping"}', { session: 's' });
  assert.deepEqual([rules.length, rules[0]], [8, 'LAYER-FAILED']);
});

test('a layer that takes the buffer away takes nothing', () => {
  const bytes = Buffer.from(new ArrayBuffer(4096)).fill(' ');
  bytes.write('{"jsonrpc":"2.0","id":1,"method":"ping"}');
  const taking = () => {
    structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
  };
  const verdict = new Inspector(null, { semanticLayers: [taking] }).inspect(bytes);
  assert.deepEqual([bytes.length, verdict.action], [0, 'allow']);
});

test('what is known of sessions is shown and forgotten', () => {
  const config = { behavior: { budgets: [{ per: 'session', of: 'requests', most: 2, within: 60 }] } };
  const inspector = new Inspector(config);
  const ask = (id) => inspector.inspect(call('read', {}, id), { session: 's-1', principal: 'ada', at: 1_000 + id });
  assert.deepEqual([1, 2].map((id) => ask(id).action), ['allow', 'allow']); // biome-ignore format: one thought
  const refused = ask(3);
  assert.ok(refused.isBlocked && refused.findings[0].retry_after > 50);
  assert.equal(refused.errorResponse().error.data.vanguard.retry_after, refused.findings[0].retry_after);
  const [known] = inspector.sessions();
  assert.deepEqual([known.session, known.principal, known.messages, known.blocked, known.calls, known.risk], ['s-1', 'ada', 3, 1, 2, 'normal']); // biome-ignore format: one thought
  assert.ok(inspector.clearSession(known.id) && !inspector.clearSession('0'));
  assert.deepEqual(inspector.sessions(), []);
  assert.equal(ask(4).action, 'allow');
});
