// Whatever is given by mistake or malice, wherever: a verdict or a typed error, and the process lives on.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runInNewContext } from 'node:vm';
import { Blocked, DecodeError, Exchange, Guard, Inspector, semanticScore, Verdict } from '../index.mjs';

const PING = '{"jsonrpc":"2.0","id":1,"method":"ping"}';

/** The same numbers for the same seed (mulberry32). */
function dice(seed) {
  let state = seed;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return { next, below: (most) => Math.floor(next() * most), one: (list) => list[Math.floor(next() * list.length)] };
}

const throwing = (what) => {
  throw new Error(what);
};
const traps = Object.getOwnPropertyNames(Reflect).filter((name) => typeof Reflect[name] === 'function');
const hostile = () => new Proxy({}, Object.fromEntries(traps.map((trap) => [trap, () => throwing(trap)])));
const revoked = () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
};
const cycle = () => {
  const one = [];
  one.push({ one });
  return one;
};
class Lying extends Uint8Array {
  get length() {
    return 2 ** 40;
  }
  get buffer() {
    return throwing('buffer');
  }
}

const ODD = [
  () => undefined,
  () => null,
  () => Number.NaN,
  () => -0,
  () => 2 ** 63,
  () => 1e308,
  () => 10n ** 500n,
  () => Symbol('x'),
  () => '\ud800',
  () => 'a\udfffb',
  () => '\u202e\0',
  () => 'tools/call',
  () => new Date(Number.NaN),
  () => new Map([['a', 1]]),
  () => new Set([1]),
  () => new Proxy({ a: 1 }, {}),
  () => new Proxy([], {}),
  () => new Proxy(() => {}, {}),
  () => ({ toJSON: () => throwing('toJSON') }),
  () => ({ toJSON: () => 1n }),
  () => ({ toString: () => throwing('toString'), valueOf: () => throwing('valueOf') }),
  () => Object.create(null),
  () => Object.defineProperty({}, 'id', { enumerable: true, get: () => throwing('id') }),
  () => new Lying(8),
  () => Buffer.from(PING).subarray(3),
  () => new Float64Array(2),
  () => runInNewContext('({ jsonrpc: "2.0", id: 1n })'),
  () => Promise.resolve(1),
  () => new Error('x'),
  () => Verdict,
  () => Object.create(Verdict.prototype),
  () => new WeakMap(),
  hostile,
  revoked,
  cycle,
];
const KEYS = [
  'jsonrpc',
  'id',
  'method',
  'params',
  'result',
  'error',
  'name',
  'arguments',
  '',
  '\ud800',
  '__proto__',
  'toJSON',
  'length',
];

function made(die, depth = 0) {
  if (depth < 4 && die.next() < 0.5) {
    const several = Array.from({ length: die.below(5) }, () => made(die, depth + 1));
    return die.next() < 0.3 ? several : Object.fromEntries(several.map((value) => [die.one(KEYS), value]));
  }
  return die.one(ODD)();
}

function message(die) {
  if (die.next() < 0.3) return made(die);
  const whole = { jsonrpc: '2.0', id: die.below(9), method: die.one(['ping', 'tools/call']), params: made(die) };
  for (const key of ['id', 'method', 'jsonrpc']) if (die.next() < 0.2) whole[key] = made(die, 3);
  return whole;
}

test('every way in answers with a verdict or a DecodeError', async () => {
  const inspector = new Inspector();
  const exchange = new Exchange(inspector);
  const asked = inspector.inspect(PING);
  const ways = [
    (given) => inspector.inspect(given, { flow: 'to_server' }),
    (given) => inspector.inspectAsync(given, { flow: 'to_client' }),
    (given) => exchange.handle('to_server', given).verdict,
    (given) => exchange.handle('to_client', given, asked).verdict,
  ];
  let judged = 0;
  for (let seed = 1; seed <= 200; seed++) {
    const given = message(dice(seed));
    for (const way of ways) {
      try {
        assert.ok((await way(given)) instanceof Verdict);
        judged++;
      } catch (error) {
        assert.ok(error instanceof DecodeError, `seed ${seed}: ${error?.stack}`);
        assert.ok(error.message.length < 10_000);
      }
    }
  }
  assert.ok(judged > 100, `${judged}`);
  assert.equal(inspector.inspect(PING, { session: 'after' }).action, 'allow');
});

test('context of every type is a verdict or an error', async () => {
  const inspector = new Inspector();
  const keys =
    'flow server session tenant principal roles scopes headers protocol intent framing full at inReplyTo'.split(' ');
  for (let seed = 1; seed <= 200; seed++) {
    const die = dice(seed);
    const context = Object.fromEntries(Array.from({ length: 1 + die.below(3) }, () => [die.one(keys), made(die, 2)]));
    const odd = made(die, 2);
    for (const run of [
      () => inspector.inspect(PING, context),
      () => inspector.inspect(PING, odd),
      () => inspector.inspectAsync(PING, context),
      () => new Exchange(inspector, context),
      () => new Exchange(inspector).handle(odd, PING),
      () => new Exchange(inspector).handle('to_server', PING, odd, context.headers),
      () => new Guard(inspector, context),
      () => new Inspector(odd, context),
      () => semanticScore(odd, context),
    ]) {
      try {
        await run();
      } catch (error) {
        assert.ok(error instanceof Error && !(error instanceof Blocked), `seed ${seed}: ${String(error)}`);
      }
    }
  }
  assert.equal(inspector.inspect(PING, { session: 'after' }).action, 'allow');
});
