import type { Estimate } from '../record.js';
import { nanoseconds, type NumberFormat } from '../tables/format.js';

/** "64 (61 to 70)": a median with its interval, in a sentence. */
export function rangeText({ median, low, high }: Estimate, format: NumberFormat = nanoseconds): string {
  const range = low === null || high === null ? '' : ` (${format(low)} to ${format(high)})`;
  return `${format(median)}${range}`;
}
