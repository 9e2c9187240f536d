// The official TypeScript SDK against real servers: with the proxy in between it sees the same as without it, attacks apart.
import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { assertUntouched, blocked, decisions, direct, everything, filesystem, firstMessages, guarded, lines, messages, scratch } from './harness.mjs';
import { quotes, steps } from './scenario.mjs';
import { connect, sdks } from './sdk.mjs';

/** Drives every step on one connection; a step that fails ends the run, and the later ones say so. */
async function watch(sdk, run) {
  const peer = await connect(sdk, run.command);
  const observed = {};
  try {
    for (const [name, step] of Object.entries(steps)) {
      observed[name] = await step(peer);
    }
  } catch (error) {
    observed[Object.keys(steps)[Object.keys(observed).length]] = { failed: error.message, data: error.data };
  } finally {
    await peer.client.close();
  }
  return JSON.parse(JSON.stringify(observed));
}

for (const [name, load] of Object.entries(sdks)) {
  describe(name, () => {
    const sdk = load();
    const folder = scratch();
    const runs = {};
    let without, through;
    after(() => rmSync(folder, { recursive: true }));

    before(async () => {
      runs.direct = direct(everything, folder);
      runs.guarded = guarded(everything, folder);
      without = await watch(sdk, runs.direct);
      through = await watch(sdk, runs.guarded);
    });

    test('the comparison means something', () => {
      const text = JSON.stringify(without);
      assert.ok(without.tools.tools.length >= 15, 'conditional tools are missing');
      assert.deepEqual(without.quotes.map((answer) => answer.content[0].text), quotes.map((quote) => `Echo: ${quote}`));
      assert.equal(without.results[1].structuredContent.conditions, 'Light rain / drizzle');
      assert.equal(without.errors[1].code, -32602);
      assert.deepEqual(without.completion.completion.values, ['Sales', 'Support']);
      assert.deepEqual(without.progress[1], [1, 2, 3, 4, 5].map((step) => [step, 6]));
      assert.equal(without.cancellation[0], 'stopped');
      assert.equal(without.sampling[1].systemPrompt, 'You are a helpful test server.');
      for (const word of ['file:///srv/project', 'A dry answer.', 'Ada Lovelace', 'https://example.com/in', '"heard"']) {
        assert.ok(text.includes(word), word);
      }
      assert.ok('ping' in without, JSON.stringify(without).slice(-500));
    });

    for (const step of Object.keys(steps)) {
      test(step, () => assert.deepEqual(through[step] ?? 'not reached: an earlier step failed', without[step]));
    }

    test('lines pass byte for byte', () => assertUntouched(runs.guarded));

    test('the cancellation reached the server', () => {
      const cancelled = messages(runs.guarded.server, 'in').filter((message) => message.method === 'notifications/cancelled');
      assert.equal(cancelled.length, 1);
      assert.ok(messages(runs.guarded.server, 'in').some((message) => message.id === cancelled[0].params.requestId));
    });

    if (name.startsWith('client 2')) {
      test('the probe reaches the server', () => {
        for (const run of [runs.direct, runs.guarded]) {
          const [first] = firstMessages(run.server, 'in');
          assert.equal(first.method, 'server/discover');
          const answers = firstMessages(run.client, 'out').filter((message) => message.id === first.id && !message.method);
          assert.deepEqual(answers.map((answer) => answer.error.code), [-32601]);
        }
      });
    }

    test('an attack is refused and the connection goes on', async () => {
      const project = join(folder, 'project');
      mkdirSync(join(project, '.ssh'), { recursive: true });
      writeFileSync(join(project, 'README.md'), '# A project\n');
      writeFileSync(join(project, '.ssh/id_rsa'), "not a key: a file for the firewall's tests\n");
      const run = guarded(filesystem(project), join(folder, 'attacks'));
      const read = (path) => ({ name: 'read_text_file', arguments: { path } });
      const { client } = await connect(sdk, run.command);
      try {
        await client.listTools();
        for (const path of [`${project}/docs/../../../../../../../etc/passwd`, `${project}/.ssh/id_rsa`]) {
          await assert.rejects(client.callTool(read(path)), (error) => {
            assert.equal(error.code, blocked);
            const { findings } = error.data.vanguard;
            assert.ok(findings.every(({ allow, pointer }) => allow && pointer.startsWith('/params/arguments')), JSON.stringify(findings));
            assert.ok(findings.some(({ rule, reason }) => error.message.includes(rule) && error.message.includes(reason)), error.message);
            return true;
          });
          const honest = await client.callTool(read(`${project}/README.md`));
          assert.equal(honest.content[0].text, '# A project\n');
        }
      } finally {
        await client.close();
      }
      const [sent, reached] = [lines(run.client, 'in'), lines(run.server, 'in')];
      assert.deepEqual(sent.filter((line) => !/passwd|id_rsa/.test(line)), reached);
      assert.deepEqual(lines(run.client, 'out').filter((line) => !line.includes(String(blocked))), lines(run.server, 'out'));
      assert.deepEqual(decisions(run).map((decision) => decision.action).filter((action) => !['allow', 'warn'].includes(action)), ['block', 'block']);
    });
  });
}
