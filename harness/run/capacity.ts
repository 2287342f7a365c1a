import { failure } from '../errors.js';
import type { Trial } from '../../reports/record.js';
import type { Cell } from './experiment.js';
import { deliveredPacketsPerSecond } from './trial-figures.js';
import { planAt } from './run-plan.js';
import type { RunPlan } from './run-plan.js';
import { runTrial } from './trial-runner.js';
import type { TrialSetting } from './trial-runner.js';
import { isRateReason } from './validity.js';

/** What loads are multiples of, when nobody has said it. */
export interface CapacityPlan {
  /** Its path, on its reception, is what the capacity is of. */
  cell: Cell;
  /** Key of the option that gets the answer. */
  option: string;
  /** What sends at a rate for so many seconds. */
  load(packetsPerSecond: number, seconds: number): Pick<Cell, 'generator'>;
}

/** Each load is twice the one before, from a rate that every path keeps up with to one that no sender reaches. */
const first = 20_000;
const steps = 10;
const seconds = 0.1;
/** Loads in a row that brought no more than an earlier one: it is past its best then. */
const worseInRow = 2;
/** A trial that something else has spoilt is repeated so often. */
const attempts = 4;
/** More digits than a capacity has. */
const digits = 2;

/**
 * Finds the most that the cell's path delivers at any load, the offered rate doubling from trial to trial. Trials go into
 * `trials`, as those of a search. The best delivered rate, not the one at the highest load: a receiver may fall back there.
 * @returns the plan with every cell at its multiple of it
 * @throws Interrupted when asked to stop; PktpathError (failed) when no load could be measured
 */
export async function settleCapacity(setting: TrialSetting, trials: Trial[]): Promise<RunPlan> {
  const { plan, tools } = setting;
  const { capacity } = plan;
  if (capacity === null) return plan;
  tools.progress.step(`finding the capacity of ${capacity.cell.key}`);
  let best = 0;
  let worse = 0;
  for (let step = 0; step < steps && worse < worseInRow; step++) {
    const delivered = await deliveredAt(setting, capacity, first * 2 ** step, trials);
    if (delivered === null) break;
    worse = delivered > best ? 0 : worse + 1;
    best = Math.max(best, delivered);
  }
  if (best === 0) {
    const hint = `give it: --set ${capacity.option}=100000`;
    throw failure(`the capacity of ${capacity.cell.key} could not be measured`, hint);
  }
  const rounded = Number(best.toPrecision(digits));
  tools.progress.note(`capacity: ${String(rounded)} packets/s, the most that ${capacity.cell.key} delivered`);
  return planAt(plan, capacity.option, rounded);
}

/** @returns null when no trial at this load can be had */
async function deliveredAt(
  setting: TrialSetting,
  capacity: CapacityPlan,
  packetsPerSecond: number,
  trials: Trial[],
): Promise<number | null> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const place = { index: trials.length, round: 0, probed: false, purpose: 'search' } as const;
    const trial = await runTrial(setting, { ...capacity.cell, ...capacity.load(packetsPerSecond, seconds) }, place);
    if (trial === null) return null;
    trials.push(trial);
    // a sender at its limit is at a load too
    if (trial.invalidReasons.every(isRateReason)) return deliveredPacketsPerSecond(trial);
  }
  return null;
}
