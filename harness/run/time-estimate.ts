import type { RunPlan } from './run-plan.js';

/**
 * What a trial takes besides sending, in seconds: warm-up and draining; for a probed trial also attaching and
 * detaching the programs. Experience, for the estimate only: no figure of a report depends on it.
 */
const trialOverheadSeconds = 0.15;
const probeOverheadSeconds = 0.25;

/** Feature detection, calibration, testbed, and the report. */
const fixedSeconds = 8;

export interface TimeEstimate {
  cells: number;
  trials: number;
  seconds: number;
}

/** How long a run should take when no trial has to be repeated. */
export function estimateTime(plan: Pick<RunPlan, 'cells' | 'rounds' | 'durationSeconds'>): TimeEstimate {
  const cells = plan.cells.length;
  const visits = cells * plan.rounds;
  const perVisit = 2 * (plan.durationSeconds + trialOverheadSeconds) + probeOverheadSeconds;
  return { cells, trials: 2 * visits, seconds: fixedSeconds + visits * perVisit };
}
