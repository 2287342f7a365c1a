import { intervalLevel } from '../../harness/statistics/interval.js';
import { ratioInterval } from '../../harness/statistics/shift-interval.js';
import { median } from '../../harness/statistics/quantile.js';
import { movesBy } from '../matrix/figures.js';
import type { Floors, Metric } from '../record.js';
import type { ArmsOfPair } from './arms.js';
import { ownLevel, ratioTest } from './ratio-test.js';
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
  /** Of two that took turns; null or left out: of two runs. */
  arms?: ArmsOfPair | null;
}

export const nothingKnown: Effect = {
  ...{ percent: null, low: null, high: null, sureLow: null, sureHigh: null, floorPercent: null },
};

export function unsure(reason: string, effect: Effect = nothingKnown): Judgement {
  return { ...effect, verdict: 'unsure', reason };
}

/** Of noisy figures where nobody asks for another: less does not matter, and a virtual machine seldom resolves it. */
export const usualThresholdPercent = 5;

/**
 * Two samples of a noisy figure. Better and worse take an interval wholly beyond the threshold that is so wide that all
 * rows of the comparison together raise a false alarm in at most 5 % (Bonferroni's: each at 95 % ∕ rows, which needs nothing
 * of how the rows hang together); the same takes the row's own 95 % interval wholly within. Whatever is between is not sure.
 * @param rows how many figures are judged together
 */
export function judgeNoisy(base: Sample, head: Sample, question: Question, rows: number): Judgement {
  const values = [...base.values, ...head.values];
  if (values.some((value) => value < 0) || (values.includes(0) && values.some((value) => value > 0))) {
    return unsure('not above zero in every trial: too small to be told from the probes and the noise');
  }
  const arms = question.arms ?? null;
  const sureLevel = 1 - (1 - intervalLevel) / (rows * (arms?.looks ?? 1));
  const test = ratioTest(base, head, arms);
  if (!test.tells(sureLevel)) {
    const percent = values.includes(0) ? 0 : percentOf(test.interval(0).shift);
    return unsure(`too few trials, ${test.counts}: it takes ${test.needs(sureLevel)}`, { ...nothingKnown, percent });
  }
  if (values.includes(0)) {
    return {
      ...{ percent: 0, low: 0, high: 0, sureLow: 0, sureHigh: 0, floorPercent: 0 },
      ...{ verdict: 'same', reason: null },
    };
  }
  const effect = noisyEffect(base, head, { test, sureLevel, apart: question.apart, arms });
  return verdictOf(effect, question.thresholdPercent ?? usualThresholdPercent, question.better);
}

interface Telling {
  test: RatioTest;
  sureLevel: number;
  apart: number;
  arms: ArmsOfPair | null;
}

function noisyEffect(base: Sample, head: Sample, { test, sureLevel, apart, arms }: Telling): Effect {
  const own = test.interval(ownLevel(arms));
  const sure = test.interval(sureLevel);
  const widened = calibrationBounds(base, head, arms);
  // and what moves from run to run
  const [down, up] = [widened.down / apart, widened.up * apart];
  const end = (ratio: number | null, widened: number): number | null =>
    ratio === null ? null : percentOf(ratio * widened);
  const [sureLow, sureHigh] = [end(sure.low, down), end(sure.high, up)];
  const halfWidth = ((sure.high ?? Infinity) * up) / ((sure.low ?? 0) * down);
  return {
    percent: percentOf(own.shift),
    low: end(own.low, down),
    high: end(own.high, up),
    sureLow,
    sureHigh,
    floorPercent: Number.isFinite(halfWidth) ? percentOf(Math.sqrt(halfWidth)) : null,
  };
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

function verdictOf(effect: Effect, threshold: number, better: Question['better']): Judgement {
  const { low, high, sureLow, sureHigh, floorPercent } = effect;
  if (low === null || high === null || sureLow === null || sureHigh === null) return unsure('no interval', effect);
  if (sureLow > threshold) return { ...effect, verdict: better === 'lower' ? 'worse' : 'better', reason: null };
  if (sureHigh < -threshold) return { ...effect, verdict: better === 'lower' ? 'better' : 'worse', reason: null };
  if (low >= -threshold && high <= threshold) return { ...effect, verdict: 'same', reason: null };
  const wide = floorPercent === null || floorPercent > threshold;
  const resolved = floorPercent === null ? '' : ` (±${floorPercent.toFixed(1)} %)`;
  return unsure(wide ? `too noisy${resolved}` : `about at ${text(threshold)} %`, effect);
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
  const { shift } = ratioInterval(base.values, again.values, 0);
  return Math.max(shift, 1 / shift);
}

function percentOf(ratio: number): number {
  return 100 * (ratio - 1);
}

function text(threshold: number): string {
  return String(Number(threshold.toPrecision(6)));
}
