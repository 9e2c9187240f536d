// Starts a real server with or without the proxy in front of it, and keeps what went over the pipes (see ../harness.py).
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const target = process.env.CARGO_TARGET_DIR ?? resolve(here, '../../../target');
const vanguard = process.env.VANGUARD_BIN ?? join(target, 'debug/vanguard');
export const nodeFolder = join(target, 'peers/node');
const server = (name) => join(nodeFolder, 'node_modules/@modelcontextprotocol', name, 'dist/index.js');

export const everything = ['node', server('server-everything'), 'stdio'];
export const filesystem = (root) => ['node', server('server-filesystem'), root];
export const blocked = -31403;

export const scratch = () => mkdtempSync(join(tmpdir(), 'vanguard-peers-'));
const tee = (folder, command) => ['python3', join(here, '../tee.py'), folder, ...command];
const quoted = (command) => command.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');

export function direct(command, folder) {
  const record = join(folder, 'direct');
  return { command: tee(record, command), client: record, server: record, audit: join(folder, 'no-audit') };
}

export function guarded(command, folder) {
  const [client, inner, audit] = ['client', 'server', 'audit.jsonl'].map((name) => join(folder, name));
  const proxy = [vanguard, 'start', '--audit', audit, '--server', quoted(tee(inner, command))];
  return { command: tee(client, proxy), client, server: inner, audit };
}

// The second line of the SDK starts the command once to ask for the era, and again to work with it.
export const processes = (folder) => readdirSync(folder).sort((one, other) => one - other).map((name) => join(folder, name));
const last = (folder) => processes(folder).at(-1);

/** The recorded lines of the last process in one direction: `in` went to the server, `out` came from it. */
export const lines = (folder, direction) => split(last(folder), direction);
export const messages = (folder, direction) => lines(folder, direction).map((line) => JSON.parse(line));
export const firstMessages = (folder, direction) => split(processes(folder)[0], direction).map((line) => JSON.parse(line));
const split = (process, direction) => readFileSync(join(process, direction), 'utf8').split(/(?<=\n)/);
export const decisions = (run) =>
  existsSync(run.audit) ? readFileSync(run.audit, 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line)) : [];
const exitCode = (folder) => (existsSync(join(last(folder), 'exit')) ? readFileSync(join(last(folder), 'exit'), 'utf8') : 'killed before it ended');

/** Both directions passed the proxy byte for byte, both processes ended by themselves, and nothing serious was decided. */
export function assertUntouched(run) {
  for (const direction of ['in', 'out']) {
    assert.ok(lines(run.server, direction).length > 1, `nothing was recorded (${direction})`);
    assert.deepEqual(lines(run.client, direction), lines(run.server, direction), `direction ${direction}`);
  }
  assert.deepEqual([exitCode(run.server), exitCode(run.client)], ['0', '0']);
  assert.deepEqual(decisions(run).filter((decision) => ['block', 'review', 'edit'].includes(decision.action)), []);
}
