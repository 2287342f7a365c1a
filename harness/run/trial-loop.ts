import { seededRandom, shuffle } from '../statistics/random.js';
import type { Trial } from '../../reports/record.js';
import type { Cell } from './experiment.js';
import { turnsOfRound } from './trial-order.js';
import { runTrial } from './trial-runner.js';
import type { TrialSetting } from './trial-runner.js';
import { bounds, isRateReason } from './validity.js';

/** A sender that falls short so often in a row is not held up by chance: it is at its limit. */
const shortfalls = 3;

export interface LoopSetting extends TrialSetting {
  /** Called after each turn of a cell, outside of any measurement. */
  keep(trials: readonly Trial[]): void;
}

/** One of those that take turns. */
export interface LoopArm {
  setting: LoopSetting;
  /** Gets every trial as it ends, valid or not, so that the caller has them also when the loop rejects. */
  trials: Trial[];
  /** Gets the wall-clock time of each round that begins in this session. */
  secondsPerRound: number[];
}

/**
 * Runs all rounds. Cells of the same position in several arms have their trials of a kind back to back, in an order that is
 * shuffled with that of the cells, so that what drifts falls on all arms alike.
 * @param until asked before each round: how many there will be; the loop ends when no more than are done
 * @throws Interrupted when asked to stop; PktpathError (failed) when a trial cannot be run at all
 */
export async function runTrials(arms: readonly LoopArm[], until: (done: number) => number): Promise<void> {
  const [first] = arms;
  if (first === undefined) return;
  const { plan, tools, kept } = first.setting;
  const random = seededRandom(plan.seed);
  const repeatsLeft = new Map<LoopArm, Map<string, number>>();
  for (const arm of arms) {
    const { cells } = arm.setting.plan;
    for (const { key, leftOut } of cells) if (leftOut !== undefined) arm.setting.unavailable.set(key, leftOut);
    repeatsLeft.set(arm, new Map(cells.map(({ key }) => [key, bounds.repeatsPerCell as number])));
  }
  const perRound = plan.cells.reduce((sum, cell) => sum + kindsOf(cell, true).length, 0) * arms.length;
  const clock = new TrialClock(tools.now);
  for (let round = 0; ; round++) {
    const rounds = until(round);
    if (rounds <= round) return;
    const isKept = kept.left > 0;
    const begin = tools.now().getTime();
    for (const { setting } of arms) setting.executor.beginRound?.(round);
    for (const { cell: position, probedFirst } of turnsOfRound([...plan.cells.keys()], round, random)) {
      // one arm draws nothing, so that its order is what its seed has always given
      const order = arms.length === 1 ? arms : shuffle(arms, random);
      for (const first of [true, false]) {
        for (const arm of order) {
          const cell = arm.setting.plan.cells[position];
          const probed = cell === undefined ? undefined : kindsOf(cell, probedFirst)[first ? 0 : 1];
          if (cell === undefined || probed === undefined || arm.setting.unavailable.has(cell.key)) continue;
          const where = { round, rounds, cell: cell.key, probed };
          tools.progress.trial({ ...clock.next(kept.left > 0, perRound * rounds), ...where });
          await runUntilValid(
            arm.setting,
            { cell, round, probed },
            arm.trials,
            repeatsLeft.get(arm) ?? new Map<string, number>(),
          );
        }
      }
      for (const { setting, trials } of arms) setting.keep(trials);
    }
    if (!isKept) for (const arm of arms) arm.secondsPerRound.push((tools.now().getTime() - begin) / 1000);
  }
}

function kindsOf(cell: Cell, probedFirst: boolean): boolean[] {
  return cell.unprobedOnly === true ? [false] : [probedFirst, !probedFirst];
}

interface Turn {
  cell: Cell;
  round: number;
  probed: boolean;
}

async function runUntilValid(
  setting: LoopSetting,
  turn: Turn,
  trials: Trial[],
  repeatsLeft: Map<string, number>,
): Promise<void> {
  const { cell, round, probed } = turn;
  const { key } = cell;
  let short = 0;
  for (;;) {
    const trial = await runTrial(setting, cell, { index: trials.length, round, probed, purpose: 'measure' });
    if (trial === null) return;
    trials.push(trial);
    const left = repeatsLeft.get(key) ?? 0;
    if (trial.valid) return;
    if (cell.mayFallShort === true && trial.invalidReasons.every(isRateReason) && ++short === shortfalls) {
      const { achievedPacketsPerSecond, offeredPacketsPerSecond } = trial.generator;
      const [could, asked] = [achievedPacketsPerSecond, offeredPacketsPerSecond ?? 0].map((rate) => rate.toFixed(0));
      setting.unavailable.set(
        key,
        `the sender reached ${could} packets/s of ${asked}, ${String(short)} times in a row`,
      );
      setting.tools.progress.note(`${key}: left out: ${setting.unavailable.get(key) ?? ''}`);
      return;
    }
    const next = left > 0 ? 'repeated' : 'not repeated any more';
    setting.tools.progress.note(`${key}: ${next}: ${trial.invalidReasons.join('; ')}`);
    if (left === 0) return;
    repeatsLeft.set(key, left - 1);
  }
}

/** Counts trials and tells the time left, by the mean of those that this session has measured. */
class TrialClock {
  private started = 0;
  /** Of them those that an earlier session has measured. */
  private kept = 0;
  private readonly from: number;

  constructor(private readonly now: () => Date) {
    this.from = now().getTime();
  }

  /** @param of all trials that there will be */
  next(isKept: boolean, of: number): { number: number; of: number; secondsLeft: number | null } {
    const begun = this.started++;
    const done = begun - this.kept;
    if (isKept) this.kept += 1;
    const seconds = (this.now().getTime() - this.from) / 1000;
    const secondsLeft = done === 0 ? null : (seconds / done) * (of - begun);
    return { number: this.started, of, secondsLeft };
  }
}
