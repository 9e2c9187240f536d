#!/usr/bin/env node
// What `inspect` costs from Node by size of the message, beside the same call in Rust: medians of rounds, the sides in turn. `no model` is a
// Buffer judged by L0 and L1 alone (`semantic: {model: false}`).
//
//     make boundary                 scripts/boundary.py, then this
//     scripts/boundary.mjs          builds ./vanguard-node and the Rust side (release), with what npm has to bring for it
//     scripts/boundary.mjs --here   takes the checkout's own module and debug builds (to try this script, its figures say nothing)
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const TARGET = process.env.CARGO_TARGET_DIR ?? join(ROOT, 'target');
const ROUNDS = Number(process.env.ROUNDS ?? 15);
const SECONDS = Number(process.env.SECONDS ?? 0.2);

const PROSE = 'The release went out at noon and nobody noticed, which is how releases should go. ';
const CODE = 'def total(rows):\n    # `rows` may be None\n    return sum(row["price"] * row["count"] for row in rows or [])\n\n';
const call = (args) => JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'write_note', arguments: args } });
const records = (count) =>
  Array.from({ length: count }, (_, id) => ({ id, name: `item ${id}`, price: id * 1.5, tags: ['new', 'blue'], stock: id % 7 }));
const messages = {
  ping: '{"jsonrpc":"2.0","id":1,"method":"ping"}',
  'call 250 B': call({ text: PROSE.repeat(2) }),
  'call 2 KB prose': call({ text: PROSE.repeat(25) }),
  'call 2 KB code': call({ text: CODE.repeat(18) }),
  'records 1.6 KB': call({ rows: records(20) }),
  'call 64 KB prose': call({ text: PROSE.repeat(800) }),
};

const run = (command, args, cwd) => execFileSync(command, args, { cwd, stdio: 'inherit' });
const here = process.argv.includes('--here');
const profile = here ? ['--profile', 'dev'] : ['--release'];
run('cargo', ['build', '--quiet', '--locked', ...profile, '-p', 'vanguard-core', '--features', 'std-clock', '--example', 'timing'], ROOT);
if (!here) {
  const node = join(ROOT, 'vanguard-node');
  if (!existsSync(join(node, 'node_modules/@napi-rs/cli'))) {
    run('npm', ['install', '--no-package-lock', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel', 'error'], node);
  }
  run('npm', ['run', '--silent', 'build'], node);
}

const folder = mkdtempSync(join(tmpdir(), 'boundary-'));
const files = Object.values(messages).map((text, at) => {
  writeFileSync(join(folder, `${at}`), text);
  return join(folder, `${at}`);
});
const rust = spawn(join(TARGET, here ? 'debug' : 'release', 'examples/timing'), files, { stdio: ['pipe', 'pipe', 'inherit'] });
const lines = createInterface({ input: rust.stdout })[Symbol.asyncIterator]();
const { Inspector } = createRequire(import.meta.url)(join(ROOT, 'vanguard-node'));
const inspector = new Inspector();
const signatures = new Inspector({ semantic: { model: false } });

const median = (list) => list.sort((a, b) => a - b)[list.length >> 1];
const timed = (given, context, by = inspector) => (calls) => {
  const begun = performance.now();
  for (let at = 0; at < calls; at++) by.inspect(given, context).action;
  return (performance.now() - begun) / 1000;
};
console.log('message             bytes   Rust µs  Buffer µs     above  string µs  object µs   no model');
for (const [at, [name, text]] of Object.entries(messages).entries()) {
  const said = { flow: 'to_server' };
  const sides = [
    async (calls) => {
      rust.stdin.write(`${at} ${calls}\n`);
      return Number((await lines.next()).value);
    },
    timed(Buffer.from(text), said),
    timed(text, said),
    timed(JSON.parse(text), said),
    timed(Buffer.from(text), said, signatures),
  ];
  const taken = [];
  const counts = [];
  for (const side of sides) {
    await side(50);
    counts.push(Math.max(1, Math.min(20_000, Math.floor((SECONDS * 50) / (await side(50))))));
    taken.push([]);
  }
  for (let round = 0; round < ROUNDS; round++) {
    // A turn of the loop lets verdicts be collected that nobody holds.
    await new Promise(setImmediate);
    for (const [which, side] of sides.entries()) taken[which].push(((await side(counts[which])) / counts[which]) * 1e6);
  }
  const [alone, buffer, string, object, plain] = taken.map(median);
  const columns = [alone, buffer, buffer - alone, string, object, plain].map((figure) => figure.toFixed(2).padStart(10));
  console.log(name.padEnd(17), String(text.length).padStart(7), columns.join(' '));
}
rust.stdin.end();
rmSync(folder, { recursive: true });
