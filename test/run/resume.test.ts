import assert from 'node:assert/strict';
import { interrupts } from '../../experiments/interrupts.js';
import { pathsExperiment } from '../../experiments/paths.js';
import { table1 } from '../../experiments/table1.js';
import { notPossible } from '../../harness/errors.js';
import type { TrialResult, TrialSpec } from '../../harness/executor/contract.js';
import type { Experiment } from '../../harness/run/experiment.js';
import { performRun } from '../../harness/run/run.js';
import type { RunOutcome } from '../../harness/run/run.js';
import { planRun } from '../../harness/run/run-plan.js';
import { checkSaid, checkSaidInFull, planRecorded } from '../../harness/run/resumed-plan.js';
import { RunRecord } from '../../reports/record.js';
import { parseRecord } from '../../reports/record-io.js';
import { MockExecutor } from '../support/mock-executor.js';
import type { MockOptions } from '../support/mock-executor.js';
import { mockRun } from '../support/mock-run.js';
import type { MockRun } from '../support/mock-run.js';

const never = new AbortController().signal;
const allowedCpus = [0, 1];

/** An experiment with its parameters, small. */
interface Small {
  experiment: Experiment;
  settings: string[];
  rounds: number;
}

const twoPaths: Small = {
  experiment: table1,
  settings: [
    'paths=tcp,packet-recvfrom',
    'tcpTraffic=tcp-message',
    'frameBytes=512',
    'packetsPerSecond=20000',
    'seed=7',
  ],
  rounds: 3,
};
const withSearches: Small = {
  experiment: pathsExperiment,
  settings: ['paths=packet-recvfrom,udp,tpacket-v3', 'seed=3'],
  rounds: 1,
};
const withCapacity: Small = { experiment: interrupts, settings: ['seed=5'], rounds: 1 };

/** What comes above 150 000 packets a second is dropped by the socket. */
function limited(result: TrialResult, { generator }: TrialSpec): TrialResult {
  const offered = generator.packetsPerSecond ?? 0;
  if (offered <= 150_000) return result;
  const { sent } = result.generator;
  const packets = Math.round((sent * 150_000) / offered);
  return { ...result, reader: { ...result.reader, packets, drops: { socket: sent - packets } } };
}

/** What goes wrong does so by the number of the trial in the whole run, not in the session. @param from trials before */
function spoiling(from: number, options: MockOptions = {}): MockExecutor {
  return new MockExecutor({
    tamper: (result, spec, count) => {
      if ((from + count) % 5 !== 2) return limited(result, spec);
      return { ...result, reader: { ...result.reader, sequence: { ...result.reader.sequence, corrupt: 1 } } };
    },
    ...options,
  });
}

/** Ends the run when it comes to this trial, and keeps what it has. */
async function endedAt(small: Small, trial: number, options: MockOptions = {}): Promise<RunRecord | null> {
  const controller = new AbortController();
  const onTrial: MockOptions['onTrial'] = (spec, count) => {
    if (count < trial) return options.onTrial?.(spec, count);
    controller.abort();
    return new Promise(() => undefined);
  };
  return (await begin(small, mockRun(spoiling(0, { onTrial })), controller.signal)).record;
}

function begin({ experiment, settings, rounds }: Small, run: MockRun, signal = never): Promise<RunOutcome> {
  const plan = planRun(experiment, { settings, quick: true, rounds, durationSeconds: 0.1 }, allowedCpus);
  return performRun(plan, 'first', run.tools, signal);
}

function goOn(experiment: Experiment, record: RunRecord, run: MockRun, reread = () => record): Promise<RunOutcome> {
  const plan = planRecorded(experiment, record, 'here', { guest: null, allowedCpus });
  return performRun(plan, 'second', run.tools, never, { record, reread });
}

/** As from the disk. */
const stored = (record: RunRecord | null | undefined): RunRecord => parseRecord(JSON.stringify(record), 'test');

/** What both runs must have alike: everything but figures. */
function shape({ trials, summary, searches, comparisons, experiment }: RunRecord): unknown {
  return {
    experiment,
    trials: trials.map(({ index, cell, round, probed, purpose, valid, invalidReasons }) => {
      return { index, cell, round, probed, purpose, valid, invalidReasons };
    }),
    summary,
    searches,
    comparisons,
  };
}

