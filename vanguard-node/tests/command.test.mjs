// The command `vanguard`, as the package brings it.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { guarded } from './demo.mjs';

const program = fileURLToPath(new URL('../bin/vanguard.js', import.meta.url));
const run = (words, options = {}) =>
  spawnSync(process.execPath, [program, ...words], { encoding: 'utf8', timeout: 120_000, ...options });

test('it is the same command', () => {
  const version = run(['--version']);
  assert.ok(version.status === 0 && version.stdout.startsWith('vanguard '));
  const judged = run(['inspect', '--json', '-'], { input: '{"jsonrpc":"2.0","id":1,"method":"ping"}\n' });
  assert.ok(judged.status === 0 && judged.stdout.includes('"action":"allow"'));
  const wrong = run(['strat']);
  assert.ok(wrong.status === 2 && wrong.stderr.includes('start'));
});

test('a server that nobody changed', async () => {
  const server = fileURLToPath(new URL('demo-server.mjs', import.meta.url));
  const args = [program, 'start', '--name', 'demo', '--', process.execPath, server, 'v2'];
  const client = new Client({ name: 'tests', version: '1.0.0' }, { versionNegotiation: { mode: 'auto' } });
  await client.connect(new StdioClientTransport({ command: process.execPath, args }));
  try {
    await guarded(client);
  } finally {
    await client.close();
  }
});

test('a confined server', () => {
  const folder = mkdtempSync(join(tmpdir(), 'vanguard-'));
  try {
    const zone = join(folder, 'zone');
    mkdirSync(zone);
    writeFileSync(join(folder, 'secret'), 'kept');
    writeFileSync(
      join(zone, 'note'),
      '{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":"read"}}\n',
    );
    const sandbox = ['start', '--sandbox', '--safe-zone', zone, '--sandbox-connect', 'any', '--sandbox-bind', 'any'];
    const { status, stdout, stderr } = run([...sandbox, '--', 'sh', '-c', `cat note; cat '${folder}/secret'`]);
    if (status === 125) {
      assert.match(stderr, /kernel|Landlock/);
      return;
    }
    assert.ok(stdout.includes('"data":"read"') && !stdout.includes('kept'), `${status} ${stdout} ${stderr}`);
    assert.match(stderr, /ermission denied/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
