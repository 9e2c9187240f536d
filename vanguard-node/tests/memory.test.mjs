// Many calls do not make the process larger. `make memory` makes a million.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { measured } from './memory.mjs';

test('many calls do not grow the process', async () => {
  const taken = await measured(24_000);
  assert.ok(taken.get(100) - taken.get(50) < 16 * 2 ** 20);
});
