import { usageError } from '../errors.js';
import type { GuestTarget } from '../lab/target.js';
import type { Experiment } from '../run/experiment.js';
import { partnersOf } from '../run/pairing.js';
import { planRun } from '../run/run-plan.js';
import type { GuestPlace, RunPlan, RunRequest } from '../run/run-plan.js';
import { plainReception } from '../testbed/reception.js';
import type { ArmSettings } from './arm-settings.js';

/** The arms of a pair, before the machine is known. */
export interface PairWords {
  experiment: Experiment;
  /** What both have. */
  request: Omit<RunRequest, 'guest'>;
  a: ArmSettings;
  b: ArmSettings;
  /** Keys that the arms differ in. */
  keys: ReadonlySet<string>;
}

/** @throws PktpathError (usage) for two that cannot take turns */
export function checkTogether({ a, b, keys }: Pick<PairWords, 'a' | 'b' | 'keys'>): void {
  if ((a.target === null) !== (b.target === null)) {
    throw usageError(
      'one arm is this machine’s own kernel, the other a guest: what they differ in is more than the kernel',
      'name a kernel for both: --a kernel=debian:generic',
    );
  }
  if (a.target !== null && keys.has('isolation')) {
    throw usageError('isolation: in a guest its card decides where the receive work runs', 'leave --kernel out');
  }
}

/** A plan for each arm, of which the cells at the same place are partners. */
export interface PairPlans {
  a: RunPlan;
  b: RunPlan;
}

/**
 * @param places the guests of a and of b; null: this machine
 * @throws PktpathError (usage) as planRun does, and for cells that cannot be paired
 */
export function planPair(
  { experiment, request, a, b, keys }: PairWords,
  places: { a: GuestPlace | null; b: GuestPlace | null },
  allowedCpus: readonly number[],
): PairPlans {
  const plan = ({ settings }: ArmSettings, guest: GuestPlace | null, more: readonly string[]): RunPlan => {
    const asked = { ...request, settings: [...request.settings, ...settings, ...more], guest };
    // a search goes its own way, and no comparison has it
    return { ...planRun(experiment, asked, allowedCpus), searches: [] };
  };
  const first = plan(a, places.a, []);
  const drawn = request.settings.some((word) => word.startsWith('seed=')) ? [] : [`seed=${String(first.seed)}`];
  const second = plan(b, places.b, drawn);
  const rearranged = first.testbed.isolation !== second.testbed.isolation;
  const arranged = (each: RunPlan): RunPlan => (rearranged ? withReception(each) : each);
  return {
    a: arranged(first),
    b: arranged({ ...second, cells: partnersOf(first.cells, second.cells, keys) }),
  };
}

/** Each trial arranges the one testbed as its arm has it. */
function withReception(plan: RunPlan): RunPlan {
  const reception = plainReception(plan.testbed.isolation);
  return { ...plan, cells: plan.cells.map((cell) => ({ reception, ...cell })) };
}

/** Whether both are measured in the same guest, or on this machine. */
export function shareGround(a: GuestTarget | null, b: GuestTarget | null): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
