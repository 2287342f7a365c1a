import type { Histogram } from '../../reports/record.js';

/**
 * The p-quantile of the values, 0 ≤ p ≤ 1, linear between order statistics (type 7 of Hyndman and Fan, 1996).
 * @throws RangeError when there are no values
 */
export function quantile(values: readonly number[], p: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const position = (sorted.length - 1) * Math.min(1, Math.max(0, p));
  const below = Math.floor(position);
  const low = sorted[below];
  if (low === undefined) throw new RangeError('a quantile of no values');
  const high = sorted[below + 1] ?? low;
  // Written so that equal neighbours give themselves, and the result never leaves [low, high].
  return low === high ? low : Math.min(high, low + (high - low) * (position - below));
}

/** @throws RangeError when there are no values */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/**
 * The harmonic mean: the mean of rates that were each taken over the same amount of work.
 * @throws RangeError when there are no values, or one is not above zero
 */
export function harmonicMean(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError('a mean of no values');
  let inverse = 0;
  for (const value of values) {
    if (!(value > 0)) throw new RangeError(`a harmonic mean of ${value}: rates must be above zero`);
    inverse += 1 / value;
  }
  return values.length / inverse;
}

/** The lower bound of the bin that holds the p-quantile; null when the histogram is empty. */
export function histogramQuantile(histogram: Histogram, p: number): number | null {
  const total = histogram.counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return null;
  const rank = Math.max(1, Math.ceil(p * total));
  let seen = 0;
  for (const [bin, count] of histogram.counts.entries()) {
    seen += count;
    if (seen >= rank) return histogram.lowerBounds[bin] ?? null;
  }
  return null;
}
