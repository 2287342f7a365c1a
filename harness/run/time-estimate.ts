import type { RunPlan } from './run-plan.js';

/**
 * What a trial takes besides sending, in seconds: warm-up, draining, counters, attaching and detaching. Experience, for
 * the estimate only: no figure of a report depends on it.
 */
const trialOverheadSeconds = 0.2;

/** Feature detection, calibration, testbed, and the report: once for each run that has anything to measure, in seconds. */
export const secondsOfStart = 5;

export interface TimeEstimate {
  cells: number;
  trials: number;
  searches: number;
  seconds: number;
}

/** Trials that a search takes for both of its goals where loss begins sharply, and some more for noise. Experience, likewise. */
const trialsOfSearch = 15;

/** What a run measures, and how long it should take when no trial has to be repeated. */
export function estimateTime(plan: Pick<RunPlan, 'cells' | 'rounds' | 'durationSeconds' | 'searches'>): TimeEstimate {
  const measuring = measuringTime(plan);
  return { ...measuring, seconds: measuring.seconds + (measuring.cells === 0 ? 0 : secondsOfStart) };
}

/** The same without its start. */
export function measuringTime(plan: Pick<RunPlan, 'cells' | 'rounds' | 'durationSeconds' | 'searches'>): TimeEstimate {
  const cells = plan.cells.length;
  const kinds = plan.cells.reduce((sum, { unprobedOnly }) => sum + (unprobedOnly === true ? 1 : 2), 0);
  const trials = kinds * plan.rounds;
  const searching = plan.searches.reduce((sum, { goals }) => {
    const longest = Math.max(...goals.map(({ finalTrialSeconds }) => finalTrialSeconds));
    return sum + trialsOfSearch * (longest + trialOverheadSeconds);
  }, 0);
  const seconds = trials * (plan.durationSeconds + trialOverheadSeconds) + searching;
  return { cells, trials, searches: plan.searches.length, seconds };
}
