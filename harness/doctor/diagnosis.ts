import type { ProgramFact } from '../executor/contract.js';
import type { StagePlan } from '../../reports/record.js';

/**
 * - `ok`: as Table 1 wants it
 * - `warn`: Table 1 runs, with less in it, or with more noise
 * - `fail`: Table 1 cannot run for this reason
 */
export type CheckStatus = 'ok' | 'warn' | 'fail';

export const checkGroups = ['rights', 'programs', 'kernel', 'testbed', 'lab', 'machine'] as const;
export type CheckGroup = (typeof checkGroups)[number];

/** One thing that was looked at. */
export interface Check {
  group: CheckGroup;
  /** Short and stable, e.g. `clock source`. */
  name: string;
  status: CheckStatus;
  /** What was found, or why it could not be tried. */
  found: string;
  /** What to do about a lack; null when there is none, or nothing helps. */
  fix: string | null;
}

/** One BPF object and what became of each of its programs; `error` when the object could not be tried at all. */
export interface ObjectFacts {
  object: string;
  facts: ProgramFact[];
  error: string | null;
}

/** The stage plan of one path on this kernel, or why there is none. */
export interface PlanOutcome {
  path: string;
  plan: StagePlan | null;
  error: string | null;
}

export interface Diagnosis {
  canRunTable1: boolean;
  /** Why not: one line for each failed check. */
  reasons: string[];
  checks: Check[];
  stagePlans: PlanOutcome[];
}
