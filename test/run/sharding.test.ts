import assert from 'node:assert/strict';
import fc from 'fast-check';
import { allExperiments } from '../../harness/cli/experiments.js';
import type { Experiment } from '../../harness/run/experiment.js';
import { planRun } from '../../harness/run/run-plan.js';
import type { RunPlan } from '../../harness/run/run-plan.js';
import { divide, shareOf } from '../../harness/run/sharding.js';
import { estimateTime } from '../../harness/run/time-estimate.js';

const planOf = (experiment: Experiment, settings: string[] = [], exact = false): RunPlan => {
  const guest = exact ? { card: 'i82557c' as const, exact } : null;
  return planRun(experiment, { settings, quick: true, rounds: null, durationSeconds: null, guest }, [0, 1]);
};

/** The keys of each shard, run by run. */
function divided(plans: readonly RunPlan[], of: number, apart = false): string[][][] {
  const runs = plans.map((plan) => ({ plan, apart }));
  return Array.from({ length: of }, (_, index) =>
    divide(runs, { index: index + 1, of }).map(({ cells }) => [...cells]),
  );
}

describe('dividing runs among shards', () => {
  let experiments: Experiment[];
  before(async () => {
    experiments = await allExperiments();
  });

  it('puts every cell of every experiment into one shard, however many there are', () => {
    const plans = experiments.map((each) => planOf(each));
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.boolean(), (of, apart) => {
        const shards = divided(plans, of, apart);
        for (const [run, plan] of plans.entries()) {
          const all = shards.flatMap((own) => own[run] ?? []);
          assert.deepEqual(all.toSorted(), plan.cells.map(({ key }) => key).toSorted());
        }
      }),
      { numRuns: 30 },
    );
  });

  it('leaves together what is compared, and searches with the cells that they depend on', () => {
    for (const plan of experiments.map((each) => planOf(each))) {
      let searches = 0;
      for (const [own = []] of divided([plan], 4)) {
        const keys = new Set(own);
        for (const { base, arm } of plan.comparisons) assert.equal(keys.has(base), keys.has(arm), `${base} and ${arm}`);
        const searched = plan.searches.filter(({ row }) => keys.has(row));
        assert.ok(searched.length === 0 || searched.length === plan.searches.length, plan.experiment.name);
        const share = shareOf(plan, { index: 1, of: 4, cells: keys });
        assert.deepEqual(share.searches, searched);
        searches += searched.length;
        assert.ok(share.comparisons.every(({ base, arm }) => keys.has(base) && keys.has(arm)));
      }
      assert.equal(searches, plan.searches.length, 'none is lost');
    }
  });

  it('takes them apart where instructions are counted', () => {
    const table1 = experiments.find(({ name }) => name === 'table1')!;
    const plan = planOf(table1, ['frameBytes=64'], true);
    assert.ok(plan.comparisons.length > 0);
    assert.deepEqual(
      divided([plan], plan.cells.length, true).map(([own]) => own?.length),
      plan.cells.map(() => 1),
    );
  });

  it('leaves a run whole whose capacity is yet to be found, and divides it where it is given', () => {
    const interrupts = experiments.find(({ name }) => name === 'interrupts')!;
    const partsOf = (plan: RunPlan): number => divided([plan], 4).filter(([own]) => own!.length > 0).length;
    assert.equal(partsOf(planOf(interrupts)), 1);
    assert.equal(partsOf(planOf(interrupts, ['capacityPacketsPerSecond=600000'])), 4);
  });

  it('gives no shard much more than its share of the time', () => {
    const plan = planOf(
      experiments.find(({ name }) => name === 'paths')!,
      ['search=false'],
    );
    for (const of of [2, 3, 5]) {
      const seconds = divided([plan], of, true).map(
        ([own]) => estimateTime(shareOf(plan, { index: 1, of, cells: new Set(own) })).seconds,
      );
      assert.ok(Math.max(...seconds) < 1.2 * Math.min(...seconds), seconds.join(' '));
    }
  });

  it('starts a run on no more machines than it pays', () => {
    const table1 = experiments.find(({ name }) => name === 'table1')!;
    const short = planOf(table1, ['frameBytes=64', 'paths=tcp']);
    const shards = divided([short, short], 2);
    for (const own of shards) assert.equal(own.filter((cells) => cells.length > 0).length, 1, 'one run each');
  });

  it('is the same whatever the seed', () => {
    for (const experiment of experiments) {
      const [one, other] = ['seed=1', 'seed=77'].map((seed) => divided([planOf(experiment, [seed])], 3));
      assert.deepEqual(one, other);
    }
  });
});