describe('a run that is gone on with', function () {
  this.timeout(60_000);

  it('has after an end at any trial what an uninterrupted one has', async () => {
    const { record: whole } = await begin(twoPaths, mockRun(spoiling(0)));
    assert.ok(whole !== null && whole.trials.some(({ valid }) => !valid));
    for (let k = 1; k < whole.trials.length; k++) {
      const part = stored(await endedAt(twoPaths, k));
      assert.deepEqual([part.run.status, part.trials.length], ['partial', k]);
      const run = mockRun(spoiling(k));
      const { record, problems } = await goOn(table1, part, run);
      assert.deepEqual(problems, []);
      assert.ok(record !== null);
      assert.deepEqual(shape(record), shape(whole), `ended at ${String(k)}`);
      assert.deepEqual(record.trials.slice(0, k), part.trials, 'what was measured stays as it is');
      assert.deepEqual([record.run.id, record.run.status], ['first', 'complete']);
      assert.deepEqual(record.run.resumed, [{ at: '2025-11-23T12:00:00.000Z', firstTrial: k }]);
      assert.equal(record.calibrations.length, 2);
      assert.deepEqual(run.events, ['testbed down', 'released']);
      RunRecord.parse(JSON.parse(JSON.stringify(record)));
    }
  });

  it('goes on from every record that a SIGKILL can leave, and never writes less than there was', async () => {
    const first = mockRun(spoiling(0));
    const { record: whole } = await begin(twoPaths, first);
    for (const kept of first.kept.filter(({ run }) => run.finishedAt === null)) {
      const run = mockRun(spoiling(kept.trials.length));
      const { record } = await goOn(table1, stored(kept), run);
      assert.deepEqual(shape(record!), shape(whole!));
      const more = run.kept.filter(({ run: { status } }) => status === 'partial');
      assert.ok(more.every(({ trials }) => trials.length > kept.trials.length));
    }
  });

  it('is ended and gone on with again and again', async () => {
    const { record: whole } = await begin(twoPaths, mockRun(spoiling(0)));
    let record = stored(await endedAt(twoPaths, 1));
    for (let sessions = 2; record.run.status === 'partial'; sessions++) {
      const controller = new AbortController();
      const kept = record.trials.length;
      const onTrial = (_spec: TrialSpec, count: number): Promise<void> | undefined => {
        if (count < 3) return undefined;
        controller.abort();
        return new Promise(() => undefined);
      };
      const plan = planRecorded(table1, record, 'here', { guest: null, allowedCpus });
      const before = record;
      const { tools } = mockRun(spoiling(kept, { onTrial }));
      const outcome = await performRun(plan, 'x', tools, controller.signal, { record, reread: () => before });
      record = stored(outcome.record);
      assert.equal(record.calibrations.length, sessions);
      assert.equal(record.run.resumed?.at(-1)?.firstTrial, kept);
    }
    assert.deepEqual(shape(record), shape(whole!));
  });

  it('corrects each trial by the calibration of its own session', async () => {
    const part = stored(await endedAt(twoPaths, 6));
    const executor = spoiling(6);
    const calibrate = executor.calibrate.bind(executor);
    executor.calibrate = async (...args) => {
      const costs = await calibrate(...args);
      // as far apart as the mock's, which the interval has in it
      return { ...costs, edge: { low: 990, median: 1000, high: 1020 } };
    };
    const { record: dear } = await goOn(table1, part, mockRun(executor));
    const { record: alike } = await goOn(table1, part, mockRun(spoiling(6)));
    const [first, second] = [dear!, alike!].map(({ calibrations }) => calibrations[0]);
    assert.deepEqual(first, second);
    const cost = (record: RunRecord | null): number[] =>
      record!.summary.map(({ metrics }) => metrics['cpuNsPerPacket']!.high ?? 0);
    // the old trials have the old cost, so the largest value stays; had all the new one, it would fall
    assert.deepEqual(cost(dear), cost(alike));
    const low = (record: RunRecord | null): number[] =>
      record!.summary.map(({ metrics }) => metrics['cpuNsPerPacket']!.low ?? 0);
    low(dear).forEach((value, row) => assert.ok(value < low(alike)[row]!));
  });

  it('keeps searches, repeats none of their trials, and takes up the one in the middle', async () => {
    const unable: MockOptions['onTrial'] = ({ path, generator }) => {
      const refused =
        path.name === 'packet-recvfrom' &&
        generator.wantedPercent === 100 &&
        (generator.packetsPerSecond ?? 0) > 400_000;
      return path.name === 'tpacket-v3' || refused ? Promise.reject(notPossible('not on this device')) : undefined;
    };
    // the mock counts refused trials too, so nothing is spoilt by number here
    const plain = (): MockExecutor => new MockExecutor({ tamper: limited, onTrial: unable });
    const first = mockRun(plain());
    const { record: whole } = await begin(withSearches, first);
    assert.ok(whole!.searches.some(({ status }) => status === 'measured'));
    assert.ok(whole!.searches.some(({ status }) => status === 'skipped'));
    for (const kept of first.kept.filter(({ run }, index) => run.finishedAt === null && index % 3 === 0)) {
      const executor = plain();
      const { record, problems } = await goOn(withSearches.experiment, stored(kept), mockRun(executor));
      assert.deepEqual(problems, []);
      assert.deepEqual(shape(record!), shape(whole!), `after ${String(kept.trials.length)}`);
    }
    for (const k of [whole!.trials.length - 1, whole!.trials.length - 2, whole!.trials.length - 4]) {
      const controller = new AbortController();
      let done = 0;
      const onTrial: MockOptions['onTrial'] = (spec, count) => {
        const refused = unable(spec, count);
        if (refused !== undefined) return refused;
        if (done++ < k) return undefined;
        controller.abort();
        return new Promise(() => undefined);
      };
      const ended = mockRun(new MockExecutor({ tamper: limited, onTrial }));
      const part = stored((await begin(withSearches, ended, controller.signal)).record);
      assert.equal(part.trials.length, k);
      const { record } = await goOn(withSearches.experiment, part, mockRun(plain()));
      assert.deepEqual(shape(record!), shape(whole!), `ended in a step, at ${String(k)}`);
    }
  });

  it('finds the capacity out of the trials that have found it', async () => {
    const first = mockRun(spoiling(0));
    const { record: whole } = await begin(withCapacity, first);
    const found = whole!.experiment.options['capacityPacketsPerSecond'];
    assert.ok(typeof found === 'number');
    for (const k of [2, 5, whole!.trials.filter(({ purpose }) => purpose === 'search').length, 30]) {
      const part = stored(await endedAt(withCapacity, k));
      const { record, problems } = await goOn(withCapacity.experiment, part, mockRun(spoiling(k)));
      assert.deepEqual(problems, []);
      assert.deepEqual(shape(record!), shape(whole!), `ended at ${String(k)}`);
    }
  });

  it('tells of no trial twice, and the time left by those that it measures', async () => {
    const part = stored(await endedAt(twoPaths, 6));
    const run = mockRun(spoiling(6));
    const { record } = await goOn(table1, part, run);
    assert.equal(run.trials.at(-1)?.number, 12);
    assert.equal(run.trials[0]?.secondsLeft, null);
    assert.ok(run.trials.length < 12);
    assert.equal(run.notes.length, record!.trials.slice(5).filter(({ valid }) => !valid).length);
  });

  it('removes what the killed run left, behind the lock and before anything is made', async () => {
    const part = stored(await endedAt(twoPaths, 4));
    const run = mockRun(spoiling(4));
    run.tools.acquireLock = () => Promise.resolve({ release: () => Promise.resolve() });
    run.tools.removeLeftovers = () => {
      assert.deepEqual(run.kept, []);
      return Promise.resolve(['pktpath-x-rx']);
    };
    const { problems } = await goOn(table1, part, run);
    assert.deepEqual(problems, []);
    assert.ok(run.notes.includes('removed what a killed run left: pktpath-x-rx'));
  });
});

