import type { RunRecord } from '../../reports/record.js';
import type { Collaborators, Surroundings } from './collaborators.js';
import type { RunPlan } from './run-plan.js';

/** What one record is made of: a run, or one of several that take turns. */
export interface Arm {
  runId: string;
  plan: RunPlan;
  /** Keeps the record, whole or not at all. */
  writeRecord: Collaborators['writeRecord'];
  /** What the record says of the others that it takes turns with; left out where it is alone. */
  pair?: () => NonNullable<RunRecord['run']['pair']>;
}

/** Arms that share a machine: its lock, its executor, its testbed, its calibration. Their cells are in one order. */
export interface Ground {
  tools: Surroundings;
  arms: readonly Arm[];
}

/** How many rounds there are, where that depends on what they bring. */
export interface RoundSchedule {
  /**
   * Asked before each round.
   * @param done rounds that are over
   * @param records of all arms so far, as if they ended here
   * @returns how many rounds there will be by then; the run ends when that is not more than are done
   */
  until(done: number, records: () => RunRecord[]): number;
}
