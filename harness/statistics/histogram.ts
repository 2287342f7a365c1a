import type { Histogram } from '../../reports/record.js';

/** Several histograms with bins of the same width as one; null when none has a value. */
export function addHistograms(histograms: readonly Histogram[]): Histogram | null {
  const bins = new Map<number, number>();
  for (const { lowerBounds, counts } of histograms) {
    for (const [index, bound] of lowerBounds.entries()) bins.set(bound, (bins.get(bound) ?? 0) + (counts[index] ?? 0));
  }
  if (bins.size === 0) return null;
  const sorted = [...bins].sort(([a], [b]) => a - b);
  return { lowerBounds: sorted.map(([bound]) => bound), counts: sorted.map(([, count]) => count) };
}
