import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { projectRoot } from '../../harness/root.js';
import { pktpath } from '../support/cli.js';
import { commandsOf, documents, walkThrough } from './documents.js';

describe('the examples in the documents', function () {
  this.timeout(60_000);
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'pktpath-docs-'));
  });

  after(() => rmSync(folder, { recursive: true }));

  // the walk-through's are run where its experiment is
  const ordinary = documents.filter(({ name }) => name !== walkThrough.name);
  const commands = ordinary.flatMap(({ name, text }) => commandsOf(text).map((command) => ({ name, command })));

  it('are there', () => assert.ok(commands.length >= 5));

  for (const { name, command } of commands) {
    it(`${name}: ${command}`, async () => {
      const words = command.split(/\s+/);
      // A run is planned, not made; a report is drawn of the stored record; what needs root is asked for its help.
      if (words[0] === 'run') words.push('--dry-run');
      if (['clean', 'doctor', 'send', 'receive'].includes(words[0] ?? '')) words.push('--help');
      if (words[0] === 'report') {
        const run = join(folder, words[1] ?? '');
        mkdirSync(run, { recursive: true });
        cpSync(join(projectRoot, 'test/fixtures/records/table1.json'), join(run, 'run.json'));
        words[1] = run;
      }
      const { code, stderr } = await pktpath(words);
      assert.equal(code, 0, stderr);
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
