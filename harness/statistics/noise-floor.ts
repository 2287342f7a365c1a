import { intervalLevel, valuesForLevel } from './interval.js';
import { intervalOf, logShiftBetween } from './shift-interval.js';

/** By how much a noisy figure moves although nothing was changed, percent of it. */
export interface NoiseFloor {
  /** Every second trial against the others, or the first half against the second: whichever differ more. */
  movesPercent: number;
  /** The smallest difference that two runs like this one tell from none in one row, at 95 %; null below six trials. */
  resolvesPercent: number | null;
}

/** Fewer do not make two halves with something to compare in either. */
const fewestTrials = 4;

/**
 * The noise floor of a figure from one run, an A/A on the machine that measured it. Halves of a run have half of its trials, so
 * they differ by more than two whole runs would that scatter as much; but they share a boot and an hour, which two runs do not.
 * Every second trial against the others leaves out what drifts; the first half against the second has it in. One draw of each
 * says little, so the larger of them is taken, and nobody is told that it is a bound.
 * @param values of each trial, in the order in which they were measured
 * @returns null for fewer than four, or one that is not above zero
 */
export function noiseFloorOf(values: readonly number[]): NoiseFloor | null {
  if (values.length < fewestTrials || !values.every((value) => value > 0)) return null;
  const half = Math.floor(values.length / 2);
  const apart = (first: (index: number) => boolean): number => {
    const [one, other] = [values.filter((_, index) => first(index)), values.filter((_, index) => !first(index))];
    return Math.abs(logShiftBetween(one, other).shift);
  };
  const moves = Math.max(
    apart((index) => index % 2 === 0),
    apart((index) => index < half),
  );
  const { low, high } = intervalOf(logShiftBetween(values, values), intervalLevel);
  return {
    movesPercent: percentOf(moves),
    resolvesPercent:
      values.length < valuesForLevel || low === null || high === null ? null : percentOf((high - low) / 2),
  };
}

function percentOf(logarithm: number): number {
  return 100 * Math.expm1(logarithm);
}
