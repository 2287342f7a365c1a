import { valuesForLevel } from '../../harness/statistics/interval.js';
import { median } from '../../harness/statistics/quantile.js';
import { logShiftBetween } from '../../harness/statistics/shift-interval.js';
import type { ShiftInterval } from '../../harness/statistics/shift-interval.js';
import { movesBy } from '../matrix/figures.js';
import type { Floors, Metric } from '../record.js';
import type { ArmsOfPair } from './arms.js';
import { ratioTest } from './ratio-test.js';
import type { RatioTest } from './ratio-test.js';
import type { Sample } from './samples.js';

export type Verdict = 'better' | 'worse' | 'same' | 'unsure';

/** HEAD against BASE, percent: 100 · (head ∕ base − 1). */
export interface Effect {
  percent: number | null;
  /** At 95 %, by itself; of counted figures there is none: they repeat. */
  low: number | null;
  high: number | null;
  /** The interval that a verdict of better or worse is taken from: 95 % for all rows together. */
  sureLow: number | null;
  sureHigh: number | null;
  /** The smallest difference that these two can tell, percent; null where nothing tells it. */
  floorPercent: number | null;
}

export interface Judgement extends Effect {
  verdict: Verdict;
  /** Why it is not sure; null when it is. */
  reason: string | null;
}

export interface Question {
  better: NonNullable<Metric['better']>;
  /** Less than this is the same, percent; null: whatever is above the floors of an exact record. */
  thresholdPercent: number | null;
  /**
   * By how much BASE differed from itself when it was measured again, as a ratio of at least 1: what moves from run to run.
   * 1 where that was not measured.
   */
  apart: number;
}

export const nothingKnown: Effect = {
  ...{ percent: null, low: null, high: null, sureLow: null, sureHigh: null, floorPercent: null },
};

export function unsure(reason: string, effect: Effect = nothingKnown): Judgement {
  return { ...effect, verdict: 'unsure', reason };
}

/** Of noisy figures where nobody asks for another: less does not matter, and a virtual machine seldom resolves it. */
export const usualThresholdPercent = 5;

/** What two samples of a noisy figure tell of the difference, before it is known how surely it has to be. */
export interface Evidence {
  test: RatioTest;
  /** What widens the ratio's interval at its lower and its upper end, as factors. */
  down: number;
  up: number;
}

/**
 * @param arms of two that took turns; null: of two runs
 * @returns a judgement where nothing can be told, or nothing has to be: both are zero
 */
export function evidenceOf(
  base: Sample,
  head: Sample,
  apart: number,
  arms: ArmsOfPair | null = null,
): Evidence | Judgement {
  const values = [...base.values, ...head.values];
  if (values.some((value) => value < 0) || (values.includes(0) && values.some((value) => value > 0))) {
    return unsure('not above zero in every trial: too small to be told from the probes and the noise');
  }
  const [n, m] = [base.values.length, head.values.length];
  if (arms === null && Math.min(n, m) >= valuesForLevel && Math.max(n, m) > mostUneven * Math.min(n, m)) {
    return unsure(`${String(n)} and ${String(m)} trials: one side has more than ${String(mostUneven)} times as many`);
  }
  if (values.includes(0)) {
    if (Math.min(n, m) < valuesForLevel) {
      return unsure(`too few trials, ${String(n)} and ${String(m)}: it takes ${String(valuesForLevel)}`);
    }
    const all = { percent: 0, low: 0, high: 0, sureLow: 0, sureHigh: 0, floorPercent: 0 };
    return { ...all, verdict: 'same', reason: null };
  }
  const { down, up } = calibrationBounds(base, head, arms);
  // and what moves from run to run
  return { test: ratioTest(base, head, arms), down: down / apart, up: up * apart };
}

