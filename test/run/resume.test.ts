import assert from 'node:assert/strict';
import { table1 } from '../../experiments/table1.js';
import { notPossible } from '../../harness/errors.js';
import type { TrialSpec } from '../../harness/executor/contract.js';
import { performRun } from '../../harness/run/run.js';
import { planRecorded } from '../../harness/run/resumed-plan.js';
import { RunRecord } from '../../reports/record.js';
import { MockExecutor } from '../support/mock-executor.js';
import type { MockOptions } from '../support/mock-executor.js';
import { mockRun } from '../support/mock-run.js';
import {
  allowedCpus,
  twoPaths,
  withSearches,
  withCapacity,
  limited,
  spoiling,
  endedAt,
  begin,
  goOn,
  stored,
  shape,
} from '../support/resumed-runs.js';

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
