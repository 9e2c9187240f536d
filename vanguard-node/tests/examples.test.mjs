// The examples run, and do what they say.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

test('the guarded client and its guarded server', () => {
  const client = fileURLToPath(new URL('../../examples/node/client.mjs', import.meta.url));
  const shown = execFileSync(process.execPath, [client], {
    encoding: 'utf8',
    timeout: 120_000,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const lines = shown.split('\n');
  assert.match(lines[0], /Water the plants\./);
  assert.match(lines[1], /github-token/);
  assert.doesNotMatch(shown, /ghp_/);
  assert.match(lines[2], /would run: make test$/);
  assert.match(lines[3], /blocked by Vanguard.*CMD-DOWNLOAD-EXEC/);
});