/** By what the ends of a ratio move for what the correction of the probes is unsure of. */
function calibrationBounds(base: Sample, head: Sample, arms: ArmsOfPair | null): { down: number; up: number } {
  const share = ({ values }: Sample, amount: number): number => amount / median(values);
  const above = (sample: Sample): number => 1 + share(sample, sample.uncertain.up);
  const below = (sample: Sample): number => Math.max(Number.EPSILON, 1 - share(sample, sample.uncertain.down));
  if (arms?.sameCalibration === true) {
    // one error, in both the same way
    const ratios = [above(head) / above(base), below(head) / below(base)];
    return { down: Math.min(1, ...ratios), up: Math.max(1, ...ratios) };
  }
  // what the two are unsure of may add up
  return { down: below(head) / above(base), up: above(head) / below(base) };
}

/** With more, the intervals no longer cover what they say where the scatter differs too. */
const mostUneven = 2;

/** Whether it lies wholly beyond the threshold in an interval that may raise a false alarm with this probability. */
export function isBeyond(evidence: Evidence, thresholdPercent: number | null, alpha: number): boolean {
  const { low, high } = percentsOf(evidence.test.sure(alpha), evidence);
  const threshold = thresholdPercent ?? usualThresholdPercent;
  return (low !== null && low > threshold) || (high !== null && high < -threshold);
}

/**
 * The verdict of a noisy figure. Better and worse take an interval wholly beyond the threshold that is so wide that all
 * rows of the comparison together raise a false alarm in at most 5 %; the same takes the row's own 95 % interval wholly
 * within. Whatever is between is not sure.
 * @param alpha this row's part of the false alarms (`shareAlarms`)
 */
export function judgeNoisy(
  evidence: Evidence,
  { thresholdPercent, better }: Omit<Question, 'apart'>,
  alpha: number,
): Judgement {
  const { shift, movesPercent } = evidence.test;
  const tooFew = evidence.test.tooFew(alpha);
  if (tooFew !== null) return unsure(tooFew, { ...nothingKnown, percent: percentOf(shift) });
  const own = percentsOf(evidence.test.own, evidence);
  const sure = percentsOf(evidence.test.sure(alpha), evidence);
  const effect = {
    percent: percentOf(shift),
    ...{ low: own.low, high: own.high, sureLow: sure.low, sureHigh: sure.high },
    floorPercent: Math.max(halfWidth(sure) ?? 0, movesPercent),
  };
  return verdictOf(effect, { threshold: thresholdPercent ?? usualThresholdPercent, better, movesPercent });
}

interface Percents {
  low: number | null;
  high: number | null;
}

function percentsOf({ low, high }: ShiftInterval, { down, up }: Evidence): Percents {
  return { low: low === null ? null : percentOf(low * down), high: high === null ? null : percentOf(high * up) };
}

/** Of the interval, as a ratio; null where an end is missing or without bound. */
function halfWidth({ low, high }: Percents): number | null {
  if (low === null || high === null) return null;
  const ratio = (100 + high) / (100 + low);
  return Number.isFinite(ratio) ? percentOf(Math.sqrt(ratio)) : null;
}

interface Asked {
  threshold: number;
  better: Question['better'];
  movesPercent: number;
}

/** A difference that one of the runs has from itself is not the other's; nor is a figure the same that moves by more than asked. */
function verdictOf(effect: Effect, { threshold, better, movesPercent }: Asked): Judgement {
  const { percent, low, high, sureLow, sureHigh, floorPercent } = effect;
  const told = (verdict: Verdict, size: number): Judgement =>
    movesPercent < size
      ? { ...effect, verdict, reason: null }
      : unsure(`moves by ${movesPercent.toFixed(1)} % within one run`, effect);
  const dearer = sureLow !== null && sureLow > threshold;
  const cheaper = sureHigh !== null && sureHigh < -threshold;
  if (dearer || cheaper) return told(dearer === (better === 'lower') ? 'worse' : 'better', Math.abs(percent ?? 0));
  if (low === null || high === null) return unsure('too few trials, since the two scatter unlike', effect);
  if (low >= -threshold && high <= threshold) return told('same', threshold);
  const wide = floorPercent === null || floorPercent > threshold;
  const resolved = floorPercent === null ? '' : ` (±${floorPercent.toFixed(1)} %)`;
  return unsure(wide ? `too noisy${resolved}` : `about at ${text(threshold)} %`, effect);
}

