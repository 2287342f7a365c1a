import assert from 'node:assert/strict';
import fc from 'fast-check';
import { fitRounds, fitted, hyperbolaFit, linearFit } from '../../harness/statistics/fit.js';
import type { FitPoint } from '../../harness/statistics/fit.js';
import { medianInterval } from '../../harness/statistics/interval.js';
import { seededRandom } from '../../harness/statistics/random.js';

const near = (value: number, expected: number): void =>
  assert.ok(Math.abs(value - expected) < 1e-9 * Math.max(1, Math.abs(expected)), `${value}, expected ${expected}`);

describe('least squares', () => {
  it('finds the line of points by hand', () => {
    // means 2 and 4; Sxy = 3, Sxx = 2, Syy = 14/3... worked out on paper
    const fit = linearFit([1, 2, 3], [3, 3, 6]);
    near(fit.slope, 1.5);
    near(fit.intercept, 1);
    near(fit.rSquared, 0.75);
  });

  it('finds a line that is there', () => {
    const figures = fc.integer({ min: -1000, max: 1000 });
    fc.assert(
      fc.property(figures, figures, fc.uniqueArray(figures, { minLength: 2, maxLength: 12 }), (a, b, xs) => {
        const fit = linearFit(
          xs,
          xs.map((x) => a + b * x),
        );
        assert.ok(Math.abs(fit.slope - b) < 1e-6 && Math.abs(fit.intercept - a) < 1e-3);
        assert.ok(Math.abs(fit.rSquared - 1) < 1e-6);
      }),
    );
  });

  it('finds a hyperbola, and gives its values', () => {
    const ns = [1, 2, 4, 8, 64];
    const fit = hyperbolaFit(
      ns,
      ns.map((n) => 215 + 64 / n),
    );
    near(fit.intercept, 215);
    near(fit.slope, 64);
    near(fitted('hyperbola', fit, 16), 219);
    near(fitted('linear', { intercept: 3, slope: 2 }, 16), 35);
  });

  it('says how little of a curve a line can be', () => {
    assert.equal(linearFit([1, 2], [5, 5]).rSquared, 1);
    near(linearFit([-1, 0, 1], [1, 0, 1]).rSquared, 0);
  });

  it('has no slope for one x', () => {
    for (const xs of [[], [3], [3, 3]]) assert.throws(() => linearFit(xs, xs), RangeError);
  });
});

describe('a fit over rounds', () => {
  const xs = [64, 512, 1024, 1514];
  const points = (rounds: number, of: (x: number, round: number) => number): FitPoint[] =>
    Array.from({ length: rounds }, (_, round) => xs.map((x) => ({ round, x, value: of(x, round) }))).flat();

  it('does not mind rounds that drift', () => {
    const fit = fitRounds(
      'linear',
      points(6, (x, round) => 1000 * round + 0.1 * x),
    )!;
    for (const value of [fit.slope.median, fit.slope.low!, fit.slope.high!]) near(value, 0.1);
    assert.deepEqual(
      [fit.intercept.low!, fit.intercept.high!].map((end) => Math.abs(Math.round(end))),
      [357, 4643],
    );
  });

  it('leaves out a round that has not every x, and gives nothing without one', () => {
    const all = points(7, (x) => x).filter(({ round, x }) => round !== 3 || x !== 512);
    assert.equal(fitRounds('linear', all)?.slope.n, 6);
    assert.equal(fitRounds('linear', points(1, (x) => x).slice(0, 1)), null);
    assert.equal(
      fitRounds('linear', [
        { round: 0, x: 1, value: 1 },
        { round: 1, x: 2, value: 1 },
      ]),
      null,
    );
  });

  it('knows what may be noise, and what cannot be', () => {
    const bent = (x: number): number => (x === 512 ? 100 : 0);
    const noisy = (by: number) =>
      fitRounds(
        'linear',
        points(6, (x, round) => x + bent(x) + by * (round - 2.5)),
      )!;
    assert.equal(noisy(1).withinNoise, false);
    assert.equal(noisy(100).withinNoise, true);
  });

  it('covers the true slope as often as it says', () => {
    const random = seededRandom(20011002);
    // Tails heavier than a normal distribution's (Laplace), and rounds that drift as a whole.
    const scatter = (): number => 100 * Math.log((1 - random()) / (1 - random()));
    const runs = 4000;
    for (const model of ['linear', 'hyperbola'] as const) {
      for (const rounds of [6, 9, 12, 20]) {
        const { level } = medianInterval(Array.from({ length: rounds }, (_, index) => index));
        let covered = 0;
        for (let run = 0; run < runs; run++) {
          const drifts = Array.from({ length: rounds }, () => 500 * random());
          const truth = { intercept: 2000, slope: 0.08 };
          const value = (x: number, round: number): number => fitted(model, truth, x) + scatter() + drifts[round]!;
          const { low, high } = fitRounds(model, points(rounds, value))!.slope;
          if (low! <= truth.slope && truth.slope <= high!) covered++;
        }
        const share = covered / runs;
        assert.ok(share > 0.93 && share < 0.97, `${model}, ${rounds} rounds: ${share}`);
        const error = 0.01 + 3 * Math.sqrt((level * (1 - level)) / runs);
        assert.ok(Math.abs(share - level) < error, `${model}, ${rounds} rounds: ${share}, stated ${level}`);
      }
    }
  });
});
