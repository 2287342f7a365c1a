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
