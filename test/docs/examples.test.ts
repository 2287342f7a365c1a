import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { projectRoot } from '../../harness/root.js';
import { pktpath, twoAtATime } from '../support/cli.js';
import type { CliResult } from '../support/cli.js';

const documents = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(join(projectRoot, 'docs')).map((each) => `docs/${each}`),
]
  .filter((name) => name.endsWith('.md'))
  .map((name) => ({ name, text: readFileSync(join(projectRoot, name), 'utf8') }));

/** Lines of code blocks that call the command line, without their comments. */
function commandsOf(text: string): string[] {
  return [...text.matchAll(/^npx pktpath (.*)$/gm)].map(([, rest = '']) => rest.replace(/\s+#.*$/, '').trim());
}

describe('the examples in the documents', function () {
  this.timeout(60_000);
  let folder: string;
  let ends: Promise<CliResult>[];

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
    if (words[0] === 'run') words.push('--dry-run');
    if (['clean', 'doctor', 'send', 'receive'].includes(words[0] ?? '')) words.push('--help');
    if (words[0] === 'report') {
      const run = join(folder, words[1] ?? '');
      mkdirSync(run, { recursive: true });
      cpSync(join(projectRoot, 'test/fixtures/records/table1.json'), join(run, 'run.json'));
      words[1] = run;
    }
    return words;
  }

  const commands = documents.flatMap(({ name, text }) => commandsOf(text).map((command) => ({ name, command })));

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
