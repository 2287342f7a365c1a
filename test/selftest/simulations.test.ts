import assert from 'node:assert/strict';
import { coverages } from '../../harness/selftest/coverage.js';
import { noises, samples } from '../../harness/selftest/noise.js';
import { simulate } from '../../harness/selftest/simulation.js';
import type { Simulation } from '../../harness/selftest/simulation.js';
import { falseAlarms, power } from '../../harness/selftest/tables.js';
import { median } from '../../harness/statistics/quantile.js';
import { seededRandom } from '../../harness/statistics/random.js';

function allOk(results: readonly Simulation[]): void {
  const off = results.filter(({ ok }) => !ok).map(({ name, percent }) => `${name}: ${percent.toFixed(1)} %`);
  assert.deepEqual(off, []);
}

describe('statistics by simulation', function () {
  this.timeout(180_000);

  it('has noise whose median is 0', () => {
    for (const { name, draw } of noises) {
      const middle = median(samples(40_001, draw, seededRandom(1)));
      assert.ok(Math.abs(middle) < 0.03, `${name}: ${middle}`);
    }
  });

  it('says what is out of bounds, but not what may be chance', () => {
    const about = { kind: 'coverage', name: 'x', least: 93, most: 97 } as const;
    const of = (times: number, runs: number): Simulation => {
      let run = 0;
      return simulate(about, runs, () => run++ < times);
    };
    assert.deepEqual([of(90, 100).ok, of(900, 1000).ok, of(1000, 1000).ok, of(950, 1000).ok], [true, false, false, true]);
    assert.equal(simulate(about, 100, () => null).ok, false);
  }); // prettier-ignore

  it('covers with every printed 95 % interval between 93 % and 97 %', () => {
    const results = coverages(600, seededRandom(20261125));
    assert.ok(results.length > 150);
    allOk(results);
  });

  it('raises a false alarm in at most 5 % of tables of equal rows', () => {
    allOk(falseAlarms(120, seededRandom(7)));
  });

  it('tells what is dearer as often as the documents say, and never calls it the same', () => {
    allOk(power(60, seededRandom(11)));
  });
});
