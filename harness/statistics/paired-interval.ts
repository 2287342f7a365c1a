import type { ShiftInterval } from './shift-interval.js';
import { normalQuantile } from './rank-sum.js';

/** Above this many pairs the distribution of the signed ranks is near enough to normal. */
const mostExactPairs = 200;

/**
 * By how much one arm lies above the other where both were measured in every round, as a ratio: the interval of the
 * pseudomedian of the logarithms, from the sorted averages of every two of them (Walsh averages; Hollander, Wolfe and
 * Chicken, Nonparametric Statistical Methods, sections 3.2 and 3.3), the k-th from either end by the distribution of
 * Wilcoxon's signed ranks. It assumes that a ratio is as likely above the true one as below, and of arms that differ by a factor
 * alone that is so, whatever their noise is like: either could have been the other. What moves a whole round is in neither.
 * Order statistics of the ratios themselves need as many rounds, and find less (test/statistics/paired-interval.test.ts).
 * @param ratios of every round that has both
 * @param level of confidence, 0 to 1
 * @throws RangeError when there are none, or one that is not above zero
 */
export function pairedRatioInterval(ratios: readonly number[], level: number): ShiftInterval {
  const worst = ratios.find((ratio) => !(ratio > 0));
  if (ratios.length === 0 || worst !== undefined)
    throw new RangeError(`ratios within rounds of ${String(worst ?? 'no rounds')}`);
  const logarithms = ratios.map(Math.log);
  const averages = Float64Array.from(
    logarithms.flatMap((own, index) => logarithms.slice(index).map((other) => (own + other) / 2)),
  ).sort();
  const count = averages.length;
  const at = (place: number): number => Math.exp(averages[place] ?? NaN);
  const shift = Math.sqrt(at(Math.floor((count - 1) / 2)) * at(Math.floor(count / 2)));
  const rank = pairedRank(ratios.length, level);
  return rank === 0 ? { shift, low: null, high: null } : { shift, low: at(rank - 1), high: at(count - rank) };
}

/** Rounds from which on the level can be had: 2 · 2^−n ≤ 1 − level. */
export function roundsForLevel(level: number): number {
  return Math.max(1, Math.ceil(1 - Math.log2(1 - level) - 1e-9));
}

/**
 * Which of the sorted averages ends the interval, counted from 1 from either side: the largest k with
 * 2 · P(W < k) ≤ 1 − level. 0 when there is none.
 */
export function pairedRank(pairs: number, level: number): number {
  const most = (1 - level) / 2;
  if (pairs > mostExactPairs) {
    const sums = (pairs * (pairs + 1)) / 2;
    const deviation = Math.sqrt((pairs * (pairs + 1) * (2 * pairs + 1)) / 24);
    return Math.max(0, Math.floor(sums / 2 - normalQuantile(most) * deviation));
  }
  let below = 0;
  for (const [k, probability] of signedRankDistribution(pairs).entries()) {
    below += probability;
    if (below > most * (1 + 1e-9)) return k;
  }
  return 0;
}

const distributions = new Map<number, Float64Array>();

/** P(W = w), w from 0 to half of all: each rank is in the sum or not, one as likely as the other. */
function signedRankDistribution(pairs: number): Float64Array {
  const known = distributions.get(pairs);
  if (known !== undefined) return known;
  const size = Math.floor((pairs * (pairs + 1)) / 4) + 1;
  const result = new Float64Array(size);
  result[0] = 1;
  for (let rank = 1; rank <= pairs; rank++) {
    for (let sum = size - 1; sum >= 0; sum--) {
      result[sum] = ((result[sum] ?? 0) + (sum >= rank ? (result[sum - rank] ?? 0) : 0)) / 2;
    }
  }
  distributions.set(pairs, result);
  return result;
}
