import type { RunPlan } from './run-plan.js';
import { soakedTrials } from './soaked-trials.js';

/**
 * What a trial takes besides sending, in seconds: warm-up, draining, counters, attaching and detaching. Experience, for
 * the estimate only: no figure of a report depends on it.
 */
const trialOverheadSeconds = 0.2;

/** Feature detection, calibration, testbed, and the report: once for each run that has anything to measure, in seconds. */
export const secondsOfStart = 5;

export interface TimeEstimate {
  cells: number;
  /** That give the figures, probed and unprobed. */
  trials: number;
  /** With a soaker, for the unprobed totals. */
  soakedTrials: number;
  searches: number;
  seconds: number;
}

/** What of a plan decides how long it takes. */
type Measured = Pick<
  RunPlan,
  'cells' | 'rounds' | 'durationSeconds' | 'searches' | 'testbed' | 'guest' | 'quick' | 'soaked' | 'experiment'
>;

/** Trials that a search takes for both of its goals where loss begins sharply, and some more for noise. Experience, likewise. */
const trialsOfSearch = 15;

/** What a run measures, and how long it should take when no trial has to be repeated. */
export function estimateTime(plan: Measured): TimeEstimate {
  const measuring = measuringTime(plan);
  return { ...measuring, seconds: measuring.seconds + (measuring.cells === 0 ? 0 : secondsOfStart) };
}

/** The same without its start. */
export function measuringTime(plan: Measured): TimeEstimate {
  const cells = plan.cells.length;
  const kinds = plan.cells.reduce((sum, { unprobedOnly }) => sum + (unprobedOnly === true ? 1 : 2), 0);
  const soaked = soakedTrials(plan);
  const measuring = kinds * plan.rounds;
  const searching = plan.searches.reduce((sum, { goals }) => {
    const longest = Math.max(...goals.map(({ finalTrialSeconds }) => finalTrialSeconds));
    return sum + trialsOfSearch * (longest + trialOverheadSeconds);
  }, 0);
  const seconds =
    measuring * (plan.durationSeconds + trialOverheadSeconds) +
    soaked.trials * (soaked.secondsOfTrial + trialOverheadSeconds) +
    searching;
  return { cells, trials: measuring, soakedTrials: soaked.trials, searches: plan.searches.length, seconds };
}
