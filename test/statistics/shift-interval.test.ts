import assert from 'node:assert/strict';
import fc from 'fast-check';
import { shiftRank, valuesForShift } from '../../harness/statistics/rank-sum.js';
import { shareAlarms } from '../../harness/statistics/share-alarms.js';
import type { Family } from '../../harness/statistics/share-alarms.js';
import {
  intervalOf,
  jointIntervalOf,
  ratioInterval,
  shiftBetween,
  shiftInterval,
} from '../../harness/statistics/shift-interval.js';

const values = fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 1, maxLength: 25 });

describe('shift between two samples', () => {
  it('has the ranks of the tables of U', () => {
    // critical values of Mann and Whitney's U, two-sided at 5 %: the rank is one more (Siegel, table K)
    const known: [number, number, number][] = [[5, 5, 2], [6, 6, 5], [8, 8, 13], [10, 10, 23], [11, 11, 30], [20, 20, 127], [5, 9, 7], [12, 20, 69]]; // prettier-ignore
    for (const [n, m, critical] of known) {
      assert.deepEqual([shiftRank(n, m, 0.95), shiftRank(m, n, 0.95)], [critical + 1, critical + 1], `${n} and ${m}`);
    }
    assert.deepEqual([shiftRank(3, 3, 0.95), shiftRank(4, 4, 0.95)], [0, 1]);
  });

  it('has about the same ranks where the distribution is taken as normal', () => {
    // at 2500 pairs the exact one ends
    for (const level of [0.9, 0.95, 0.999]) {
      const [exact, near] = [shiftRank(50, 50, level), shiftRank(50, 51, level)];
      assert.ok(near > exact && near - exact < 27, `${level}: ${exact} and ${near}`);
    }
  });

  it('knows from how many values on there is an interval', () => {
    for (const level of [0.9, 0.95, 0.99, 1 - 0.05 / 30, 1 - 0.05 / 500]) {
      const n = valuesForShift(level);
      assert.ok(shiftRank(n, n, level) > 0 && shiftRank(n - 1, n - 1, level) === 0, `${level}: ${n}`);
    }
  });

  it('moves with either sample, turns round with them, and holds the estimate', () => {
    fc.assert(
      fc.property(values, values, fc.integer({ min: -500, max: 500 }), (from, to, by) => {
        const there = shiftInterval(from, to, 0.95);
        const moved = shiftInterval(from, to.map((value) => value + by), 0.95); // prettier-ignore
        const back = shiftInterval(to, from, 0.95);
        assert.equal(moved.shift, there.shift + by);
        assert.equal(back.shift + there.shift, 0);
        if (there.low === null || there.high === null) return;
        assert.ok(there.low <= there.shift && there.shift <= there.high);
        assert.deepEqual([moved.low, moved.high], [there.low + by, there.high + by]);
        assert.deepEqual([back.low! + there.high, back.high! + there.low], [0, 0]);
      }),
    );
  });

  it('gives the ratio of two samples of which one is the other made dearer', () => {
    const base = [90, 95, 100, 105, 110, 115];
    const { shift, low, high } = ratioInterval(base, base.map((value) => 1.3 * value), 0.95); // prettier-ignore
    assert.ok(Math.abs(shift - 1.3) < 1e-9 && low! < 1.3 && high! > 1.3);
    assert.throws(() => ratioInterval(base, [0], 0.95), RangeError);
    assert.throws(() => shiftInterval([], base, 0.95), RangeError);
  });

  it('is wider where the smaller sample scatters more, and not where both scatter alike', () => {
    const even = (n: number, by: number): number[] => Array.from({ length: n }, (_, index) => by * (index - (n - 1) / 2) + 1e-3 * index ** 2); // prettier-ignore
    const alike = shiftBetween(even(11, 1), even(11, 1));
    const unlike = shiftBetween(even(20, 1), even(11, 6));
    assert.ok(Math.abs(alike.unlike - 1) < 0.1 && unlike.unlike > 1.2, `${alike.unlike} and ${unlike.unlike}`);
    for (const level of [0.8, 0.95]) {
      const [own, joint] = [intervalOf(unlike, level), jointIntervalOf(unlike, level)];
      const moses = unlike.differences[shiftRank(20, 11, level) - 1]!;
      assert.ok(own.low! < moses && joint.low! <= own.low!, `${joint.low} ${own.low} ${moses}`);
    }
  });
});

describe('the share of false alarms', () => {
  /** @param least of an alarm that tells it */
  const of = (family: Family, least: number) => ({ family, told: (alpha: number) => alpha >= least });
  const never = 1;

  it('is half for each family, and equal within', () => {
    const parts = [of('headline', never), of('part', never), of('part', never), of('part', never), of('part', never), of('part', never)]; // prettier-ignore
    assert.deepEqual(shareAlarms(parts, 0.05), [0.025, 0.005, 0.005, 0.005, 0.005, 0.005]);
    assert.deepEqual(shareAlarms(parts.slice(1), 0.05), [0.01, 0.01, 0.01, 0.01, 0.01]);
    assert.deepEqual(shareAlarms([], 0.05), []);
  });

  it('goes from what was told to what was not, first within the family, then to the other', () => {
    // 0.025 ∕ 2 tells the first; the second needs all of the half
    assert.deepEqual(shareAlarms([of('headline', 0.01), of('headline', 0.02), of('part', never)], 0.05), [0.0125, 0.025, 0.05]); // prettier-ignore
    assert.deepEqual(shareAlarms([of('headline', 0.01), of('headline', 0.03), of('part', 0.001)], 0.05), [0.025, 0.05, 0.025]); // prettier-ignore
  });
});
