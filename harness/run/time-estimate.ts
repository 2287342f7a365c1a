import type { RunPlan } from './run-plan.js';

/**
 * What a trial takes besides sending, in seconds: warm-up, draining, counters, attaching and detaching. Experience, for
 * the estimate only: no figure of a report depends on it.
 */
const trialOverheadSeconds = 0.2;

/** Feature detection, calibration, testbed, and the report. */
const fixedSeconds = 5;

export interface TimeEstimate {
  cells: number;
  trials: number;
  seconds: number;
}

/** How long a run should take when no trial has to be repeated. */
export function estimateTime(plan: Pick<RunPlan, 'cells' | 'rounds' | 'durationSeconds'>): TimeEstimate {
  const cells = plan.cells.length;
  const kinds = plan.cells.reduce((sum, { unprobedOnly }) => sum + (unprobedOnly === true ? 1 : 2), 0);
  const trials = kinds * plan.rounds;
  return { cells, trials, seconds: fixedSeconds + trials * (plan.durationSeconds + trialOverheadSeconds) };
}
