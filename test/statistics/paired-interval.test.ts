import assert from 'node:assert/strict';
import fc from 'fast-check';
import { medianInterval } from '../../harness/statistics/interval.js';
import { pairedRank, pairedRatioInterval, roundsForLevel } from '../../harness/statistics/paired-interval.js';
import { seededRandom } from '../../harness/statistics/random.js';
import type { Random } from '../../harness/statistics/random.js';
import { ratioInterval } from '../../harness/statistics/shift-interval.js';
import { exponential, normal } from '../../harness/selftest/noise.js';

const ratios = fc.array(fc.double({ min: 0.5, max: 2, noNaN: true }), { minLength: 1, maxLength: 25 });

describe('ratio of two that took turns', () => {
  it('has the ranks of the tables of signed ranks', () => {
    // critical values of Wilcoxon's T, two-sided at 5 %: the rank is one more (Siegel, table G)
    const known: [number, number][] = [[6, 0], [7, 2], [8, 3], [10, 8], [11, 10], [15, 25], [20, 52], [25, 89]]; // prettier-ignore
    for (const [pairs, critical] of known) assert.equal(pairedRank(pairs, 0.95), critical + 1, `${pairs}`);
    assert.deepEqual([pairedRank(5, 0.95), pairedRank(6, 0.95)], [0, 1]);
  });

  it('has about the same ranks where the distribution is taken as normal', () => {
    for (const level of [0.9, 0.95, 0.999]) {
      const [exact, near] = [pairedRank(200, level), pairedRank(201, level)];
      assert.ok(near > exact - 20 && near - exact < 201, `${level}: ${exact} and ${near}`);
    }
  });

  it('knows from how many rounds on there is an interval', () => {
    for (const level of [0.9, 0.95, 0.99, 1 - 0.05 / 30, 1 - 0.05 / 270]) {
      const n = roundsForLevel(level);
      assert.ok(pairedRank(n, level) > 0 && pairedRank(n - 1, level) === 0, `${level}: ${n}`);
    }
  });

  it('turns round with the arms, and holds the estimate', () => {
    fc.assert(
      fc.property(ratios, (values) => {
        const there = pairedRatioInterval(values, 0.95);
        const back = pairedRatioInterval(values.map((value) => 1 / value), 0.95); // prettier-ignore
        assert.ok(Math.abs(there.shift * back.shift - 1) < 1e-9);
        if (there.low === null || there.high === null) return;
        assert.ok(there.low <= there.shift * (1 + 1e-9) && there.shift <= there.high * (1 + 1e-9));
        assert.ok(Math.abs(there.low * back.high! - 1) < 1e-9 && Math.abs(there.high * back.low! - 1) < 1e-9);
      }),
    );
    assert.throws(() => pairedRatioInterval([], 0.95), RangeError);
    assert.throws(() => pairedRatioInterval([1, 0], 0.95), RangeError);
  });

  const distributions: [string, (random: Random) => number][] = [
    ['normal', (random) => 100 * Math.exp(0.03 * normal(random))],
    ['skewed', (random) => 100 + 10 * exponential(random)],
    ['heavy-tailed', (random) => 100 * Math.exp(0.03 * normal(random) * (random() < 0.1 ? 5 : 1))],
  ];

  /** Two arms of which one is 7 % dearer, over rounds that are each up to half as dear again. */
  function rounds(n: number, draw: (random: Random) => number, random: Random): { base: number[]; head: number[] } {
    const drift = Array.from({ length: n }, () => 1 + 0.5 * random());
    return {
      base: drift.map((factor) => factor * draw(random)),
      head: drift.map((factor) => 1.07 * factor * draw(random)),
    };
  }
  const within = ({ base, head }: { base: number[]; head: number[] }): number[] =>
    head.map((value, round) => value / (base[round] ?? NaN));

  for (const [name, draw] of distributions) {
    for (const n of [11, 20]) {
      it(`covers it as often as it says, whatever moves whole rounds: ${name} noise, ${n} rounds`, () => {
        const random = seededRandom(20261125 + n);
        let covered = 0;
        for (let run = 0; run < 2000; run++) {
          const { low, high } = pairedRatioInterval(within(rounds(n, draw, random)), 0.95);
          if (low! <= 1.07 && 1.07 <= high!) covered++;
        }
        assert.ok(covered / 2000 >= 0.93 && covered / 2000 <= 0.97, String(covered / 2000));
      });
    }
  }

  it('finds more than order statistics of the ratios, and far more than what does not know of rounds', () => {
    const random = seededRandom(7);
    const draw = distributions[0]![1];
    const found = { ranks: 0, order: 0, runs: 0 };
    for (let run = 0; run < 500; run++) {
      const arms = rounds(11, draw, random);
      if (pairedRatioInterval(within(arms), 0.95).low! > 1.03) found.ranks++;
      if (medianInterval(within(arms)).low! > 1.03) found.order++;
      if (ratioInterval(arms.base, arms.head, 0.95).low! > 1.03) found.runs++;
    }
    assert.ok(found.ranks > 1.1 * found.order && found.ranks > 10 * found.runs, JSON.stringify(found));
  });
});
