import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../../harness/root.js';
import { cliPath, pktpath } from '../support/cli.js';

const sample = join(projectRoot, 'test/fixtures/records/table1.json');

describe('pktpath report', function () {
  this.timeout(60_000);
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'pktpath-report-'));
    copyFileSync(sample, join(folder, 'run.json'));
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  it('draws everything again beside the record, and leaves the record alone', async () => {
    const { code, stdout, stderr } = await pktpath(['report', folder]);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /article/);
    assert.match(stderr, /^report: .*report\.html$/m);
    for (const file of ['report.html', 'report.md', 'trials.csv', 'charts'])
      assert.ok(existsSync(join(folder, file)), file);
    assert.deepEqual(readFileSync(join(folder, 'run.json')), readFileSync(sample));
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.startsWith('.')),
      [],
    );
  });

  it('prints for programs what it wrote', async () => {
    const { code, stdout } = await pktpath(['report', join(folder, 'run.json'), '--json']);
    assert.equal(code, 0);
    const [run] = JSON.parse(stdout) as { run: string; files: string[] }[];
    assert.equal(run?.run, join(folder, 'run.json'));
    assert.ok(run.files.length > 3 && run.files.every((file) => existsSync(file)));
  });

  it('ends well when its reader has seen enough', async () => {
    const child = spawn(process.execPath, [cliPath, 'report', folder], { stdio: ['ignore', 'pipe', 'ignore'] });
    child.stdout.destroy();
    const [code] = (await once(child, 'exit')) as [number | null];
    assert.equal(code, 0);
    assert.ok(existsSync(join(folder, 'report.html')));
  });

  const change = (edit: (record: Record<string, unknown>) => void): string => {
    const record = JSON.parse(readFileSync(sample, 'utf8')) as Record<string, unknown>;
    edit(record);
    return JSON.stringify(record);
  };
  const broken: [string, () => string, RegExp][] = [
    ['that is cut off', () => readFileSync(sample, 'utf8').slice(0, 1000), /is not JSON/],
    ['of a newer version', () => change((record) => (record['version'] = 99)), /is a record of version 99/],
    ['of another program', () => change((record) => (record['schema'] = 'other')), /is not a pktpath record/],
    ['with a part missing', () => change((record) => delete record['trials']), /is a broken record: trials/],
    [
      'of an experiment that there is not',
      () => change((record) => ((record['experiment'] as { name: string }).name = 'constructor')),
      /has no experiment "constructor"/,
    ],
  ];
  for (const [name, text, expected] of broken) {
    it(`refuses a record ${name}, and writes nothing`, async () => {
      writeFileSync(join(folder, 'run.json'), text());
      const { code, stdout, stderr } = await pktpath(['report', folder]);
      assert.deepEqual([code, stdout], [1, '']);
      assert.match(stderr, expected);
      assert.doesNotMatch(stderr, /^ {4}at /m);
      assert.deepEqual(readdirSync(folder), ['run.json']);
    });
  }

  it('says when there is no record', async () => {
    const { code, stderr } = await pktpath(['report', join(folder, 'none')]);
    assert.equal(code, 1);
    assert.match(stderr, /^pktpath: cannot read a record from .*none: no such file or folder/);
  });
});
