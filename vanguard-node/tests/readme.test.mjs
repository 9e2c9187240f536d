// What the READMEs show runs. `vanguard-mcp` is this package: it may name itself.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const folder = mkdtempSync(fileURLToPath(new URL('readme-', import.meta.url)));
test.after(() => rmSync(folder, { recursive: true }));

for (const name of ['../../README.md', '../README.md']) {
  const text = readFileSync(new URL(name, import.meta.url), 'utf8');
  const snippets = [...text.matchAll(/```js\n(.*?)```/gs)];
  test(`${name} has snippets`, () => assert.ok(snippets.length > 0));
  for (const [number, [, code]] of snippets.entries()) {
    test(`${name}, snippet ${number + 1}`, async () => {
      const file = join(folder, `${name.replaceAll(/\W/g, '')}${number}.mjs`);
      // An assertion that fails in a snippet only prints.
      writeFileSync(file, code.replaceAll('console.assert(', "(await import('node:assert')).ok("));
      await import(file);
    });
  }
}
