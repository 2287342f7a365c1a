import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { projectRoot } from '../../harness/root.js';
import { pktpath, twoAtATime } from '../support/cli.js';
import type { CliResult } from '../support/cli.js';
import { commandsOf, documents, walkThrough } from './documents.js';

describe('the examples in the documents', function () {
  this.timeout(60_000);
  let folder: string;
  let ends: Promise<CliResult>[];

  // the walk-through's are run where its experiment is
  const ordinary = documents.filter(({ name }) => name !== walkThrough.name);
  const commands = ordinary.flatMap(({ name, text }) => commandsOf(text).map((command) => ({ name, command })));

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'pktpath-docs-'));
    ends = twoAtATime(
      commands.map(
        ({ command }) =>
          () =>
            pktpath(wordsOf(command)),
      ),
    );
  });

  after(async () => {
    await Promise.allSettled(ends);
    rmSync(folder, { recursive: true });
  });

  /** A run is planned, not made; a report is drawn of the stored record; what needs root is asked for its help. */
  function wordsOf(command: string): string[] {
    const words = command.split(/\s+/);
    // what goes on needs a run that ended too early: test/cli/resume.test.ts
    if (words[0] === 'run') words.push(words.includes('--resume') ? '--help' : '--dry-run');
    if (words[0] === 'ab') words.push('--dry-run');
    if (['clean', 'compare', 'doctor', 'merge', 'selftest', 'send', 'receive'].includes(words[0] ?? ''))
      words.push('--help');
    if (words[0] === 'report') {
      const run = join(folder, words[1] ?? '');
      mkdirSync(run, { recursive: true });
      cpSync(join(projectRoot, 'test/fixtures/records/table1.json'), join(run, 'run.json'));
      words[1] = run;
    }
    return words;
  }

  it('are there', () => assert.ok(commands.length >= 5));

  for (const [index, { name, command }] of commands.entries()) {
    it(`${name}: ${command}`, async () => {
      const result = await ends[index];
      assert.equal(result?.code, 0, result?.stderr);
    });
  }

  it('and every file that a document links to is there', () => {
    for (const { name, text } of documents) {
      for (const [, target = ''] of text.matchAll(/\]\(([^)#]+?)(?:#[^)]*)?\)/g)) {
        if (/^[a-z]+:/.test(target)) continue;
        assert.ok(existsSync(join(projectRoot, dirname(name), target)), `${name} links to ${target}`);
      }
    }
  });
});
