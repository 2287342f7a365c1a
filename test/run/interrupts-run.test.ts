import assert from 'node:assert/strict';
import { interrupts } from '../../experiments/interrupts.js';
import { notPossible, PktpathError } from '../../harness/errors.js';
import type { TrialResult, TrialSpec } from '../../harness/executor/contract.js';
import { performRun } from '../../harness/run/run.js';
import { planRun } from '../../harness/run/run-plan.js';
import type { RunPlan } from '../../harness/run/run-plan.js';
import { armNames } from '../../harness/testbed/mitigations.js';
import type { Reception } from '../../harness/testbed/testbed.js';
import { RunRecord } from '../../reports/record.js';
import { MockExecutor } from '../support/mock-executor.js';
import { mockRun, mockTestbed } from '../support/mock-run.js';

const never = new AbortController().signal;

function planOf(...settings: string[]): RunPlan {
  const request = { settings: ['seed=1', ...settings], quick: true, rounds: 2, durationSeconds: 0.1 };
  return planRun(interrupts, request, [0, 1]);
}

/** A receiver that falls back above its best, and a sender that has a limit. */
const machine =
  ({ best = Infinity, most = Infinity }) =>
  (result: TrialResult, { generator }: TrialSpec): TrialResult => {
    const asked = generator.packetsPerSecond ?? 200_000;
    const offered = Math.min(asked, most);
    const { sent, elapsedNs } = result.generator;
    const delivered = Math.round((sent * Math.min(offered, offered > best ? best / 2 : best)) / offered);
    return {
      ...result,
      generator: { ...result.generator, elapsedNs: (elapsedNs * asked) / offered },
      reader: { ...result.reader, packets: delivered, drops: { socket: sent - delivered } },
    };
  };

async function run(plan: RunPlan, tamper = machine({}), arrange?: (reception: Reception) => Promise<void>) {
  const mock = mockRun(new MockExecutor({ tamper }), {
    bringUpTestbed: (options) => {
      const testbed = mockTestbed(options, () => Promise.resolve());
      return Promise.resolve(arrange === undefined ? testbed : { ...testbed, arrange });
    },
  });
  const { record, problems } = await performRun(plan, 'test', mock.tools, never);
  assert.ok(record !== null, problems.join());
  return { record: RunRecord.parse(record), problems };
}

