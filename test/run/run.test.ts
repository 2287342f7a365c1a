import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { table1 } from '../../experiments/table1.js';
import { failure } from '../../harness/errors.js';
import { performRun } from '../../harness/run/run.js';
import { planRun } from '../../harness/run/run-plan.js';
import { bounds } from '../../harness/run/validity.js';
import { RunRecord } from '../../reports/record.js';
import type { Trial } from '../../reports/record.js';
import { readRecord, writeRecord } from '../../reports/record-io.js';
import { MockExecutor } from '../support/mock-executor.js';
import { mockRun } from '../support/mock-run.js';
import { smallPlan } from '../support/small-plan.js';

const never = new AbortController().signal;

describe('a run', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'pktpath-run-'));
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  it('of all of table 1 leaves a whole record that its schema takes', async () => {
    const plan = planRun(table1, { settings: [], quick: true, rounds: 2, durationSeconds: 0.1 }, [0, 1]);
    const run = mockRun(undefined, { writeRecord: (record) => void writeRecord(record, folder) });
    const { record, interrupted, problems } = await performRun(plan, 'test', run.tools, never);
    assert.deepEqual({ interrupted, problems }, { interrupted: false, problems: [] });
    const read = readRecord(folder);
    assert.deepEqual(read, record);
    assert.equal(read.run.status, 'complete');
    assert.equal(read.trials.length, 10 * 2 * 2);
    assert.ok(read.trials.every((trial) => trial.valid));
    assert.equal(read.summary.length, 10);
    assert.ok(read.summary.every((row) => row.status === 'measured'));
    assert.equal(read.comparisons.length, 6);
    assert.deepEqual(read.environment.software, { libbpf: '1.1.2', libpcap: '1.10.3' });
    assert.deepEqual(readdirSync(folder), ['run.json']);
  });

  it('measures every cell in each round, probed and unprobed, each kind first in turn', async () => {
    const plan = smallPlan([], 4);
    const { record } = await performRun(plan, 'test', mockRun().tools, never);
    assert.ok(record !== null);
    for (const cell of plan.cells) {
      const own: Trial[] = record.trials.filter((trial) => trial.cell === cell.key);
      assert.deepEqual(
        own.map((trial) => trial.round),
        [0, 0, 1, 1, 2, 2, 3, 3],
      );
      const firsts = own.filter((_, index) => index % 2 === 0).map((trial) => trial.probed);
      assert.deepEqual(firsts, [firsts[0], !firsts[0], firsts[0], !firsts[0]]);
      assert.equal(own.filter((trial) => trial.probed).length, 4);
    }
    assert.deepEqual(
      record.trials.map((trial) => trial.index),
      record.trials.map((_, index) => index),
    );
  });

  it('repeats its order when it is given its seed', async () => {
    const order = async (seed: number): Promise<string[]> => {
      const { record } = await performRun(
        smallPlan(['frameBytes=64,512', `seed=${seed}`], 6),
        'test',
        mockRun().tools,
        never,
      );
      assert.equal(record?.experiment.seed, seed);
      return record.trials.map((trial) => trial.cell);
    };
    assert.deepEqual(await order(5), await order(5));
    assert.notDeepEqual(await order(5), await order(6));
  });

  it('keeps the record after every turn of a cell, valid each time, and closes what it opened', async () => {
    const executor = new MockExecutor();
    const run = mockRun(executor);
    await performRun(smallPlan(), 'test', run.tools, never);
    assert.deepEqual(
      run.kept.map((record) => record.trials.length),
      [2, 4, 6, 8, 10, 12, 12],
    );
    assert.deepEqual(
      run.kept.map((record) => record.run.status),
      [...Array.from({ length: 6 }, () => 'partial'), 'complete'],
    );
    for (const record of run.kept) RunRecord.parse(JSON.parse(JSON.stringify(record)));
    assert.deepEqual(run.events, ['testbed down', 'released']);
    assert.ok(executor.closed > 0);
  });

  it('repeats an invalid trial, and keeps it with its reasons out of the summary', async () => {
    const executor = new MockExecutor({
      tamper: (result, _spec, count) =>
        count === 1
          ? {
              ...result,
              reader: { ...result.reader, packets: result.reader.packets - 7, bytes: result.reader.bytes - 7 },
            }
          : result,
    });
    const run = mockRun(executor);
    const { record, problems } = await performRun(smallPlan(), 'test', run.tools, never);
    assert.deepEqual(problems, []);
    const invalid = record?.trials.filter((trial) => !trial.valid) ?? [];
    assert.equal(invalid.length, 1);
    assert.match(invalid[0]!.invalidReasons.join(), /^ledger: 7 (packets|bytes) of \d+ are unexplained/);
    assert.equal(record?.trials.length, 13);
    const again = record.trials[2]!;
    assert.deepEqual(
      [again.cell, again.round, again.probed],
      [invalid[0]!.cell, invalid[0]!.round, invalid[0]!.probed],
    );
    const row = record.summary.find((each) => each.cell === again.cell);
    assert.deepEqual(row?.trials, { probed: 3, unprobed: 3, invalid: 1 });
    assert.match(run.notes.join(), /repeated: ledger/);
    assert.ok(record.warnings.some((warning) => warning.code === 'invalid-trials' && warning.about === again.cell));
  });

  it('fails when a cell never becomes valid, after it has measured the others', async () => {
    const executor = new MockExecutor({
      tamper: (result, spec) => {
        if (spec.path.name !== 'tcp' || spec.probes === null) return result;
        return { ...result, reader: { ...result.reader, sequence: { ...result.reader.sequence, corrupt: 2 } } };
      },
    });
    const { record, problems } = await performRun(smallPlan(), 'test', mockRun(executor).tools, never);
    assert.equal(problems.length, 1);
    assert.match(
      problems[0]!.message,
      /1 of 2 cells could not be measured:\n {2}tcp .*no valid probed trial: sequence: 2 packets corrupt/,
    );
    assert.equal((problems[0] as { exitCode?: number }).exitCode, 1);
    assert.equal(record?.run.status, 'complete');
    const [tcp, packet] = record.summary;
    assert.equal(tcp?.status, 'skipped');
    assert.match(tcp.reason ?? '', /sequence: 2 packets corrupt \(\d+ times\)/);
    assert.equal(packet?.status, 'measured');
    assert.equal(tcp.trials.invalid, 3 + bounds.repeatsPerCell);
    RunRecord.parse(JSON.parse(JSON.stringify(record)));
  });

  it('that is interrupted gives up the running trial, removes everything, and keeps a partial record', async () => {
    const controller = new AbortController();
    const executor = new MockExecutor({
      onTrial: (_spec, count) => {
        if (count < 3) return undefined;
        controller.abort();
        // Such a trial never ends by itself.
        return new Promise(() => undefined);
      },
    });
    const run = mockRun(executor);
    const { record, interrupted, problems } = await performRun(smallPlan(), 'test', run.tools, controller.signal);
    assert.deepEqual({ interrupted, problems }, { interrupted: true, problems: [] });
    assert.deepEqual(run.events, ['testbed down', 'released']);
    assert.ok(executor.closed > 0);
    assert.equal(record?.trials.length, 3);
    assert.equal(record.run.status, 'partial');
    assert.deepEqual(run.kept.at(-1), record);
  });

  it('that is interrupted before its first trial leaves no record', async () => {
    const controller = new AbortController();
    const run = mockRun(undefined, {
      collectEnvironment: () => {
        controller.abort();
        return Promise.reject(new Error('killed'));
      },
    });
    const outcome = await performRun(smallPlan(), 'test', run.tools, controller.signal);
    assert.deepEqual(outcome, { record: null, interrupted: true, problems: [] });
    assert.deepEqual(run.kept, []);
    assert.deepEqual(run.events, ['released']);
  });

  it('whose trial cannot be run says which, keeps what it has, and removes everything', async () => {
    const executor = new MockExecutor({
      onTrial: (_spec, count) => (count === 2 ? Promise.reject(new Error('bind: EADDRINUSE')) : undefined),
    });
    const run = mockRun(executor);
    const { record, problems } = await performRun(smallPlan(), 'test', run.tools, never);
    assert.match(problems[0]!.message, /^the (un)?probed trial 2 of \S+ .* failed$/);
    assert.match((problems[0]!.cause as Error).message, /EADDRINUSE/);
    assert.equal(record?.trials.length, 2);
    assert.equal(record.run.status, 'partial');
    assert.deepEqual(run.events, ['testbed down', 'released']);
  });

  it('tells of everything that it could not remove, and removes the rest', async () => {
    const run = mockRun();
    const bringUp = run.tools.bringUpTestbed;
    run.tools.bringUpTestbed = async (options, setAffinity) => {
      const testbed = await bringUp(options, setAffinity);
      return { ...testbed, down: () => Promise.reject(failure('namespace busy')) };
    };
    const { record, problems } = await performRun(smallPlan(), 'test', run.tools, never);
    assert.match(problems[0]!.message, /could not remove all .*: the testbed$/);
    assert.equal(record?.trials.length, 12);
    assert.deepEqual(run.events, ['released']);
  });

  it('stops where another run holds the lock, having touched nothing', async () => {
    const executor = new MockExecutor();
    const run = mockRun(executor, { acquireLock: () => Promise.reject(failure('another run is measuring')) });
    const { record, problems } = await performRun(smallPlan(), 'test', run.tools, never);
    assert.equal(record, null);
    assert.match(problems[0]!.message, /another run/);
    assert.deepEqual([run.events, executor.specs, run.kept], [[], [], []]);
  });

  it('is not possible where no probe attaches', async () => {
    const executor = new MockExecutor();
    executor.detectPrograms = () => Promise.resolve([{ program: 'x', target: 'tp_btf/x', ok: false, error: 'EPERM' }]);
    const { problems } = await performRun(smallPlan(), 'test', mockRun(executor).tools, never);
    assert.match(problems[0]!.message, /no probe loads and attaches on this kernel: stages\.tp_btf\.bpf\.o: EPERM/);
    assert.equal((problems[0] as { exitCode?: number }).exitCode, 4);
  });

  it('tells the time left only when a trial has shown it', async () => {
    let at = 0;
    const run = mockRun(undefined, { now: () => new Date((at += 1000)) });
    await performRun(smallPlan([], 1), 'test', run.tools, never);
    assert.deepEqual(
      run.trials.map(({ number, of }) => [number, of]),
      [
        [1, 4],
        [2, 4],
        [3, 4],
        [4, 4],
      ],
    );
    assert.equal(run.trials[0]?.secondsLeft, null);
    assert.ok(run.trials.slice(1).every(({ secondsLeft }) => secondsLeft !== null && secondsLeft > 0));
  });
});
