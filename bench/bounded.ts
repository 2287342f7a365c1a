import { medianInterval } from '../harness/statistics/interval.js';
import type { MedianInterval } from '../harness/statistics/interval.js';
import type { Bounded } from '../reports/tables/table.js';

/** The median of the values with its interval; null when there are none. */
export function summarise(values: readonly number[]): MedianInterval | null {
  return values.length === 0 ? null : medianInterval(values);
}

/** The same, as a cell of a table. */
export function bounded(values: readonly number[]): Bounded | null {
  const found = summarise(values);
  return found === null ? null : { value: found.median, low: found.low, high: found.high };
}

/** What the intervals of values like these are, as a note below a table. */
export function intervalNote(n: number, of: 'rounds' | 'pairs' = 'rounds'): string {
  if (n < 2) return 'One value each: no interval.';
  const { level } = medianInterval(Array.from({ length: n }, (_, index) => index));
  return `Medians over ${n} ${of}; behind them the interval of order statistics that covers the median at ${(100 * level).toFixed(0)} %.`;
}
