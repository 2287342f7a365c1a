import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { claimsSuite, suites } from '../../harness/cli/experiments.js';
import { SuiteRun } from '../../harness/cli/suite-run.js';
import { RunLockHeld } from '../../harness/clean/lock.js';
import { failure } from '../../harness/errors.js';
import { articleClaims } from '../../reports/claims/article.js';
import { readRecord, writeRecord } from '../../reports/record-io.js';
import { readSuite, writeSuite } from '../../reports/suite-file.js';
import { pktpath } from '../support/cli.js';
import { samplePath } from '../support/sample-record.js';

const quickMinutes = 15;

describe('the suite article', function () {
  this.timeout(60_000);
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'pktpath-article-'));
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  it('is every experiment, and has one for each claim', () => {
    const names = suites['article']!.members.map(({ experiment }) => experiment);
    for (const { experiment } of Object.values(articleClaims)) assert.ok(names.includes(experiment), experiment);
    assert.equal(claimsSuite(['table1', 'article']), 'article');
    assert.equal(claimsSuite(['quick', 'constructor']), undefined);
  });

  it('says in a dry run what each takes and all together, quickly within a quarter of an hour', async () => {
    const { code, stdout } = await pktpath(['run', 'article', '--quick', '--dry-run'], { cwd: folder });
    assert.equal(code, 0);
    assert.match(stdout, /^7 runs; about \d+ min \d+ s in all$/m);
    const json = await pktpath(['run', 'article', '--quick', '--dry-run', '--json'], { cwd: folder });
    const plans = JSON.parse(json.stdout) as { name: string; quick: boolean; estimatedSeconds: number }[];
    assert.ok(plans.every(({ quick }) => quick));
    assert.ok(plans.reduce((sum, each) => sum + each.estimatedSeconds, 0) < quickMinutes * 60);
    assert.deepEqual(readdirSync(folder), []);
  });

  it('is drawn again from the folder alone, also what has no record', async () => {
    mkdirSync(join(folder, 'table1'));
    cpSync(samplePath, join(folder, 'table1', 'run.json'));
    const member = { kernel: null, reason: null };
    writeSuite(
      {
        suite: 'article',
        members: [
          { ...member, experiment: 'table1', folder: 'table1' },
          { ...member, experiment: 'paths', folder: 'paths', reason: 'no veth' },
        ],
      },
      folder,
    );
    const { code, stdout, stderr } = await pktpath(['report', folder]);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /What the article claims, and what was measured here/);
    assert.match(stderr, /^article: .*article\.html$/m);
    assert.ok(existsSync(join(folder, 'table1', 'report.html')));
    assert.match(readFileSync(join(folder, 'article.md'), 'utf8'), /\| C5 \|.*Not measured: no veth\./);
    const json = await pktpath(['report', folder, '--json']);
    const written = JSON.parse(json.stdout) as { run: string; files: string[] }[];
    assert.deepEqual(
      written.map(({ run }) => run),
      [join(folder, 'table1', 'run.json'), join(folder, 'suite.json')],
    );
    assert.ok(written.every(({ files }) => files.every((file) => existsSync(file))));
  });

  it('waits for another run on the machine, but not for ever', async () => {
    const planned = [{ experiment: 'table1', target: null, folder: join(folder, 'table1') }];
    const record = readRecord(samplePath);
    const held = new RunLockHeld('/run/pktpath/lock', { pid: 7, startTime: '1', bootId: 'x' });
    let tries = 0;
    const suite = new SuiteRun('article', folder, planned, false, { forMs: 5000, everyMs: 1 });
    const made = await suite.make(planned[0]!.folder, () => {
      tries += 1;
      return tries < 3 ? Promise.reject(held) : Promise.resolve(record);
    });
    assert.deepEqual([made, tries], [record, 3]);
    const exit = process.exitCode;
    const impatient = new SuiteRun('article', join(folder, 'other'), planned, false, { forMs: -1, everyMs: 1 });
    try {
      assert.equal(await impatient.make(planned[0]!.folder, () => Promise.reject(held)), undefined);
    } finally {
      process.exitCode = exit;
    }
  });

  it('goes on after a run that failed, and keeps the reason', async () => {
    const planned = ['table1', 'paths', 'filter'].map((experiment) => ({
      ...{ experiment, target: null },
      folder: join(folder, experiment),
    }));
    const [table1, paths] = planned.map((each) => each.folder);
    const exit = process.exitCode;
    const suite = new SuiteRun('article', folder, planned);
    try {
      const failed = await suite.make(paths!, () => Promise.reject(failure('no veth', 'load the module')));
      assert.equal(failed, undefined);
      assert.equal(process.exitCode, 1);
    } finally {
      process.exitCode = exit;
    }
    const record = readRecord(samplePath);
    const made = await suite.make(table1!, () => {
      writeRecord(record, table1!);
      return Promise.resolve(record);
    });
    assert.equal(made, record);
    assert.deepEqual(
      readSuite(folder).members.map(({ experiment, reason }) => [experiment, reason]),
      [
        ['table1', null],
        ['paths', 'no veth'],
        ['filter', 'the suite was ended before it'],
      ],
    );
    await suite.end(true);
    assert.match(
      readFileSync(join(folder, 'article.md'), 'utf8'),
      /\| C6 \|.*Not measured: the suite was ended before it/,
    );
    assert.throws(() => new SuiteRun('article', folder, planned), /holds a suite already/);
    assert.doesNotThrow(() => new SuiteRun('article', folder, planned, true), 'one that goes on in its folder');
  });
});
