import { describeError, ExitCode, failure, PktpathError } from '../errors.js';
import { stealPercent } from '../environment/cpu-times.js';
import type { Executor } from '../executor/executor.js';
import { seededRandom } from '../statistics/random.js';
import type { Testbed } from '../testbed/testbed.js';
import type { Trial } from '../../reports/record.js';
import type { Collaborators } from './collaborators.js';
import type { Cell } from './experiment.js';
import { checkInterrupted, Interrupted, unlessInterrupted } from './interruption.js';
import { counterDifferences, ledgerOf } from './ledger.js';
import type { RunPlan } from './run-plan.js';
import type { CellPlans } from './stage-plans.js';
import { turnsOfRound } from './trial-order.js';
import { trialRecord } from './trial-record.js';
import { trialSpec } from './trial-spec.js';
import { bounds } from './validity.js';

export interface LoopSetting {
  plan: RunPlan;
  cellPlans: CellPlans;
  /** Filled with the cells that turn out not to be possible here; they get no further turn. */
  unavailable: Map<string, string>;
  executor: Executor;
  testbed: Testbed;
  tools: Pick<Collaborators, 'readCpuTimes' | 'progress' | 'now'>;
  signal: AbortSignal;
  /** Called after each turn of a cell, outside of any measurement. */
  keep(trials: readonly Trial[]): void;
}

/**
 * Runs all rounds. Every trial is put into `trials` as it ends, valid or not, so that the caller has them also when
 * this rejects.
 * @throws Interrupted when asked to stop; PktpathError (failed) when a trial cannot be run at all
 */
export async function runTrials(setting: LoopSetting, trials: Trial[]): Promise<void> {
  const { plan } = setting;
  const random = seededRandom(plan.seed);
  const repeatsLeft = new Map(plan.cells.map(({ key }) => [key, bounds.repeatsPerCell as number]));
  const perRound = plan.cells.reduce((sum, cell) => sum + kindsOf(cell, true).length, 0);
  const clock = new TrialClock(perRound * plan.rounds, setting.tools.now);
  for (let round = 0; round < plan.rounds; round++) {
    for (const { cell, probedFirst } of turnsOfRound(plan.cells, round, random)) {
      for (const probed of kindsOf(cell, probedFirst)) {
        if (setting.unavailable.has(cell.key)) break;
        setting.tools.progress.trial({ ...clock.next(), round, rounds: plan.rounds, cell: cell.key, probed });
        await runUntilValid(setting, { cell, round, probed }, trials, repeatsLeft);
      }
      setting.keep(trials);
    }
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
  const { key } = turn.cell;
  for (;;) {
    const trial = await runOnce(setting, turn, trials.length);
    if (trial === null) return;
    trials.push(trial);
    const left = repeatsLeft.get(key) ?? 0;
    if (trial.valid) return;
    const next = left > 0 ? 'repeated' : 'not repeated any more';
    setting.tools.progress.note(`${key}: ${next}: ${trial.invalidReasons.join('; ')}`);
    if (left === 0) return;
    repeatsLeft.set(key, left - 1);
  }
}

/** @returns null when this kernel or device cannot give the cell's path */
async function runOnce(setting: LoopSetting, { cell, round, probed }: Turn, index: number): Promise<Trial | null> {
  const { executor, testbed, tools, signal, plan } = setting;
  const probes = probed ? (setting.cellPlans.get(cell.key)?.probes ?? null) : null;
  const spec = trialSpec(cell, testbed, probes);
  const cpus = [...new Set([plan.testbed.receiverCpu, plan.testbed.senderCpu])];
  try {
    checkInterrupted(signal);
    const [counters, times] = [await testbed.counters(), await tools.readCpuTimes()];
    const result = await unlessInterrupted(signal, () => executor.runTrial(spec));
    const stolen = stealPercent(times, await tools.readCpuTimes(), cpus);
    const grown = counterDifferences(counters, await testbed.counters());
    const ledger = ledgerOf(spec, result, grown);
    return trialRecord(
      { index, round, cell: cell.key, probed, purpose: 'measure' },
      { spec, result, ledger, stealPercent: stolen },
      grown,
    );
  } catch (error) {
    if (error instanceof Interrupted || signal.aborted) throw new Interrupted();
    if (error instanceof PktpathError && error.exitCode === ExitCode.notPossible) {
      setting.unavailable.set(cell.key, describeError(error));
      setting.tools.progress.note(`${cell.key}: not possible here: ${describeError(error)}`);
      return null;
    }
    const kind = probed ? 'probed' : 'unprobed';
    throw failure(`the ${kind} trial ${String(index)} of ${cell.key} failed`, hintFor(error), error);
  }
}

function hintFor(error: unknown): string {
  return describeError(error).includes('ENOMEM')
    ? 'free some memory, or ask for smaller buffers: --set receiveBufferBytes, --set bufferBytes'
    : 'see what this machine can do: pktpath doctor';
}

/** Counts trials and tells the time left, by the mean of those that have ended. */
class TrialClock {
  private started = 0;
  private readonly from: number;

  constructor(
    private readonly of: number,
    private readonly now: () => Date,
  ) {
    this.from = now().getTime();
  }

  next(): { number: number; of: number; secondsLeft: number | null } {
    const done = this.started++;
    const seconds = (this.now().getTime() - this.from) / 1000;
    const secondsLeft = done === 0 ? null : (seconds / done) * (this.of - done);
    return { number: this.started, of: this.of, secondsLeft };
  }
}
