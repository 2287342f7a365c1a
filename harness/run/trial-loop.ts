import { seededRandom } from '../statistics/random.js';
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

/**
 * Runs all rounds. Every trial is put into `trials` as it ends, valid or not, so that the caller has them also when
 * this rejects. `secondsPerRound` gets the wall-clock time of each round
 * that begins in this session.
 * @throws Interrupted when asked to stop; PktpathError (failed) when a trial cannot be run at all
 */
export async function runTrials(setting: LoopSetting, trials: Trial[], secondsPerRound: number[] = []): Promise<void> {
  const { plan } = setting;
  const random = seededRandom(plan.seed);
  for (const { key, leftOut } of plan.cells) if (leftOut !== undefined) setting.unavailable.set(key, leftOut);
  const repeatsLeft = new Map(plan.cells.map(({ key }) => [key, bounds.repeatsPerCell as number]));
  const perRound = plan.cells.reduce((sum, cell) => sum + kindsOf(cell, true).length, 0);
  const clock = new TrialClock(perRound * plan.rounds, setting.tools.now);
  for (let round = 0; round < plan.rounds; round++) {
    setting.executor.beginRound?.(round);
    const isKept = setting.kept.left > 0;
    const begin = setting.tools.now().getTime();
    for (const { cell, probedFirst } of turnsOfRound(plan.cells, round, random)) {
      for (const probed of kindsOf(cell, probedFirst)) {
        if (setting.unavailable.has(cell.key)) break;
        setting.tools.progress.trial({
          ...clock.next(setting.kept.left > 0),
          round,
          rounds: plan.rounds,
          cell: cell.key,
          probed,
        });
        await runUntilValid(setting, { cell, round, probed }, trials, repeatsLeft);
      }
      setting.keep(trials);
    }
    if (!isKept) secondsPerRound.push((setting.tools.now().getTime() - begin) / 1000);
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

  constructor(
    private readonly of: number,
    private readonly now: () => Date,
  ) {
    this.from = now().getTime();
  }

  next(isKept: boolean): { number: number; of: number; secondsLeft: number | null } {
    const begun = this.started++;
    const done = begun - this.kept;
    if (isKept) this.kept += 1;
    const seconds = (this.now().getTime() - this.from) / 1000;
    const secondsLeft = done === 0 ? null : (seconds / done) * (this.of - begun);
    return { number: this.started, of: this.of, secondsLeft };
  }
}
