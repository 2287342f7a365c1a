import { intervalLevel, valuesForLevel } from '../../harness/statistics/interval.js';
import { pairedRank, pairedRatioInterval, roundsForLevel } from '../../harness/statistics/paired-interval.js';
import { ratiosWithinRound } from '../../harness/statistics/rounds.js';
import type { RoundValue } from '../../harness/statistics/rounds.js';
import { ratioInterval, shiftRank, valuesForShift } from '../../harness/statistics/shift-interval.js';
import type { ShiftInterval } from '../../harness/statistics/shift-interval.js';
import type { ArmsOfPair } from './arms.js';
import type { Sample } from './samples.js';

/** How the ratio of one sample to another is told from their noise. Figures have to be above zero for an interval. */
export interface RatioTest {
  interval(level: number): ShiftInterval;
  /** Whether there are trials enough for any interval of this level. */
  tells(level: number): boolean;
  /** What there is, and what it would take, in words. */
  counts: string;
  needs(level: number): string;
}

/** Of two that took turns the ratios within rounds, of two runs all ratios. */
export function ratioTest(base: Sample, head: Sample, arms: ArmsOfPair | null): RatioTest {
  return arms === null ? ofRuns(base, head) : ofRounds(base, head);
}

/**
 * The level of a row's own interval. After looks, of which the last is the one that pleased, an interval of 95 % covers 92.5 %
 * at worst; one of 96 % covers 93.7 to 96.9 % (test/statistics/looks.test.ts).
 */
export function ownLevel(arms: ArmsOfPair | null): number {
  return arms !== null && arms.looks > 1 ? 0.96 : intervalLevel;
}

function ofRuns({ values: base }: Sample, { values: head }: Sample): RatioTest {
  const [n, m] = [base.length, head.length];
  return {
    interval: (level) => ratioInterval(base, head, level),
    tells: (level) => Math.min(n, m) >= valuesForLevel && shiftRank(n, m, level) > 0,
    counts: `${String(n)} and ${String(m)}`,
    needs: (level) => String(Math.max(valuesForLevel, valuesForShift(level))),
  };
}

function ofRounds(base: Sample, head: Sample): RatioTest {
  const ratios = ratiosWithinRound(byRound(head), byRound(base));
  const n = ratios.length;
  return {
    // a ratio of medians where no round has both
    interval: (level) => (n === 0 ? ratioInterval(base.values, head.values, 0) : pairedRatioInterval(ratios, level)),
    tells: (level) => n >= valuesForLevel && pairedRank(n, level) > 0,
    counts: `${String(n)} rounds`,
    needs: (level) => String(Math.max(valuesForLevel, roundsForLevel(level))),
  };
}

function byRound({ trials, values }: Sample): RoundValue[] {
  return trials.map(({ round }, index) => ({ round, value: values[index] ?? NaN }));
}
