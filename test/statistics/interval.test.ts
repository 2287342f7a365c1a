import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  estimate,
  intervalLevel,
  medianInterval,
  rangeCoverage,
  valuesForLevel,
} from '../../harness/statistics/interval.js';
import { seededRandom } from '../../harness/statistics/random.js';

const values = fc.array(fc.double({ noNaN: true, min: -1e9, max: 1e9 }), { minLength: 1, maxLength: 60 });

describe('median interval', () => {
  it('holds the median, between values that were measured', () => {
    fc.assert(
      fc.property(values, (list) => {
        const { median, low, high, n } = medianInterval(list);
        assert.equal(n, list.length);
        if (list.length === 1) {
          assert.deepEqual([low, high], [null, null]);
          return;
        }
        assert.ok(low !== null && high !== null && low <= median && median <= high);
        assert.ok(Math.min(...list) <= low && high <= Math.max(...list));
      }),
    );
  });

  it('does not depend on the order of the values', () => {
    fc.assert(
      fc.property(values, (list) => assert.deepEqual(medianInterval([...list].reverse()), medianInterval(list))),
    );
  });

  it('moves with the values', () => {
    const integers = fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 2, maxLength: 40 });
    fc.assert(
      fc.property(integers, fc.integer({ min: -1000, max: 1000 }), (list, by) => {
        const moved = medianInterval(list.map((value) => value + by));
        const still = medianInterval(list);
        for (const [end, was] of [[moved.low!, still.low!], [moved.high!, still.high!]] as const) assert.ok(Math.abs(end - by - was) < 1e-9); // prettier-ignore
      }),
    );
  });

  it('lies between the ranks of the tables of the binomial distribution', () => {
    // n, the last rank that reaches the level: Conover, table A3 (p = 0.5)
    const known: [number, number][] = [[6, 1], [8, 1], [9, 2], [11, 2], [12, 3], [15, 4], [20, 6], [25, 8]]; // prettier-ignore
    for (const [n, rank] of known) {
      const { low, high, level } = medianInterval(Array.from({ length: n }, (_, index) => index + 1));
      assert.ok(low! >= rank && low! < rank + 1 && Math.abs(low! + high! - n - 1) < 1e-9, `n = ${n}: ${low}`);
      assert.equal(level, intervalLevel);
    }
    // by hand: of eight, 99.22 % and 92.97 %; (0.9922 − 0.95) ∕ 0.0625 = 0.675, 7 · 0.675 ∕ (1 + 6 · 0.675)
    assert.ok(Math.abs(medianInterval([1, 2, 3, 4, 5, 6, 7, 8]).low! - 1.9356) < 1e-3);
  });

  it('reaches the level from six values on, and says what it reaches below', () => {
    for (let n = valuesForLevel; n <= 3000; n += 7) {
      assert.equal(medianInterval(Array.from({ length: n }, (_, i) => i)).level, intervalLevel, `n = ${n}`);
    }
    assert.deepEqual(
      [2, 3, 4, 5].map((n) => medianInterval(Array.from({ length: n }, (_, i) => i)).level),
      [0.5, 0.75, 0.875, 0.9375],
    );
    assert.equal(rangeCoverage(5), 0.9375);
  });

  it('covers the true median as often as it says', () => {
    const random = seededRandom(20011001);
    // A skewed distribution, like times: the median of -ln(U) is ln 2.
    const draw = (): number => -Math.log(1 - random());
    const runs = 4000;
    for (const n of [5, 6, 11, 30]) {
      let covered = 0;
      let level = 0;
      for (let run = 0; run < runs; run++) {
        const interval = medianInterval(Array.from({ length: n }, draw));
        level = interval.level;
        if (interval.low! <= Math.LN2 && Math.LN2 <= interval.high!) covered++;
      }
      // the interpolation is a hundredth off at most
      const error = 0.01 + 3 * Math.sqrt((level * (1 - level)) / runs);
      assert.ok(Math.abs(covered / runs - level) < error, `n = ${n}: ${covered / runs}, stated ${level}`);
    }
  });

  it('is kept in the record without an end where there is no spread to see', () => {
    assert.deepEqual(estimate([3]), { median: 3, low: null, high: null, n: 1 });
    assert.throws(() => estimate([]), RangeError);
  });
});
