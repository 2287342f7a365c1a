import type { StateTime } from '../executor/contract.js';
import type { ProbeCost } from '../../reports/record.js';

/**
 * A stage is printed as a number only when its raw time is at least this many times the probes' share of it. Below
 * two, more than half of what was measured is the measuring; the calibrated cost is that of warm code in a loop, and
 * hits in real traffic were seen to cost up to twice it, which is then as much as the whole remainder.
 */
export const probeCostMultiple = 2;

export interface ProbeCosts {
  /** ns of a boundary that charges a state. */
  edge: ProbeCost;
  /** ns of a boundary that decides that it does not apply. */
  pass: ProbeCost;
  /** ns of one user-space mark. */
  mark: ProbeCost;
}

/** Nanoseconds, by the quartiles and the median of the calibration. */
export interface Correction {
  low: number;
  median: number;
  high: number;
}

export interface MarkSetting {
  /** Whether the reader took marks around its receive calls. */
  taken: boolean;
  /** Receive calls. */
  calls: number;
}

/**
 * What the probes added to the time of one state. A hit's cost falls half before and half after its clock read, so
 * each edge burdens the state that it leaves and the one that it enters by half; a pass burdens the state that it
 * fires in. The two marks of a receive call lie between user and the two halves of the call in the same manner: the
 * user state is entered and left by marks alone.
 */
export function correctionOf(state: Omit<StateTime, 'ways'>, costs: ProbeCosts, marks: MarkSetting): Correction {
  const markHits = marks.taken && state.layer === 'task' && state.owner === 'receiver' ? marks.calls : 0;
  const byUser = state.stage === 'user' && markHits > 0;
  const inCall = state.stage === 'syscall-entry' || state.stage === 'syscall-return';
  const edges = byUser ? 0 : (state.entries + state.exits) / 2;
  const halves = byUser ? markHits : inCall ? markHits / 2 : 0;
  const at = (quantile: keyof ProbeCost): number =>
    costs.edge[quantile] * edges + costs.pass[quantile] * state.passes + costs.mark[quantile] * halves;
  return { low: at('low'), median: at('median'), high: at('high') };
}
