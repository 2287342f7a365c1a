import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../../harness/root.js';

describe('the closing of a test run', function () {
  let folder: string;

  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'pktpath-reporter-test-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  function runTests(text: string): { status: number | null; lines: string[] } {
    const capabilities = new URL('./capabilities.js', import.meta.url).href;
    const file = join(folder, 'given.test.mjs');
    writeFileSync(file, `import { requireCapability } from '${capabilities}';\n${text}`);
    const mocha = join(projectRoot, 'node_modules/mocha/bin/mocha.js');
    const reporter = join(import.meta.dirname, 'reporter.js');
    const args = [mocha, '--no-config', '--no-color', '--reporter', reporter, file];
    const { status, stdout } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    return { status, lines: stdout.split('\n').map((line) => line.trim()) };
  }

  it('counts on a line of its own, and says what each skipped test needed', function () {
    const { status, lines } = runTests(`
      describe('outer', function () {
        it('passes', () => {});
        it('alone', function () { requireCapability(this, 'a card', false); });
        describe('inner', function () {
          before(function () { requireCapability(this, 'root', false); });
          it('first', () => {});
          it('second', () => {});
        });
        it('without reason', function () { this.skip(); });
        it('able', function () { requireCapability(this, 'nothing', true); });
      });`);
    assert.equal(status, 0);
    assert.ok(lines.includes('2 passed, 0 failed, 4 skipped'), lines.join('\n'));
    assert.deepEqual(
      lines.filter((line) => line.startsWith('needs ')),
      [
        'needs a card: outer alone',
        'needs (not said): outer without reason',
        'needs root: outer inner first',
        'needs root: outer inner second',
      ],
    );
  });

  it('counts failures, and fails', function () {
    const { status, lines } = runTests(`it('fails', () => { throw new Error('on purpose'); });`);
    assert.equal(status, 1);
    assert.ok(lines.includes('0 passed, 1 failed, 0 skipped'), lines.join('\n'));
  });

  const nothings: [what: string, text: string][] = [
    ['no test', ''],
    ['only skipped ones', `it('skipped', function () { requireCapability(this, 'root', false); });`],
  ];
  for (const [what, text] of nothings) {
    it(`fails when there was ${what}`, function () {
      const { status, lines } = runTests(text);
      assert.equal(status, 1);
      assert.ok(lines.includes('no test was executed, which counts as a failure'), lines.join('\n'));
    });
  }
});
