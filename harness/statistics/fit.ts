import type { Estimate } from '../../reports/record.js';
import { estimate, medianInterval } from './interval.js';

/** A straight line through points: y = intercept + slope · x. */
export interface LinearFit {
  intercept: number;
  slope: number;
  /** Of the variation of y, the share that the line accounts for; 1 where y does not vary. */
  rSquared: number;
}

/** One measured point of a curve, with the round that it was measured in. */
export interface FitPoint {
  round: number;
  x: number;
  value: number;
}

/** A line with what its rounds say of it. */
export interface RoundsFit {
  intercept: Estimate;
  slope: Estimate;
  /** Of the line through the medians over rounds. */
  rSquared: number;
  /** That line passes through the interval of every median: what is left of the curve may be noise. */
  withinNoise: boolean;
}

/** What a line is fitted over: x itself, or its inverse. */
export type FitModel = 'linear' | 'hyperbola';

/**
 * Least squares (Draper and Smith, Applied Regression Analysis, section 1.2).
 * @throws RangeError for fewer than two different x: they have no slope
 */
export function linearFit(xs: readonly number[], ys: readonly number[]): LinearFit {
  const [meanX, meanY] = [mean(xs), mean(ys)];
  const sumOf = (of: (x: number, y: number) => number): number =>
    xs.reduce((sum, x, index) => sum + of(x - meanX, (ys[index] ?? NaN) - meanY), 0);
  const spread = sumOf((x) => x * x);
  if (!(spread > 0)) throw new RangeError('a line through fewer than two different x has no slope');
  const slope = sumOf((x, y) => x * y) / spread;
  const variation = sumOf((_, y) => y * y);
  const left = sumOf((x, y) => (y - slope * x) ** 2);
  return { intercept: meanY - slope * meanX, slope, rSquared: variation === 0 ? 1 : 1 - left / variation };
}

/**
 * y = intercept + slope ∕ n: what each item costs by itself, and what n of them share. Linear in 1 ∕ n, so least squares of
 * that; where the scatter grows with y, the small n weigh most.
 * @throws RangeError for fewer than two different n
 */
export function hyperbolaFit(ns: readonly number[], ys: readonly number[]): LinearFit {
  return linearFit(ns.map(inverse), ys);
}

/** The value of a fitted curve. */
export function fitted(model: FitModel, { intercept, slope }: { intercept: number; slope: number }, x: number): number {
  return intercept + slope * (model === 'linear' ? x : inverse(x));
}

/**
 * One fit in each round that has every x, so that what drifts from round to round moves whole curves and not their slope.
 * Intercept and slope are the medians over rounds, with the distribution-free interval between order statistics of
 * `medianInterval`: at least 95 % from six rounds on, below that the smallest and largest. What it covers is the median
 * of a round's slope, which is the curve's own where the scatter of a trial is as likely up as down.
 * @returns null for fewer than two different x, or when no round has all
 */
export function fitRounds(model: FitModel, points: readonly FitPoint[]): RoundsFit | null {
  const xs = [...new Set(points.map(({ x }) => x))].sort((a, b) => a - b);
  if (xs.length < 2) return null;
  const fit = model === 'linear' ? linearFit : hyperbolaFit;
  const rounds = [...new Set(points.map(({ round }) => round))];
  const fits = rounds.flatMap((round) => {
    const own = new Map(points.filter((each) => each.round === round).map(({ x, value }) => [x, value]));
    const values = xs.flatMap((x) => own.get(x) ?? []);
    return values.length === xs.length ? [fit(xs, values)] : [];
  });
  if (fits.length === 0) return null;
  const spreads = xs.map((at) => medianInterval(points.filter(({ x }) => x === at).map(({ value }) => value)));
  const middle = fit(
    xs,
    spreads.map((each) => each.median),
  );
  return {
    intercept: estimate(fits.map(({ intercept }) => intercept)),
    slope: estimate(fits.map(({ slope }) => slope)),
    rSquared: middle.rSquared,
    withinNoise: spreads.every(({ low, high }, index) => {
      const value = fitted(model, middle, xs[index] ?? NaN);
      return low !== null && high !== null && low <= value && value <= high;
    }),
  };
}

const inverse = (n: number): number => 1 / n;

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
