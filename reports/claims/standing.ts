import type { Estimate } from '../record.js';
import type { Verdict } from './claim.js';

/** Values that are taken for the article's. */
export interface Band {
  low: number;
  high: number;
}

/** Where a figure stands to the article's. */
export type Standing = 'within' | 'above' | 'below' | 'unsure';

/** An interval wider than so many times the band says too little, even where it meets it. */
const WIDEST = 2;

/**
 * By the interval alone:
 * - `above`, `below`: all of it lies on that side of the band;
 * - `within`: it meets the band;
 * - `unsure`: an end is missing, or it meets the band but is wider than twice the band.
 */
export function standingOf({ low, high }: Pick<Estimate, 'low' | 'high'>, band: Band): Standing {
  if (low === null || high === null) return 'unsure';
  if (high < band.low) return 'below';
  if (low > band.high) return 'above';
  return high - low > WIDEST * (band.high - band.low) ? 'unsure' : 'within';
}

/**
 * One verdict for several cases, of those that can be told alone: it `holds` where each of them does, `holds only when` some
 * do, and `no longer holds` where none does. Where none can be told it is not measured.
 * @param holds for each case; null: it cannot be told
 */
export function verdictOver(holds: readonly (boolean | null)[]): Verdict {
  const told = holds.filter((each) => each !== null);
  if (told.length === 0) return 'not measured';
  if (told.every(Boolean)) return 'holds';
  return told.some(Boolean) ? 'holds only when' : 'no longer holds';
}