describe('a run that cannot be gone on with', () => {
  let part: RunRecord;
  before(async () => {
    part = stored(await endedAt(twoPaths, 7));
  });

  /** Refused with this exit code, nothing measured and nothing written. */
  async function refused(
    record: RunRecord,
    change: Partial<MockRun['tools']>,
    exitCode: number,
    words: RegExp,
  ): Promise<void> {
    const executor = new MockExecutor();
    const run = mockRun(executor, change);
    const { record: result, problems } = await goOn(table1, record, run);
    assert.match(problems[0]!.message, words);
    assert.equal((problems[0] as { exitCode?: number }).exitCode, exitCode);
    assert.deepEqual([result, run.kept, executor.specs], [null, [], []]);
  }

  const { tools } = mockRun();
  const environment = (change: Partial<RunRecord['environment']>) => ({
    collectEnvironment: async (software: Record<string, string>) => ({
      ...(await tools.collectEnvironment(software)),
      ...change,
    }),
  });

  it('is on another kernel, processor or tool, by name', async () => {
    await refused(
      part,
      environment({ kernelRelease: '6.2.0' }),
      5,
      /kernelRelease: 6\.1\.0 in the record, 6\.2\.0 here/,
    );
    await refused(part, environment({ cpuModel: 'other' }), 5, /cpuModel: mock in the record, other here/);
    await refused(
      part,
      environment({ sysctls: { 'net.core.rmem_max': '1' } }),
      5,
      /sysctls.net.core.rmem_max: none in the record, 1 here/,
    );
    await refused(
      part,
      { tool: () => Promise.resolve({ version: '9', commit: null }) },
      5,
      /pktpath\.version: 0\.1\.0 in the record, 9 here/,
    );
  });

  it('has another testbed or other hooks', async () => {
    const bringUpTestbed: typeof tools.bringUpTestbed = async (options, pin) => {
      const testbed = await tools.bringUpTestbed(options, pin);
      return { ...testbed, describe: () => ({ ...testbed.describe(), mtu: 9000 }) };
    };
    await refused(part, { bringUpTestbed }, 5, /testbed mtu: 1500 in the record, 9000 here/);
    const resolvePlan: typeof tools.resolvePlan = (input) => {
      const resolved = tools.resolvePlan(input);
      return { ...resolved, plan: { ...resolved.plan, boundaries: resolved.plan.boundaries.slice(1) } };
    };
    await refused(part, { resolvePlan }, 5, /the hooks of the stage plans/);
  });

  it('went on meanwhile', async () => {
    const run = mockRun();
    const { record, problems } = await goOn(table1, part, run, () => ({ ...part, trials: [] }));
    assert.match(problems[0]!.message, /has changed since it was read/);
    assert.deepEqual([record, run.kept], [null, []]);
  });

  it('has trials that are not those of its run', async () => {
    const moved = structuredClone(part);
    moved.trials[2]!.round = 2;
    await refused(
      moved,
      {},
      5,
      /the record’s trial 2 is measure \w+ of .* in round 2, where this run has .* in round 0/,
    );
    const fewer = structuredClone(part);
    fewer.experiment.rounds = 1;
    await refused(fewer, {}, 5, /the record has [12] trials more than its run/);
  });

  it('ended before a new trial: its record is not touched', async () => {
    const controller = new AbortController();
    const onTrial = (): Promise<void> => {
      controller.abort();
      return new Promise(() => undefined);
    };
    const run = mockRun(new MockExecutor({ onTrial }));
    const plan = planRecorded(table1, part, 'here', { guest: null, allowedCpus });
    const outcome = await performRun(plan, 'x', run.tools, controller.signal, { record: part, reread: () => part });
    assert.deepEqual(outcome, { record: null, interrupted: true, problems: [] });
    assert.deepEqual(run.kept, []);
  });

  const changes: [string, (record: RunRecord) => void, RegExp][] = [
    ['an option of another kind', (record) => (record.experiment.options['frameBytes'] = 'x'), /frameBytes=x/],
    [
      'an option more',
      (record) => (record.experiment.options['constructor'] = 1),
      /unknown parameter of table1: "constructor"/,
    ],
    ['an option less', (record) => delete record.experiment.options['frameBytes'], /frameBytes would be others/],
    ['another seed than its option', (record) => (record.experiment.seed = 99), /seed would be others/],
    ['rounds without end', (record) => (record.experiment.rounds = 1e12), /rounds would be others/],
    ['no duration', (record) => delete record.experiment.options['durationSeconds'], /durationSeconds/],
    ['trials that are numbered otherwise', (record) => (record.trials[3]!.index = 4), /the indexes of trials/],
    ['calibrations of other sessions', (record) => record.calibrations.push(record.calibrations[0]!), /calibrations/],
  ];
  for (const [what, change, words] of changes) {
    it(`has ${what}`, () => {
      const record = structuredClone(part);
      change(record);
      assert.throws(
        () => planRecorded(table1, record, 'here', { guest: null, allowedCpus }),
        (error: Error & { exitCode?: number }) => words.test(error.message) && error.exitCode === 5,
      );
    });
  }

  it('was begun otherwise than is said now, by name', () => {
    const plan = planRecorded(table1, part, 'here', { guest: null, allowedCpus });
    const nothing = { settings: [], quick: false, rounds: null, durationSeconds: null };
    const say = (said: Partial<typeof nothing> | object): (() => void) => {
      return () => checkSaid(plan, part, 'here', { ...nothing, ...said });
    };
    const quickPart = { ...part, experiment: { ...part.experiment, quick: false } };
    for (const same of [
      {},
      { settings: twoPaths.settings },
      { settings: ['seed=auto', 'receiverCpu=auto', 'senderCpu=0'] },
    ])
      say(same)();
    say({ rounds: 3, durationSeconds: 0.1, quick: true })();
    assert.throws(say({ settings: ['frameBytes=64'] }), /frameBytes=512, not 64/);
    assert.throws(say({ rounds: 4 }), /trials=3, not 4/);
    assert.throws(say({ durationSeconds: 2 }), /duration=0\.1, not 2/);
    assert.throws(() => checkSaid(plan, quickPart, 'here', { ...nothing, quick: true }), /quick=false, not true/);
    assert.throws(say({ settings: ['frameByte=64'] }), /unknown parameter/);
    const asked = (settings: string[], quick: boolean) =>
      planRun(table1, { settings, quick, rounds: 3, durationSeconds: 0.1 }, allowedCpus);
    checkSaidInFull(asked(twoPaths.settings, true), part, 'here');
    assert.throws(() => checkSaidInFull(asked([], true), part, 'here'), /paths=tcp,packet-recvfrom, not/);
    assert.throws(() => checkSaidInFull(asked(twoPaths.settings, false), part, 'here'), /quick=true, not false/);
  });
});