/** Between which two loads a search found the highest that meets its goal. */
export interface Bounds {
  low: number;
  high: number;
}

/**
 * Two answers of searches. Each lies somewhere between its bounds, and nothing says where or how surely: better or worse is
 * what is so wherever in them either lies, by more than the threshold; the same is what is within it wherever they lie.
 */
export function judgeBounds(
  base: Bounds,
  head: Bounds,
  { better, thresholdPercent }: Omit<Question, 'apart'>,
): Judgement {
  const threshold = thresholdPercent ?? usualThresholdPercent;
  const [low, high] = [percentOf(head.low / base.high), percentOf(head.high / base.low)];
  const effect = { ...nothingKnown, percent: percentOf(head.low / base.low), low, high };
  if (low > threshold) return { ...effect, verdict: better === 'lower' ? 'worse' : 'better', reason: null };
  if (high < -threshold) return { ...effect, verdict: better === 'lower' ? 'better' : 'worse', reason: null };
  if (low >= -threshold && high <= threshold) return { ...effect, verdict: 'same', reason: null };
  return unsure('the bounds are too far apart, or their distance is about at the threshold', effect);
}

/** A figure of an exact run. */
export interface Counted {
  value: number;
  floors: Floors;
  /** What one packet at the ends of the window is of it, percent. */
  edgePercent: number;
}

/**
 * Two counted figures: better or worse is what is above both figures' own movement when nothing is changed (A/A floor,
 * repeatability, one packet) and above the threshold, if there is one; the same is what is not, unless the figures move by
 * more than the threshold themselves.
 */
export function judgeCounted(base: Counted, head: Counted, { better, thresholdPercent, apart }: Question): Judgement {
  if (base.value === 0 && head.value === 0) {
    return { ...nothingKnown, percent: 0, floorPercent: 0, verdict: 'same', reason: null };
  }
  if (!(base.value > 0 && head.value > 0)) return unsure('not above zero: the ratio has no meaning');
  // not of the ratio: 2100 of 2000 is 5 % and not a rounding more, which would be above a threshold of 5 %
  const percent = (100 * (head.value - base.value)) / base.value;
  const [own, other] = [movesBy(base), movesBy(head)];
  if (own === null || other === null) {
    return unsure('nothing tells how much it moves by itself: it needs two boots', { ...nothingKnown, percent });
  }
  const floorPercent = Math.max((100 * Math.max(own, other)) / base.value, percentOf(apart));
  const effect = { ...nothingKnown, percent, floorPercent };
  const least = Math.max(floorPercent, thresholdPercent ?? 0);
  if (Math.abs(percent) > least) {
    return { ...effect, verdict: percent < 0 === (better === 'lower') ? 'better' : 'worse', reason: null };
  }
  if (thresholdPercent === null || floorPercent <= thresholdPercent)
    return { ...effect, verdict: 'same', reason: null };
  return unsure(`moves by ${floorPercent.toFixed(2)} % by itself, more than ${text(thresholdPercent)} %`, effect);
}

/** Of two samples of the same thing, the ratio of the larger to the smaller: at least 1; null where it cannot be told. */
export function apartOf(base: Sample, again: Sample): number | null {
  if ([...base.values, ...again.values].some((value) => !(value > 0))) return null;
  return Math.exp(Math.abs(logShiftBetween(base.values, again.values).shift));
}

function percentOf(ratio: number): number {
  return 100 * (ratio - 1);
}

function text(threshold: number): string {
  return String(Number(threshold.toPrecision(6)));
}
