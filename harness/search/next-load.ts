import { lossRatio } from './classify.js';
import type { LoadCriteria } from './classify.js';
import type { SearchGoal } from './goal.js';
import { isRegular } from './trials-by-load.js';
import type { TrialsByLoad } from './trials-by-load.js';

/** Loads that may be asked for, packets per second. */
export interface LoadRange {
  min: number;
  max: number;
}

/** So that a step away from a bound is within the width whatever the rounding. */
const stepShare = 1 - 1e-9;

/**
 * The load to try next for a goal; null when it is regular, or when no load within the range could make it so.
 *
 * It depends on the trials so far alone. Loads that are open between the bounds come first: the lower bound that coarser
 * trials found, then, smallest first, what they found to be too much and what full-length trials have left undecided. The
 * smallest first, since a new upper bound makes void what was found above it. Otherwise the gap is divided (`divide`).
 * @param coarse the same goal with less effort, regular or not to be made so
 */
export function nextLoad(
  trials: TrialsByLoad,
  goal: SearchGoal,
  coarse: SearchGoal | null,
  range: LoadRange,
): number | null {
  const bounds = trials.bounds(goal);
  if (isRegular(bounds, goal.width)) return null;
  const { lower, upper } = bounds;
  const isOpen = (load: number) =>
    load >= range.min && load <= range.max && load > (lower ?? 0) && load < (upper ?? Infinity);
  const isHalfDone = (load: number) =>
    trials.at(load).some(({ seconds }) => seconds >= goal.finalTrialSeconds) ||
    (coarse !== null && trials.classify(load, coarse) === 'upper');
  const coarseLower = coarse === null ? null : trials.bounds(coarse).lower;
  if (coarseLower !== null && isOpen(coarseLower)) return coarseLower;
  const halfDone = trials.ascending().find((load) => isOpen(load) && isHalfDone(load));
  if (halfDone !== undefined) return halfDone;

  // The ends of the range are the last loads that can still be asked for.
  if ((lower ?? 0) >= range.max || (upper ?? Infinity) <= range.min) return null;
  if (upper === null) return range.max;
  return Math.min(range.max, Math.max(range.min, divide(trials, goal, lower, upper)));
}

/**
 * A load between the bounds. Without a lower one it is the rate that was delivered at the upper bound, which is the capacity
 * of a receiver that overload does not slow down. Then the capacity is likely just above, so that after a lower bound the
 * next load is one width higher. Each further load with the same answer doubles the step. Otherwise, and at most, the gap
 * is halved: geometrically, since loads are compared by their ratio.
 */
function divide(trials: TrialsByLoad, goal: SearchGoal, lower: number | null, upper: number): number {
  const { verdict, length } = lastAnswers(trials, goal);
  const reach = Math.exp(Math.log1p(goal.width) * stepShare * 2 ** (length - 1));
  if (lower === null) return Math.min(upper * (1 - lossRatio(trials.at(upper))), upper / reach);
  const half = Math.sqrt(lower * upper);
  return verdict === 'lower' ? Math.min(half, lower * reach) : half;
}

/** How many of the loads tried last got the same answer, and which. */
function lastAnswers(trials: TrialsByLoad, goal: LoadCriteria): { verdict: 'lower' | 'upper'; length: number } {
  const answers = trials
    .latestFirst()
    .map((load) => trials.classify(load, goal))
    .filter((verdict) => verdict !== 'undecided');
  const verdict = answers[0] ?? 'upper';
  const change = answers.findIndex((answer) => answer !== verdict);
  return { verdict, length: change === -1 ? answers.length : change };
}
