import type { Estimate } from '../../reports/record.js';
import { estimate } from '../statistics/interval.js';
import { median } from '../statistics/quantile.js';
import type { Amount } from './contributions.js';

/**
 * The corrected figure over trials. Its interval is that of the trials, widened at each end by what the correction
 * itself is unsure of, which no number of trials narrows: the calibration's quartiles.
 */
export function correctedEstimate(amounts: readonly Amount[]): Estimate {
  const trials = estimate(amounts.map(({ corrected }) => corrected));
  const more = median(amounts.map(({ correction }) => correction.high - correction.median));
  const less = median(amounts.map(({ correction }) => correction.median - correction.low));
  return {
    ...trials,
    low: trials.low === null ? null : trials.low - more,
    high: trials.high === null ? null : trials.high + less,
  };
}
