import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../harness/root.js';
import { optionsOfRun } from './options-of-run.js';
import { requireCapability } from '../support/capabilities.js';
import { pktpath } from '../support/cli.js';
import { action, document, gitlab, shellTexts, workflows } from './shell-blocks.js';
import type { Step } from './shell-blocks.js';

/** What a workflow may use that is not ours, each pinned to a major version. */
const allowedActions = ['setup-node', 'cache', 'checkout', 'upload-artifact', 'download-artifact'];

describe('the workflows for CI', function () {
  this.timeout(60_000);

  const everyStep: Step[] = [
    ...action.runs.steps,
    ...workflows.flatMap(({ workflow }) => Object.values(workflow.jobs).flatMap(({ steps }) => steps)),
  ];

  it('are there: exact, timed, in shards; GitLab’s too', () => {
    assert.deepEqual(
      workflows.map(({ workflow }) => workflow.name),
      ['receive path', 'receive path, timed', 'receive path, in shards'],
    );
    assert.deepEqual(Object.keys(gitlab), ['default', 'measure', 'compare']);
    for (const { workflow } of workflows) assert.deepEqual(workflow.permissions, { contents: 'read' });
  });

  it('use nothing but GitHub’s own actions, pinned to a major version, and this one', () => {
    for (const { uses } of everyStep.filter(({ uses: used }) => used !== undefined)) {
      const [, name = ''] = /^actions\/([a-z-]+)@v\d+$/.exec(uses ?? '') ?? [];
      assert.ok(uses === './pktpath' || allowedActions.includes(name), uses);
    }
  });

  it('put no expression into a shell’s text', () => {
    for (const { where, text } of shellTexts) assert.ok(!text.includes('${{'), `${where}: ${text}`);
  });

  it('give the action inputs that it has, and read outputs that it has', () => {
    for (const { with: given = {} } of everyStep.filter(({ uses }) => uses === './pktpath'))
      for (const input of Object.keys(given)) assert.ok(input in action.inputs, input);
    for (const [, output = ''] of document.matchAll(/steps\.pktpath\.outputs\.(\w+)/g))
      assert.ok(output in action.outputs);
    const text = readFileSync(join(projectRoot, 'action.yml'), 'utf8');
    for (const [, input = ''] of text.matchAll(/inputs\.([a-z-]+)/g)) assert.ok(input in action.inputs, input);
    for (const input of Object.keys(action.inputs)) assert.ok(text.includes(`inputs.${input}`), `${input} is used`);
    const ids = action.runs.steps.flatMap(({ id }) => id ?? []);
    for (const [, id = ''] of text.matchAll(/steps\.(\w+)\.outputs/g)) assert.ok(ids.includes(id), id);
  });

  it('say of every step of the action which shell it is for', () => {
    assert.equal(action.runs.using, 'composite');
    for (const { run, uses, shell } of action.runs.steps)
      assert.ok(uses !== undefined || (run !== undefined && shell === 'bash'));
  });

  it('document every input and output', () => {
    for (const name of [...Object.keys(action.inputs), ...Object.keys(action.outputs)])
      assert.ok(document.includes(`\`${name}\``), name);
  });

  it('name files of the project that are there', () => {
    for (const { text } of shellTexts)
      for (const [path] of text.matchAll(/scripts\/[\w/.-]+/g)) assert.ok(existsSync(join(projectRoot, path)), path);
  });

  it('call pktpath with options that it has', async () => {
    for (const { where, text } of shellTexts) {
      for (const [, command = '', words = ''] of text.matchAll(/npx --no-install pktpath (\w+) (.*)$/gm)) {
        const known = await optionsOfRun(command);
        for (const [option] of words.matchAll(/(?<=\s)--[a-z-]+/g))
          assert.ok(known.includes(option), `${where}: ${option}`);
      }
    }
  });

  it('have shell that shellcheck has nothing against', function () {
    const found = spawnSync('shellcheck', ['--version']).status === 0;
    requireCapability(this, 'shellcheck', found);
    for (const { where, text, env } of shellTexts) {
      const known = ['RUNNER_TEMP', 'GITHUB_ACTION_PATH', 'GITHUB_OUTPUT', ...env].map((name) => `export ${name}=x`);
      const input = `#!/bin/bash\n${known.join('\n')}\n${text}`;
      const { status, stdout } = spawnSync('shellcheck', ['--shell=bash', '-'], { input, encoding: 'utf8' });
      assert.equal(status, 0, `${where}:\n${stdout}`);
    }
  });
});

describe('the worked example', function () {
  this.timeout(60_000);

  it('prints what the document shows, and leaves with the code that it says', async () => {
    const [, command = ''] = /`pktpath (compare docs\/example[^`]*)`/.exec(document) ?? [];
    const [, shown] = /<!-- example -->\n```text\n(.*?)```/s.exec(document) ?? [];
    const { code, stdout } = await pktpath(command.split(' '), { cwd: projectRoot, env: { NO_COLOR: '1' } });
    assert.equal(code, 3);
    assert.equal(stdout.trimEnd(), shown?.trimEnd());
  });

  it('says the differences that its records have', async () => {
    const words = ['compare', 'docs/example/linux-6.1', 'docs/example/linux-6.12', '--json', '--filter', '64'];
    const { stdout } = await pktpath(words, { cwd: projectRoot });
    const { rows } = JSON.parse(stdout) as { rows: { cell: string; name: string; base: Side; head: Side }[] };
    interface Side {
      median: number;
    }
    const grown = (stage: string): number => {
      const row = rows.find(({ cell, name }) => cell.includes('frameBytes=64') && name === stage);
      return Math.round(row!.head.median) - Math.round(row!.base.median);
    };
    assert.match(document, new RegExp(`\`recvmsg\` grew by ${String(grown('recvmsg'))} instructions at 64 bytes`));
    assert.match(document, new RegExp(`driver's receive lost ${String(-grown('driver-rx'))}`));
  });

  it('has nothing of the machine that made it but its processor', () => {
    for (const side of ['linux-6.1', 'linux-6.12']) {
      const text = readFileSync(join(projectRoot, 'docs/example', side, 'run.json'), 'utf8');
      assert.doesNotMatch(text, /"\/(?:home|root|tmp|work|builds|Users)\b/);
    }
  });
});
