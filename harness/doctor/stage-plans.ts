import { describeError } from '../errors.js';
import type { PathName } from '../executor/contract.js';
import { resolveStagePlan } from '../plan/plan.js';
import type { Check, ObjectFacts, PlanOutcome } from './diagnosis.js';

/** The paths of Table 1. */
const table1Paths: readonly PathName[] = ['tcp', 'packet-recvfrom', 'libpcap'];

/** Resolves the stage plan of each of Table 1's paths, in the testbed's default isolation. */
export function planPaths(object: ObjectFacts): PlanOutcome[] {
  return table1Paths.map((path) => {
    try {
      const { object: file, facts } = object;
      const input = { path, inDriver: false, isolation: 'napi-thread', object: file, facts } as const;
      return { path, plan: resolveStagePlan(input).plan, error: null };
    } catch (error) {
      return { path, plan: null, error: describeError(error) };
    }
  });
}

/** A line for each path; one whose plan has no boundary at all cannot be measured. */
export function checkPlans(outcomes: readonly PlanOutcome[]): Check[] {
  return outcomes.map((outcome): Check => {
    const check = { group: 'kernel', name: `path ${outcome.path}` } as const;
    if (outcome.plan === null) {
      return { ...check, status: 'fail', found: outcome.error ?? 'has no stage plan', fix: null };
    }
    const { boundaries } = outcome.plan;
    const realised = boundaries.filter((boundary) => boundary.tier !== null).length;
    const found = `${String(realised)} of ${String(boundaries.length)} boundaries have a hook`;
    if (realised === 0) {
      return { ...check, status: 'fail', found, fix: 'use a kernel whose tracepoints BPF programs may attach to' };
    }
    return { ...check, status: realised === boundaries.length ? 'ok' : 'warn', found, fix: null };
  });
}
