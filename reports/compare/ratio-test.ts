import { intervalLevel, valuesForLevel } from '../../harness/statistics/interval.js';
import { noiseFloorOf } from '../../harness/statistics/noise-floor.js';
import { pairedRank, pairedRatioInterval, roundsForLevel } from '../../harness/statistics/paired-interval.js';
import { shiftRank, valuesForShift } from '../../harness/statistics/rank-sum.js';
import { ratiosWithinRound } from '../../harness/statistics/rounds.js';
import type { RoundValue } from '../../harness/statistics/rounds.js';
import {
  intervalOf,
  jointIntervalOf,
  logShiftBetween,
  ratioInterval,
  ratioOf,
} from '../../harness/statistics/shift-interval.js';
import type { ShiftInterval } from '../../harness/statistics/shift-interval.js';
import type { ArmsOfPair } from './arms.js';
import type { Sample } from './samples.js';

/** How the ratio of one sample to another is told from their noise. */
export interface RatioTest {
  shift: number;
  /** The interval of this figure by itself. */
  own: ShiftInterval;
  /** One that may raise a false alarm with this probability, of several figures that share them. */
  sure(alpha: number): ShiftInterval;
  /** By how much the figure moves although nothing is changed, percent: within either run, or the ratio from round to round. */
  movesPercent: number;
  /** Why no interval of this probability can be had; null when it can. */
  tooFew(alpha: number): string | null;
}

/**
 * Of two that took turns the ratios within rounds, of two runs all ratios.
 * @throws RangeError when a figure is not above zero
 */
export function ratioTest(base: Sample, head: Sample, arms: ArmsOfPair | null): RatioTest {
  return arms === null ? ofRuns(base, head) : ofRounds(base, head, arms);
}

/**
 * The level of a row's own interval. After looks, of which the last is the one that pleased, an interval of 95 % covers 92.5 %
 * at worst; one of 96 % covers 93.7 to 96.9 % (test/statistics/looks.test.ts).
 */
export function ownLevel({ looks }: Pick<ArmsOfPair, 'looks'>): number {
  return looks > 1 ? 0.96 : intervalLevel;
}

function ofRuns({ values: base }: Sample, { values: head }: Sample): RatioTest {
  const [n, m] = [base.length, head.length];
  const shift = logShiftBetween(base, head);
  return {
    shift: Math.exp(shift.shift),
    own: ratioOf(intervalOf(shift, intervalLevel)),
    sure: (alpha) => ratioOf(jointIntervalOf(shift, 1 - alpha)),
    movesPercent: Math.max(...[base, head].map((values) => noiseFloorOf(values)?.movesPercent ?? 0)),
    tooFew: (alpha) => {
      if (Math.min(n, m) >= valuesForLevel && shiftRank(n, m, 1 - alpha) > 0) return null;
      return tooFewText(`${String(n)} and ${String(m)}`, valuesForShift(1 - alpha));
    },
  };
}

function ofRounds(base: Sample, head: Sample, arms: ArmsOfPair): RatioTest {
  const ratios = ratiosWithinRound(byRound(head), byRound(base));
  const n = ratios.length;
  // a ratio of medians where no round has both
  const at = (level: number): ShiftInterval =>
    n === 0 ? ratioInterval(base.values, head.values, 0) : pairedRatioInterval(ratios, level);
  const own = at(ownLevel(arms));
  return {
    shift: own.shift,
    own,
    sure: (alpha) => at(1 - alpha / arms.looks),
    movesPercent: noiseFloorOf(ratios)?.movesPercent ?? 0,
    tooFew: (alpha) => {
      const level = 1 - alpha / arms.looks;
      if (n >= valuesForLevel && pairedRank(n, level) > 0) return null;
      return tooFewText(`${String(n)} rounds`, roundsForLevel(level));
    },
  };
}

function tooFewText(there: string, needed: number): string {
  return `too few trials, ${there}: it takes ${String(Math.max(valuesForLevel, needed))}`;
}

function byRound({ trials, values }: Sample): RoundValue[] {
  return trials.map(({ round }, index) => ({ round, value: values[index] ?? NaN }));
}
