import type { SearchBound, SearchGoal as SearchGoalRow } from '../../reports/record.js';
import { lossRatio } from './classify.js';
import type { SearchGoal } from './goal.js';
import type { LoadRange } from './next-load.js';
import { isRegular } from './trials-by-load.js';
import type { RelevantBounds, TrialsByLoad } from './trials-by-load.js';

/** Where a search stands. */
export interface SearchState {
  /** The maximum may have come down to what the sender achieves. */
  range: LoadRange;
  /** The maximum that the search began with. */
  askedMax: number;
  trials: number;
  maxTrials: number;
}

/** The row of the record for one goal: regular, or irregular with what is missing and why. */
export function goalResult(trials: TrialsByLoad, goal: SearchGoal, state: SearchState): SearchGoalRow {
  const bounds = trials.bounds(goal);
  const regular = isRegular(bounds, goal.width);
  return {
    name: goal.name,
    lossRatio: goal.lossRatio,
    exceedRatio: goal.exceedRatio,
    width: goal.width,
    finalTrialSeconds: goal.finalTrialSeconds,
    durationSumSeconds: goal.durationSumSeconds,
    lower: boundAt(trials, bounds.lower),
    upper: boundAt(trials, bounds.upper),
    regular,
    reason: regular ? null : irregularReason(goal, bounds, state) + inversion(trials, goal, bounds),
  };
}

function boundAt(trials: TrialsByLoad, load: number | null): SearchBound | null {
  if (load === null) return null;
  const atLoad = trials.at(load);
  const seconds = atLoad.reduce((sum, trial) => sum + trial.seconds, 0);
  return { packetsPerSecond: load, lossRatio: lossRatio(atLoad), seconds };
}

function irregularReason(goal: SearchGoal, bounds: RelevantBounds, state: SearchState): string {
  const { lower, upper } = bounds;
  const { min, max } = state.range;
  const loss = goal.lossRatio === 0 ? 'loss' : `loss above ${percent(goal.lossRatio)}`;
  if (max < min) {
    return `the sender achieved ${rate(max)}, less than the smallest load of the search, ${rate(min)}`;
  }
  if (upper === null && lower !== null && lower >= max) {
    const most =
      max < state.askedMax ? `the most that the sender achieved of ${rate(state.askedMax)}` : 'the largest load';
    return `no upper bound: no ${loss} at ${rate(lower)}, ${most}: the sender's limit, not the receiver's`;
  }
  if (lower === null && upper !== null && upper <= min) {
    return `no lower bound: ${loss} even at ${rate(min)}, the smallest load`;
  }
  const where = state.trials < state.maxTrials ? 'so far' : `within the ${state.maxTrials} trials allowed`;
  if (lower === null && upper === null) return `no load was decided ${where}`;
  if (lower === null) return `no lower bound was found ${where}`;
  if (upper === null) return `no upper bound was found ${where}`;
  const apart = `the bounds are ${percent(upper / lower - 1)} apart, more than ${percent(goal.width)}`;
  if (lower >= max) return `${apart}, and the sender achieves no more than ${rate(max)}`;
  return `${apart}: not closed ${where}`;
}

/** What RFC 9971 calls loss inversion: loads above the upper bound that met the goal, none of which may be claimed. */
function inversion(trials: TrialsByLoad, goal: SearchGoal, { upper }: RelevantBounds): string {
  if (upper === null) return '';
  const met = trials.ascending().filter((load) => load > upper && trials.classify(load, goal) === 'lower');
  const largest = met.at(-1);
  return largest === undefined
    ? ''
    : `; up to ${rate(largest)} met the goal, but loads above one that failed do not count`;
}

function percent(ratio: number): string {
  return `${Number((100 * ratio).toPrecision(3))} %`;
}

function rate(packetsPerSecond: number): string {
  return `${Math.round(packetsPerSecond)} packets/s`;
}
