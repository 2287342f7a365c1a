import assert from 'node:assert/strict';
import { SearchGoal as SearchGoalRow } from '../../reports/record.js';
import { fullPlan, quickPlan } from '../../harness/search/goal.js';
import type { SearchPlan } from '../../harness/search/goal.js';
import { RateSearch } from '../../harness/search/search.js';
import { limitedTo, sharp, simulate } from './devices.js';
import type { Device, Sender } from './devices.js';

const min = 1000;
const max = 1e6;

function searchFor(plan: SearchPlan, maxTrials = plan.maxTrials): RateSearch {
  return new RateSearch({ minPacketsPerSecond: min, maxPacketsPerSecond: max, goals: plan.goals, maxTrials });
}

/** The rows of a whole search, which have to fit the record. */
function found(plan: SearchPlan, device: Device, sender?: Sender) {
  const search = searchFor(plan);
  const { asked } = simulate(search, device, sender);
  const rows = search.results();
  for (const row of rows) assert.deepEqual(SearchGoalRow.strict().parse(row), row);
  return { rows, trials: asked.length, loads: asked.map(({ packetsPerSecond }) => packetsPerSecond) };
}

describe('rate search', () => {
  it('tries the maximum, the rate delivered there, and one width above', () => {
    const search = searchFor(fullPlan);
    const { asked } = simulate(search, sharp(200_000));
    assert.deepEqual(asked.slice(0, 2), [
      { packetsPerSecond: max, seconds: 0.25 },
      { packetsPerSecond: max, seconds: 0.25 },
    ]);
    assert.equal(Math.round(asked[2]!.packetsPerSecond), 200_000);
    assert.equal(Math.round(asked[3]!.packetsPerSecond), 210_000);
    assert.ok(
      asked.slice(5).some(({ seconds }) => seconds === 1),
      'then full-length trials',
    );
  });

  it('takes five trials for both goals of the quick plan where loss begins sharply', () => {
    const { rows, trials } = found(quickPlan, sharp(200_000));
    assert.equal(trials, 5);
    const { packetsPerSecond, ...rest } = rows[0]!.lower!;
    assert.equal(Math.round(packetsPerSecond), 200_000);
    assert.deepEqual(rest, { lossRatio: 0, seconds: 0.1 });
    assert.equal(rows[0]!.upper!.seconds, 0.2);
    assert.deepEqual(
      rows.map(({ name, regular, reason }) => [name, regular, reason]),
      [
        ['NDR', true, null],
        ['PDR', true, null],
      ],
    );
  });

  it('gives the same trial until it is added, and none when it is over', () => {
    const search = searchFor(quickPlan, 1);
    assert.deepEqual(search.next(), search.next());
    search.add({ packetsPerSecond: max, seconds: 0.1, sent: 1e5, lost: 0 });
    assert.equal(search.next(), null);
    assert.equal(search.trialCount, 1);
    assert.throws(() => search.add({ packetsPerSecond: max, seconds: 0.1, sent: 1e5, lost: 0 }), RangeError);
  });

  it('refuses an impossible outcome', () => {
    const good = { packetsPerSecond: max, seconds: 0.1, sent: 1e5, lost: 0 };
    const impossible = [{ sent: 0 }, { lost: -1 }, { lost: 1e5 + 1 }, { seconds: 0 }, { packetsPerSecond: NaN }];
    for (const bad of impossible) assert.throws(() => searchFor(quickPlan).add({ ...good, ...bad }), RangeError);
  });

  it('takes pacing jitter for the load and the length that were asked', () => {
    const search = searchFor(quickPlan);
    search.add({ packetsPerSecond: 0.995 * max, seconds: 0.0995, sent: 99_000, lost: 0 });
    assert.equal(search.next(), null);
    assert.deepEqual(search.results()[0]!.lower, { packetsPerSecond: max, lossRatio: 0, seconds: 0.1 });
  });

  it('does not take a trial that was cut short for a full-length one', () => {
    const search = searchFor(quickPlan);
    search.add({ packetsPerSecond: max, seconds: 0.05, sent: 50_000, lost: 0 });
    assert.equal(search.results()[0]!.lower, null);
    assert.deepEqual(search.next(), { packetsPerSecond: max, seconds: 0.1 });
  });

  for (const [name, plan] of Object.entries({ quick: quickPlan, full: fullPlan })) {
    it(`says that the sender is the limit where nothing is lost at the maximum, ${name}`, () => {
      const { rows, loads } = found(plan, sharp(2 * max));
      assert.deepEqual(new Set(loads), new Set([max]));
      for (const row of rows) {
        assert.equal(row.regular, false);
        assert.equal(row.upper, null);
        assert.equal(row.lower!.packetsPerSecond, max);
        assert.match(
          row.reason!,
          /no upper bound.* 1000000 packets\/s, the largest load: the sender's limit, not the rec/,
        );
      }
    });

    it(`says that there is loss even at the minimum, ${name}`, () => {
      for (const device of [sharp(min / 2), () => 1]) {
        const { rows, loads } = found(plan, device);
        assert.deepEqual(new Set(loads), new Set([max, min]));
        for (const row of rows) {
          assert.deepEqual([row.regular, row.lower], [false, null]);
          assert.equal(row.upper!.packetsPerSecond, min);
          assert.match(row.reason!, /no lower bound: loss.* even at 1000 packets\/s/);
        }
      }
    });

    it(`comes down to what the sender achieves, ${name}`, () => {
      const { rows, loads } = found(plan, sharp(max), limitedTo(300_000));
      assert.equal(loads.filter((load) => load === max).length, 2, 'the second time to be sure');
      for (const row of rows) {
        assert.deepEqual([row.regular, row.upper], [false, null]);
        assert.equal(row.lower!.packetsPerSecond, 300_000);
        assert.match(row.reason!, /300000 packets\/s, the most that the sender achieved of 1000000 packets\/s/);
      }
    });

    it(`finds the capacity below what the sender achieves, ${name}`, () => {
      const { rows, loads } = found(plan, sharp(200_000), limitedTo(300_000));
      assert.ok(rows.every(({ regular }) => regular));
      assert.ok(
        rows.every(({ lower, upper }) => lower!.packetsPerSecond <= 201_006 && upper!.packetsPerSecond > 200_000),
      );
      assert.equal(loads.filter((load) => load === max).length, 1, 'no need to ask for the maximum again');
    });
  }

  it('does not take one trial in which the sender was held up for its limit', () => {
    let trial = 0;
    const heldUp: Sender = (asked) => (trial++ === 0 ? asked / 2 : asked);
    const { rows } = found(quickPlan, sharp(800_000), heldUp);
    assert.ok(rows.every(({ regular }) => regular));
    assert.ok(rows[0]!.lower!.packetsPerSecond > 800_000 / 1.1);
  });

  it('says so when the sender does not achieve the smallest load', () => {
    const { rows, trials } = found(quickPlan, sharp(max), limitedTo(500));
    assert.ok(trials <= 4, `${trials} trials`);
    for (const row of rows) assert.match(row.reason!, /sender achieved 500 packets\/s, less than .* 1000 packets\/s/);
  });

  it('goes below a lower bound that later trials contradict', () => {
    // It keeps up for as long as the coarse trials last, and then no longer.
    const leaking: Device = (load, seconds) => sharp(seconds < 1 ? 400_000 : 100_000)(load, seconds);
    const { rows } = found(fullPlan, leaking);
    for (const row of rows) {
      assert.ok(row.regular, row.reason ?? '');
      assert.ok(row.lower!.packetsPerSecond <= 100_503 && row.upper!.packetsPerSecond > 100_000);
    }
  });

  it('goes above an upper bound that later trials contradict', () => {
    let trial = 0;
    const late: Device = (load, seconds) => sharp(trial++ < 6 ? 100_000 : 400_000)(load, seconds);
    const { rows } = found(fullPlan, late);
    for (const row of rows) {
      assert.ok(row.regular, row.reason ?? '');
      assert.ok(row.lower!.packetsPerSecond <= 402_011 && row.upper!.packetsPerSecond > 400_000);
    }
  });

  it('says what is missing when it runs out of trials', () => {
    const reasons = (maxTrials: number) => {
      const search = searchFor(fullPlan, maxTrials);
      const { asked } = simulate(search, sharp(200_000));
      assert.equal(asked.length, maxTrials);
      return search.results().map(({ regular, reason }) => [regular, reason]);
    };
    assert.match(String(reasons(2)[0]![1]), /no load was decided within the 2 trials/);
    assert.match(String(reasons(10)[0]![1]), /no upper bound was found within the 10 trials/);
    const stopped = searchFor({ ...quickPlan, goals: quickPlan.goals.slice(0, 1) }, 3);
    simulate(stopped, sharp(200_000));
    assert.match(stopped.results()[0]!.reason!, /bounds are 400 % apart, more than 10 %: not closed within the 3/);
  });

  it('says that it is not over', () => {
    const search = searchFor(quickPlan);
    assert.match(search.results()[0]!.reason!, /no load was decided so far/);
  });

  it('gives the loss of a bound over all its trials, of either goal', () => {
    const { rows } = found(fullPlan, (load) => (load > 200_000 ? 0.2 : load > 100_000 ? 0.004 : 0));
    const [ndr, pdr] = rows;
    assert.ok(ndr!.upper!.packetsPerSecond <= 105_000 && pdr!.lower!.packetsPerSecond > 190_000);
    assert.ok(Math.abs(pdr!.lower!.lossRatio - 0.004) < 1e-12);
    assert.equal(ndr!.lower!.lossRatio, 0);
  });
});
