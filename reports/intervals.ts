import type { Estimate, RunRecord, SummaryRow } from './record.js';
import type { Interval } from './tables/table.js';

/** Code of the warning that says what an interval of few trials covers. */
const LEVEL_WARNING = 'interval-level';

/**
 * From six trials on, the interval between the order statistics of a median reaches 95 %: with five, even the smallest
 * and the largest cover only 1 − 2 ∕ 2⁵ = 93.75 %, with six 96.9 % (distribution-free, binomial).
 */
const TRIALS_FOR_95 = 6;

/** How intervals may be named above a column, and the notes that must stand below it. */
export interface IntervalWords {
  title: string;
  notes: string[];
}

/**
 * What the intervals of these rows may claim. Fewer than six trials cannot give 95 %, so then the heading does not
 * say so and a note tells the coverage, in the words of the record's own warning when it has one.
 *
 * @param counts trials behind each interval
 * @param abouts keys of the cells, to find the warnings that are about them
 */
export function intervalWords(record: RunRecord, counts: number[], abouts: string[]): IntervalWords {
  if (record.experiment.exact) return { title: 'range', notes: [countedRangeNote] };
  const few = counts.filter((count) => count < TRIALS_FOR_95);
  const warnings = record.warnings.filter(
    (warning) => warning.code === LEVEL_WARNING && (warning.about === null || abouts.includes(warning.about)),
  );
  if (few.length === 0 && warnings.length === 0) return { title: '95 % interval', notes: [] };
  const messages = [...new Set(warnings.map((warning) => warning.message))];
  const least = few.reduce((smallest, count) => Math.min(smallest, count), TRIALS_FOR_95);
  const own =
    `The range is that of the smallest and largest trial: ${String(least)} trials are too few for a 95 % interval, ` +
    `which takes ${String(TRIALS_FOR_95)}.`;
  return { title: 'range', notes: messages.length > 0 ? messages : [own] };
}

const countedRangeNote =
  'The range is that of the smallest and largest trial: instruction counts repeat, and what they scatter no number of ' +
  'trials narrows.';

/** `intervalWords` of summary rows, by their accepted probed trials. */
export function rowIntervalWords(record: RunRecord, rows: SummaryRow[]): IntervalWords {
  return intervalWords(
    record,
    rows.map((row) => row.trials.probed),
    rows.map((row) => row.cell),
  );
}

/** Said below a table in which an interval is missing. */
export const MISSING_INTERVAL_NOTE = 'A dash in place of an interval: too few accepted trials to give one.';

export function isMissing(interval: Interval): boolean {
  return interval.low === null && interval.high === null;
}

export function intervalOf(estimate: Estimate | undefined): Interval {
  return { low: estimate?.low ?? null, high: estimate?.high ?? null };
}

/** A metric of a row, if it has it; names come from the record and may be those of Object’s own properties. */
export function metricOf(row: SummaryRow, name: string): Estimate | undefined {
  return Object.hasOwn(row.metrics, name) ? row.metrics[name] : undefined;
}
