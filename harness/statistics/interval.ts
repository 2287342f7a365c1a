import type { Estimate } from '../../reports/record.js';
import { median } from './quantile.js';

/** The level of every interval, where there are enough values for it. */
export const intervalLevel = 0.95;

/** From this many values on, order statistics reach the level: 1 − 2^(1−6) = 0.969. */
export const valuesForLevel = 6;

export interface MedianInterval {
  median: number;
  /** Null for a single value, which tells nothing about spread. */
  low: number | null;
  high: number | null;
  n: number;
  /** Coverage that the order statistics achieve for any continuous distribution; at least the level when n ≥ 6. */
  level: number;
}

/**
 * The median with its distribution-free interval between two order statistics (Conover, Practical Nonparametric
 * Statistics, section 3.2): [x(k), x(n+1−k)] covers the median with probability 1 − 2·P(Bin(n, ½) < k). The largest k
 * that reaches the level is taken; below six values none does, and the interval is [min, max] at 1 − 2^(1−n).
 * @throws RangeError when there are no values
 */
export function medianInterval(values: readonly number[]): MedianInterval {
  const sorted = [...values].sort((a, b) => a - b);
  const n = sorted.length;
  const middle = median(sorted);
  if (n === 1) return { median: middle, low: null, high: null, n, level: 0 };
  const { rank, level } = intervalRank(n);
  return { median: middle, low: sorted[rank - 1] ?? middle, high: sorted[n - rank] ?? middle, n, level };
}

/** Coverage of [min, max] for the median of n values. */
export function rangeCoverage(n: number): number {
  return 1 - 2 ** (1 - n);
}

/** The same, as the record keeps it. */
export function estimate(values: readonly number[]): Estimate {
  const { median: middle, low, high, n } = medianInterval(values);
  return { median: middle, low, high, n };
}

/**
 * The median with the whole range of the values, for figures that repeat: what they scatter is not noise that more values
 * would narrow.
 * @throws RangeError when there are no values
 */
export function rangeEstimate(values: readonly number[]): Estimate {
  return { median: median(values), low: Math.min(...values), high: Math.max(...values), n: values.length };
}

/** Logarithms, since 2^−n underflows from n = 1075 on. */
function intervalRank(n: number): { rank: number; level: number } {
  let logTerm = -n * Math.LN2;
  let tail = Math.exp(logTerm);
  let best = { rank: 1, level: 1 - 2 * tail };
  for (let k = 1; k < n / 2; k++) {
    logTerm += Math.log((n - k + 1) / k);
    tail += Math.exp(logTerm);
    const level = 1 - 2 * tail;
    if (level < intervalLevel) break;
    best = { rank: k + 1, level };
  }
  return best;
}