describe('the experiment interrupts', () => {
  it('finds the capacity first: the most that the first arm delivers, at its best load', async () => {
    const { record, problems } = await run(planOf('arms=backlog,napi', 'loads=0.5,1'), machine({ best: 85_000 }));
    assert.deepEqual(problems, []);
    // 20, 40 and 80 thousand are delivered, 160 and 320 thousand are beyond it
    assert.equal(record.experiment.options['capacityPacketsPerSecond'], 80_000);
    const found = record.trials.filter(({ purpose }) => purpose === 'search');
    assert.deepEqual(
      found.map(({ generator }) => generator.offeredPacketsPerSecond),
      [20_000, 40_000, 80_000, 160_000, 320_000],
    );
    const rates = record.summary.map(({ params }) => [params['load'], params['packetsPerSecond']]);
    assert.deepEqual(rates.slice(0, 3), [
      [0.5, 40_000],
      [1, 80_000],
      [null, null],
    ]);
    for (const trial of record.trials.filter(({ purpose }) => purpose === 'measure')) {
      const row = record.summary.find(({ cell }) => cell === trial.cell);
      assert.equal(trial.generator.offeredPacketsPerSecond, row?.params['packetsPerSecond']);
    }
  });

  it('measures nothing first when the capacity is given', async () => {
    const { record } = await run(planOf('arms=threaded', 'loads=2', 'capacityPacketsPerSecond=10000'));
    assert.ok(record.trials.every(({ purpose }) => purpose === 'measure'));
    assert.equal(record.summary[0]?.params['packetsPerSecond'], 20_000);
  });

  it('leaves out by name the load that the sender does not reach, with what it could', async () => {
    const plan = planOf('arms=threaded', 'loads=1,3', 'capacityPacketsPerSecond=100000');
    const { record, problems } = await run(plan, machine({ most: 150_000 }));
    assert.deepEqual(problems, []);
    const [one, three, unpaced] = record.summary;
    assert.equal(one?.status, 'measured');
    assert.match(three?.reason ?? '', /^the sender reached 150\d{3} packets\/s of 300000, 3 times in a row$/);
    assert.equal(unpaced?.status, 'measured');
  });

  it('arranges the testbed for each trial, and leaves out by name what it refuses', async () => {
    const arranged: Reception[] = [];
    const refuse = (reception: Reception): Promise<void> => {
      arranged.push(reception);
      return reception.deferHardIrqs === 2 ? Promise.reject(notPossible('no such setting')) : Promise.resolve();
    };
    const plan = planOf('arms=backlog,deferred', 'loads=0.1', 'saturate=false', 'capacityPacketsPerSecond=10000');
    const { record, problems } = await run(plan, machine({}), refuse);
    assert.deepEqual(problems, []);
    assert.deepEqual(
      record.summary.map(({ status, reason }) => [status, reason]),
      [
        ['measured', null],
        ['skipped', 'no such setting'],
      ],
    );
    assert.ok(arranged.some(({ isolation }) => isolation === 'rps'));
    assert.ok(arranged.some(({ groFlushTimeoutNs }) => groFlushTimeoutNs === 50_000));
  });

  it('changes nothing of the machine, and says so, unless it was told to', async () => {
    const { record } = await run(planOf('arms=backlog,budget-1', 'loads=0.1'));
    const [, , budget] = record.summary;
    assert.match(budget?.reason ?? '', /changeMachine=true/);
    const told = planOf('arms=budget-1', 'loads=0.1', 'changeMachine=true').cells[0];
    assert.deepEqual(told?.reception?.machineSysctls, { 'net.core.netdev_budget': 1, 'net.core.dev_weight': 1 });
    assert.equal(told.leftOut, undefined);
  });

  it('has in a guest one arm, an interrupt a frame', () => {
    const request = { settings: [], quick: false, rounds: 2, durationSeconds: null };
    const plan = planRun(interrupts, { ...request, guest: { card: 'e1000', exact: true } }, [0]);
    assert.equal(plan.cells.length, 1);
    assert.equal(plan.capacity, null);
    assert.equal(plan.cells[0]?.generator.packetsPerSecond, 1000);
    assert.equal(plan.cells[0].reception?.isolation, 'interrupt');
  });

  it('draws what it has of a record, also of an interrupted one', async () => {
    const { record } = await run(planOf('loads=0.5,2', 'capacityPacketsPerSecond=100000'), machine({ best: 100_000 }));
    for (const each of [record, { ...record, trials: [], summary: [] }]) {
      assert.ok(interrupts.tables(each).length > 0);
      interrupts.terminalTables(each);
      interrupts.charts(each);
    }
    const [claim] = interrupts.claims?.(record) ?? [];
    assert.equal(claim?.verdict, 'no longer holds', 'half of the best is no collapse');
    assert.match(claim.found, /backlog: 50\.00 /);
  });

  for (const [setting, message] of [
    ['arms=napy', /must be one of testbed, backlog, napi/],
    ['loads=0', /from 0\.001 to 10/],
    ['flushTimeoutsUs=0', /from 1 to/],
    ['deferHardIrqs=0', /from 1 to/],
    ['sender=tx-ring', /tx-ring cannot send udp, but raw/],
    ['path=tcp', /must be one of udp/],
    ['capacityPacketsPerSecond=best', /or auto/],
  ] as const) {
    it(`refuses ${setting} with what may be given`, () => {
      assert.throws(
        () => planOf(setting),
        (error) => error instanceof PktpathError && error.exitCode === 2 && message.test(error.message),
      );
    });
  }

  it('knows every arm by one name', () => {
    const { cells } = planOf(`arms=${armNames.join(',')}`);
    assert.equal(new Set(cells.map(({ key }) => key)).size, cells.length);
  });
});
