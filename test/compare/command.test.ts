import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeRecord } from '../../reports/record-io.js';
import { pktpath } from '../support/cli.js';
import { countedRecord, noisyRecord } from './sample-runs.js';

describe('pktpath compare', function () {
  this.timeout(60_000);
  let folder: string;
  const at = (name: string): string => join(folder, name);

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'pktpath-compare-'));
    writeRecord(await noisyRecord(), at('base'));
    writeRecord(await noisyRecord({ runId: 'head', seed: 2, factors: { copy: 1.2 } }), at('head'));
    writeRecord(await noisyRecord({ runId: 'again', seed: 3 }), at('again'));
    writeRecord(await noisyRecord({ runId: 'few', rounds: 3 }), at('few'));
    for (const [side, more] of [
      ['left', 0],
      ['right', 100],
    ] as const) {
      // prettier-ignore
      writeRecord(await countedRecord(`${side} on`, { copy: more }), at(`${side}/table1/1-on`));
      writeRecord(await countedRecord(`${side} off`, {}, 'mitigations=off'), at(`${side}/table1/2-off`));
    }
  });

  after(() => rmSync(folder, { recursive: true }));

  const compareThem = (base: string, head: string, ...words: string[]) =>
    pktpath(['compare', at(base), at(head), ...words]);

  it('prints and leaves with 0 when nobody asked for a gate', async () => {
    const { code, stdout, stderr } = await compareThem('base', 'head');
    assert.equal(code, 0, stderr);
    assert.match(stdout, /copy .* worse$/m);
    assert.match(stderr, /^compare: 3 worse, 0 better, \d+ same/);
  });

  it('leaves with 3 when a row is worse, behind the table, and with 0 when none is', async () => {
    const { code, stdout, stderr } = await compareThem('base', 'head', '--fail-on', 'worse:5%', '--format', 'markdown');
    assert.equal(code, 3);
    assert.match(stdout, /\| copy \|.*\| worse \|/);
    assert.match(stderr, /^pktpath: worse: table1 \| .* \| copy, and 2 more$/m);
    assert.equal((await compareThem('base', 'again', '--fail-on', 'worse:5%')).code, 0);
    assert.equal((await compareThem('base', 'head', '--fail-on', 'worse:100%')).code, 0);
    const again = await compareThem('base', 'head', '--fail-on', 'worse:5%', '--again', at('head'));
    // as far from itself as HEAD is
    assert.equal(again.code, 0, again.stderr);
  });

  it('fails on what is unsure when that was asked for, and not else', async () => {
    const { code, stderr } = await compareThem('base', 'few', '--fail-on', 'worse:5%', '--fail-on', 'unsure');
    assert.equal(code, 3);
    assert.match(stderr, /^pktpath: unsure: /m);
    assert.equal((await compareThem('base', 'few', '--fail-on', 'worse:5%')).code, 0);
  });

  it('compares folders of suites and matrices, column by column', async () => {
    const { code, stdout } = await compareThem('left', 'right', '--json', '--fail-on', 'worse');
    assert.equal(code, 3);
    const { pairs, rows } = JSON.parse(stdout) as { pairs: unknown[]; rows: { key: string; verdict: string }[] };
    assert.equal(pairs.length, 2);
    assert.deepEqual(rows.filter(({ verdict }) => verdict !== 'same').map(({ key }) => key.replace(/.*\| /, '')), ['copy']); // prettier-ignore
  });

  it('puts tables in the summary of a job, annotations on stdout, and names out of reach', async () => {
    const summary = at('summary.md');
    const env = { GITHUB_STEP_SUMMARY: summary };
    const told = await pktpath(['compare', at('base'), at('head'), '--format', 'github'], { env });
    assert.equal(told.code, 0, told.stderr);
    assert.equal(told.stdout.match(/^::error title=worse/gm)?.length, 3);
    assert.match(readFileSync(summary, 'utf8'), /^## table1/);
    const plain = await pktpath(['compare', at('base'), at('head'), '--format', 'github'], {
      env: { GITHUB_STEP_SUMMARY: '' },
    });
    assert.match(plain.stdout, /^::stop-commands::(\w{32})\n## table1[^]*\n::\1::\n::error/);
    const unwritable = await pktpath(['compare', at('base'), at('head'), '--format', 'github'], {
      env: { GITHUB_STEP_SUMMARY: folder },
    });
    assert.equal(unwritable.code, 1);
    assert.match(unwritable.stderr, /cannot write the job’s summary/);
  });

  it('refuses what cannot be compared with 5, and prints no table', async () => {
    const text = readFileSync(at('base/run.json'), 'utf8');
    const put = (name: string, content: string): string => {
      mkdirSync(at(name));
      writeFileSync(join(at(name), 'run.json'), content);
      return name;
    };
    const edited = (
      name: string,
      edit: (record: { version: number; trials?: unknown; run: { status: string } }) => void,
    ): string => {
      const record = JSON.parse(text) as Parameters<typeof edit>[0];
      edit(record);
      return put(name, JSON.stringify(record));
    };
    mkdirSync(at('nothing'));
    const cases: [string, RegExp][] = [
      ['none', /cannot read a record from .*none: no such file/],
      ['nothing', /nothing holds no record/],
      [put('cut', text.slice(0, 5000)), /is not JSON/],
      [put('empty', ''), /is not JSON/],
      [put('foreign', '{}'), /is not a pktpath record/],
      [edited('newer', (record) => (record.version = 99)), /is a record of version 99/],
      [edited('broken', (record) => delete record.trials), /is a broken record: trials/],
      [edited('partial', (record) => (record.run.status = 'partial')), /was not finished/],
      ['base', /are the same run/],
      ['left', /differ in more than the kernel|only BASE has a run/],
    ];
    for (const [head, expected] of cases) {
      const { code, stdout, stderr } = await compareThem('base', head, '--fail-on', 'worse:5%');
      assert.deepEqual([code, stdout], [5, ''], `${head}: ${stderr}`);
      assert.match(stderr, expected);
      assert.doesNotMatch(stderr, /^ {4}at /m);
    }
  });

  it('reads records of older versions, and is never sure of what their trials do not give', async () => {
    for (const version of [1, 2]) {
      for (const side of ['old', 'older']) {
        mkdirSync(at(`${side}${version}`));
        copyFileSync(`test/fixtures/records/table1-version-${version}.json`, join(at(`${side}${version}`), 'run.json'));
      }
      const path = join(at(`older${version}`), 'run.json');
      writeFileSync(path, readFileSync(path, 'utf8').replace(/"id": ?"[^"]*"/, '"id": "older"'));
      const { code, stdout, stderr } = await compareThem(`old${version}`, `older${version}`, '--json');
      assert.equal(code, 0, stderr);
      const { rows } = JSON.parse(stdout) as { rows: { kind: string; verdict: string }[] };
      const timed = rows.filter(({ kind }) => kind !== 'metric');
      assert.ok(timed.length > 0 && timed.every(({ verdict }) => verdict === 'unsure'));
    }
  });

  it('refuses words it does not know with 2', async () => {
    const cases: [string[], RegExp][] = [
      [['--fail-on', 'slower'], /It is worse, worse:5% or unsure/],
      [['--threshold', '0'], /0\.001 to 1000/],
      [['--threshold', '2', '--fail-on', 'worse:5%'], /thresholds of 2 % and 5 %/],
      [['--metric', 'constructor'], /unknown metric "constructor"/],
      [['--table', 'constructor'], /unknown table "constructor"/],
      [['--row', 'frameBytes'], /It is key=value/],
    ];
    for (const [words, expected] of cases) {
      const { code, stdout, stderr } = await compareThem('base', 'head', ...words);
      assert.deepEqual([code, stdout], [2, ''], words.join(' '));
      assert.match(stderr, expected);
    }
  });
});
