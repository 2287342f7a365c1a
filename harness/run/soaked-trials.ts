import type { Trial } from '../../reports/record.js';
import { workersOf } from '../paths/path-spec.js';
import { seededRandom, shuffle } from '../statistics/random.js';
import type { Cell } from './experiment.js';
import { isolationOf } from './run-plan.js';
import type { RunPlan } from './run-plan.js';
import { lossRatio } from './trial-figures.js';
import { runTrial } from './trial-runner.js';
import type { LoopSetting } from './trial-loop.js';

/**
 * The trials of one round: without probes, with them, and with each boundary hit twice. The first has the unprobed total;
 * what the third has more than the second is what the probes cost where they are.
 */
export const soakedKinds = ['unprobed', 'probed', 'twice'] as const;
export type SoakedKind = (typeof soakedKinds)[number];

/** Rounds of soaked trials. They scatter by a percent or two where the others scatter by ten. */
const rounds = { full: 6, quick: 3 } as const;

/** A soaked trial keeps other programs off the CPU; real-time threads may have it for 0.95 s in each second. */
const longestSeconds = 0.25;

/** A slot's packets have to fit veth's ring of 256 with room to spare. */
const highestRate = 200_000;

/** From this share of lost packets on the CPU is full: there is nothing to soak up, and a reader of equal priority starves. */
const largestLoss = 0.001;

/** Why a soaker cannot have the unprobed total of a cell; null when it can. */
export function whyUnsoaked(cell: Cell, plan: Pick<RunPlan, 'testbed' | 'guest'>): string | null {
  const { receiverCpu, senderCpu } = plan.testbed;
  if (plan.guest !== null) return 'a guest has no CPU beside its own';
  if (isolationOf(cell, plan) !== 'napi-thread' || cell.reception !== undefined)
    return 'some of the receive work is in no thread that a soaker can give way to';
  if (receiverCpu === senderCpu) return 'the sender is on the receiver’s CPU';
  if (cell.unprobedOnly === true) return 'nothing of it is probed';
  if (workersOf(cell.path) > 1) return 'it has readers on several CPUs';
  if ('waiting' in cell.path && cell.path.waiting !== 'sleep') return 'its reader never sleeps';
  if (cell.observed !== undefined || cell.foreign !== undefined) return 'its traffic is not paced by us';
  const { packetsPerSecond } = cell.generator;
  if (packetsPerSecond === null || packetsPerSecond > highestRate) return 'it leaves nothing to soak up';
  return null;
}

/** What the soaked trials of a plan send, in seconds and trials, if every cell can have them. */
export function soakedTrials(
  plan: Pick<RunPlan, 'cells' | 'testbed' | 'guest' | 'quick' | 'durationSeconds' | 'soaked' | 'experiment' | 'rounds'>,
): {
  trials: number;
  secondsOfTrial: number;
} {
  const cells = hasSoaked(plan) ? plan.cells.filter((cell) => whyUnsoaked(cell, plan) === null) : [];
  const trials = cells.length * soakedKinds.length * roundsOf(plan);
  return { trials, secondsOfTrial: Math.min(plan.durationSeconds, longestSeconds) };
}

/** A quick run is a first look, and most of them do without. */
function hasSoaked({ soaked, quick, experiment }: Pick<RunPlan, 'soaked' | 'quick' | 'experiment'>): boolean {
  return soaked === true && (!quick || experiment.soakedWhenQuick === true);
}

/** No more than the rounds that were asked for. */
function roundsOf({ quick, rounds: asked }: Pick<RunPlan, 'quick' | 'rounds'>): number {
  return Math.min(asked, quick ? rounds.quick : rounds.full);
}

/**
 * Runs the soaked trials of all cells that can have them, after the rounds that give the figures. Trials go into `trials` as
 * they come. What this machine refuses, and what is invalid, leaves the row without an unprobed total; it ends nothing.
 * @throws Interrupted when asked to stop; PktpathError (failed) when a trial cannot be run at all
 */
export async function runSoakedTrials(setting: LoopSetting, trials: Trial[]): Promise<void> {
  const { plan, tools, cellPlans, unavailable } = setting;
  if (!hasSoaked(plan)) return;
  const random = seededRandom(plan.seed + 2);
  const refused = new Set<string>();
  const cells = plan.cells.filter(
    (cell) =>
      whyUnsoaked(cell, plan) === null &&
      cellPlans.has(cell.key) &&
      !unavailable.has(cell.key) &&
      isSteady(cell, trials),
  );
  const count = roundsOf(plan);
  for (let round = 0; round < count && cells.length > 0; round++) {
    tools.progress.step(`unprobed totals: round ${String(round + 1)} of ${String(count)}`);
    for (const cell of shuffle(cells, random)) {
      for (const kind of shuffle(kindsOf(cell, setting), random)) {
        if (refused.has(cell.key)) break;
        const place = { index: trials.length, round, probed: kind !== 'unprobed', purpose: placeOf(kind) } as const;
        const trial = await runTrial(setting, shortened(cell), place);
        if (trial === null) refused.add(cell.key);
        else trials.push(trial);
      }
      setting.keep(trials);
    }
  }
}

/** What a trial of this kind is called in the record. */
function placeOf(kind: SoakedKind): Trial['purpose'] {
  return kind === 'twice' ? 'soak-twice' : 'soak';
}

/** Boundaries that hooks of their own cannot hit a second time give no cost. */
function kindsOf(cell: Cell, { cellPlans }: LoopSetting): SoakedKind[] {
  const again = cellPlans.get(cell.key)?.again ?? [];
  return soakedKinds.filter((kind) => kind !== 'twice' || again.length > 0);
}

function isSteady({ key }: Cell, trials: readonly Trial[]): boolean {
  const own = trials.filter(({ cell, valid, purpose }) => cell === key && valid && purpose === 'measure');
  return own.length > 0 && own.every((trial) => (lossRatio(trial) ?? 0) <= largestLoss);
}

function shortened(cell: Cell): Cell {
  const { packets, packetsPerSecond } = cell.generator;
  const most = Math.ceil((packetsPerSecond ?? 0) * longestSeconds);
  return { ...cell, generator: { ...cell.generator, packets: Math.min(packets, most) } };
}
