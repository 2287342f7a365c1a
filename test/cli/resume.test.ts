import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { allowedCpus } from '../../harness/environment/allowed-cpus.js';
import { recordIn, resumedPlan } from '../../harness/cli/resume.js';
import type { PktpathError } from '../../harness/errors.js';
import type { GuestTarget } from '../../harness/lab/target.js';
import { planRun } from '../../harness/run/run-plan.js';
import type { RunRequest } from '../../harness/run/run-plan.js';
import { performRun } from '../../harness/run/run.js';
import { table1 } from '../../experiments/table1.js';
import { writeRecord } from '../../reports/record-io.js';
import type { RunRecord } from '../../reports/record.js';
import { sampleGuest } from '../support/sample-counted-record.js';
import { pktpath } from '../support/cli.js';
import type { CliResult } from '../support/cli.js';
import { mockRun } from '../support/mock-run.js';

const settings = ['paths=packet-recvfrom', 'frameBytes=64', 'packetsPerSecond=20000'];

describe('pktpath run --resume', function () {
  this.timeout(30_000);
  let folder: string;
  let complete: RunRecord;
  let partial: RunRecord;

  /** Every record of such a run, as it grew. */
  async function recordsOf(said: string[]): Promise<RunRecord[]> {
    const request = { settings: said, quick: false, rounds: 2, durationSeconds: 0.1 };
    const run = mockRun();
    await performRun(planRun(table1, request, await allowedCpus()), 'x', run.tools, new AbortController().signal);
    return run.kept;
  }

  before(async () => {
    const records = await recordsOf(settings);
    [partial, complete] = [records[0]!, records.at(-1)!];
  });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'pktpath-resume-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const resume = (...more: string[]): Promise<CliResult> => pktpath(['run', 'table1', '--resume', folder, ...more]);

  it('refuses a truncated record with a clear word, and leaves it alone', async () => {
    const text = JSON.stringify(partial).slice(0, -100);
    const file = join(folder, 'run.json');
    writeFileSync(file, text);
    const { code, stderr } = await resume();
    assert.equal(code, 1, stderr);
    assert.match(stderr, /^pktpath: .*run\.json is not JSON/);
    assert.doesNotMatch(stderr, /unexpected|^ {4}at /m);
    assert.equal(readFileSync(file, 'utf8'), text);
  });

  it('says of a complete run that it is, and does nothing', async () => {
    writeRecord(complete, folder);
    const { code, stdout, stderr } = await resume();
    assert.deepEqual([code, stdout], [0, '']);
    assert.match(stderr, /^pktpath: table1 is complete, 4 trials: /);
    const json = await pktpath(['run', 'table1', '--out', folder, '--resume', '--json']);
    assert.deepEqual(JSON.parse(json.stdout), JSON.parse(JSON.stringify(complete)));
  });

  it('plans a run as its record has it, and a suite’s other members as the command says', async () => {
    const [begun] = await recordsOf(['frameBytes=64']);
    writeRecord(begun!, join(folder, 'table1'));
    const command = ['run', 'table1', 'filter', '--resume', folder, '--dry-run', '--json'];
    // the other member would be made otherwise
    const fewer = await pktpath([...command, '--trials', '2']);
    assert.equal(fewer.code, 2);
    assert.match(fewer.stderr, /begun with frameBytes=64, not 64,512,1514; durationSeconds=0\.1, not/);
    const words = [...command, '--trials', '2', '--duration', '0.1', '--set', 'frameBytes=64'];
    const { code, stdout, stderr } = await pktpath(words);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /table1 goes on after 2 trials/);
    const plans = JSON.parse(stdout) as { name: string; rounds: number; seed: number; cells: unknown[] }[];
    assert.deepEqual(
      plans.map(({ name }) => name),
      ['table1', 'filter'],
    );
    const [{ rounds, seed, cells }] = plans as [(typeof plans)[0]];
    assert.deepEqual([rounds, seed, cells.length], [2, begun!.experiment.seed, begun!.summary.length]);
  });

  it('refuses what is no record, or one that it cannot go on with', async () => {
    const cpus = await allowedCpus();
    const said = { settings: [], quick: false, rounds: null, durationSeconds: null };
    const refused = (record: unknown, code: number, words: RegExp, more: Partial<RunRequest> = {}): void => {
      writeFileSync(join(folder, 'run.json'), JSON.stringify(record));
      const read = (): unknown =>
        resumedPlan(table1, recordIn(folder, table1, null)!, folder, { ...said, ...more }, cpus);
      assert.throws(read, (error: PktpathError) => words.test(error.message) && error.exitCode === code);
    };
    refused({}, 1, /is not a pktpath record/);
    refused({ ...partial, version: 99 }, 1, /record of version 99/);
    refused({ ...partial, trials: 'x' }, 1, /broken record/);
    const other = { ...partial, experiment: { ...partial.experiment, name: 'filter' } };
    refused(other, 2, /holds a record of filter, not of table1/);
    const seed = { ...partial, experiment: { ...partial.experiment, seed: 1.0e9 } };
    refused(seed, 5, /cannot be gone on with: seed would be others/);
    refused(partial, 2, /begun with frameBytes=64, not 512/, { settings: ['frameBytes=512'] });
    refused(partial, 2, /begun with trials=2, not 3/, { rounds: 3 });
    const guest: GuestTarget = { kernel: 'x', bootArguments: '', cpuModel: null, card: null, exact: true };
    assert.throws(() => recordIn(folder, table1, guest), /this machine’s own kernel/);
    writeFileSync(join(folder, 'run.json'), JSON.stringify({ ...partial, machine: sampleGuest }));
    assert.throws(() => recordIn(folder, table1, null), /of the kernel/);
  });

  it('refuses where there is nothing to go on with', async () => {
    mkdirSync(join(folder, 'empty'));
    for (const words of [
      ['--resume'],
      ['--resume', ''],
      ['--resume', join(folder, 'empty')],
      ['--resume', 'a', '--out', 'b'],
    ]) {
      const { code, stderr } = await pktpath(['run', 'table1', ...words], { cwd: folder });
      assert.equal(code, 2, stderr);
    }
  });

  it('asks for the first words again where a column has no record yet, whatever its kernel', async () => {
    writeRecord(partial, join(folder, '1-host'));
    const words = ['run', 'table1', '--resume', folder, '--kernel', 'host,debian:generic', '--dry-run'];
    const { code, stderr } = await pktpath(words);
    assert.equal(code, 2, stderr);
    assert.match(stderr, /begun with trials=2, not 11; .*frameBytes=64, not 64,512,1514/);
    const said = settings.flatMap((each) => ['--set', each]);
    const whole = await pktpath([...words, ...said, '--trials', '2', '--duration', '0.1']);
    assert.equal(whole.code, 0, whole.stderr);
  });
});
