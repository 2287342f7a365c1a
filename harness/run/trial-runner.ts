import { describeError, ExitCode, failure, PktpathError } from '../errors.js';
import { stealPercent } from '../environment/cpu-times.js';
import type { Frequencies } from '../environment/frequency.js';
import type { ProbeSpec } from '../executor/contract.js';
import type { Executor } from '../executor/executor.js';
import { foreignGenerator, foreignResult } from '../generators/foreign-command.js';
import { workersOf } from '../paths/path-spec.js';
import type { ResolvedPlan } from '../plan/plan.js';
import type { Testbed } from '../testbed/testbed.js';
import type { FrequencyChange, Trial } from '../../reports/record.js';
import type { Surroundings } from './collaborators.js';
import type { Cell } from './experiment.js';
import { checkInterrupted, Interrupted, unlessInterrupted } from './interruption.js';
import { counterDifferences, ledgerOf } from './ledger.js';
import { isSoaked } from './soaked-totals.js';
import type { KeptTrials } from './kept-trials.js';
import { bootsOf, isExact } from './run-plan.js';
import type { RunPlan } from './run-plan.js';
import type { CellPlans } from './stage-plans.js';
import { trialRecord } from './trial-record.js';
import type { TrialPlace } from './trial-record.js';
import { trialSpec } from './trial-spec.js';

type Place = Omit<TrialPlace, 'cell' | 'boot' | 'exact'>;

/** What trials are run on, and where they go. */
export interface TrialSetting {
  plan: RunPlan;
  cellPlans: CellPlans;
  /** Filled with the cells that turn out not to be possible here; they get no further turn. */
  unavailable: Map<string, string>;
  executor: Executor;
  testbed: Testbed;
  tools: Pick<Surroundings, 'readCpuTimes' | 'readFrequencies' | 'progress' | 'now'>;
  signal: AbortSignal;
  /** Of earlier sessions of the run; they are given out again before anything is measured. */
  kept: KeptTrials;
  /** A folder of the run's own, made when it is first asked for. */
  scratchFolder: () => string;
}

/**
 * Runs one trial of a cell and judges it, or gives the one that an earlier session has of it.
 * @returns null when this kernel or device cannot give the cell's path, which `unavailable` then has with the reason
 * @throws Interrupted when asked to stop; PktpathError (failed) when the trial cannot be run
 */
export async function runTrial(setting: TrialSetting, cell: Cell, place: Place): Promise<Trial | null> {
  const kept = setting.kept.take({ ...place, cell: cell.key });
  if (kept === null) return measure(setting, cell, place);
  if ('trial' in kept) return kept.trial;
  if (!isSoaked(place)) setting.unavailable.set(cell.key, kept.unavailable);
  return null;
}

async function measure(setting: TrialSetting, cell: Cell, place: Place): Promise<Trial | null> {
  const { executor, testbed, tools, signal, plan } = setting;
  const { probed, index } = place;
  const probes = probed ? probesOf(setting.cellPlans.get(cell.key) ?? null, place) : null;
  const soak = isSoaked(place);
  const cpus = [...new Set([plan.testbed.receiverCpu, plan.testbed.senderCpu])];
  try {
    checkInterrupted(signal);
    if (cell.reception !== undefined) await testbed.arrange(cell.reception);
    const ready = await withCommand(cell, setting);
    const spec = trialSpec(ready, testbed, probes, workerCpus(plan, workersOf(cell.path)), soak);
    const [counters, times] = [await testbed.counters(), await tools.readCpuTimes()];
    const before = await tools.readFrequencies(cpus);
    const told = await unlessInterrupted(signal, () => executor.runTrial(spec));
    const result = cell.foreign === undefined ? told : foreignResult(cell.foreign, told);
    const frequencies = frequencyChanges(before, await tools.readFrequencies(cpus));
    const stolen = stealPercent(times, await tools.readCpuTimes(), cpus);
    const grown = counterDifferences(counters, await testbed.counters());
    const ledger = ledgerOf(spec, result, grown);
    const { guest } = plan;
    const exact = isExact(plan);
    const boot = guest === null ? null : place.round % bootsOf(guest);
    return trialRecord(
      { ...place, cell: cell.key, boot, exact },
      { spec, result, ledger, stealPercent: stolen, frequencies },
      grown,
    );
  } catch (error) {
    if (error instanceof Interrupted || signal.aborted) throw new Interrupted();
    if (error instanceof PktpathError && error.exitCode === ExitCode.notPossible) {
      // what refuses the soaker refuses no figure of the cell
      if (!soak) setting.unavailable.set(cell.key, describeError(error));
      tools.progress.note(`${cell.key}: not possible here: ${describeError(error)}`);
      return null;
    }
    if (error instanceof PktpathError && error.exitCode === ExitCode.usage) throw error;
    const kind = probed ? 'probed' : 'unprobed';
    throw failure(`the ${kind} trial ${String(index)} of ${cell.key} failed`, hintFor(error), error);
  }
}

function probesOf(plan: ResolvedPlan | null, { purpose }: Place): ProbeSpec | null {
  if (plan === null) return null;
  const { probes, again } = plan;
  return purpose === 'soak-twice' ? { ...probes, programs: [...probes.programs, ...again] } : probes;
}

/** A cell that another program sends for, with its command: only the testbed knows the interfaces. */
async function withCommand(cell: Cell, { testbed, scratchFolder }: TrialSetting): Promise<Cell> {
  const { foreign, generator } = cell;
  if (foreign === undefined) return cell;
  return { ...cell, generator: await foreignGenerator(foreign, generator, testbed, scratchFolder()) };
}

function frequencyChanges(before: Frequencies | null, after: Frequencies | null): FrequencyChange[] {
  return Object.entries(before ?? {}).flatMap(([cpu, beforeMhz]) => {
    const afterMhz = after?.[Number(cpu)];
    return afterMhz === undefined ? [] : [{ cpu: Number(cpu), beforeMhz, afterMhz }];
  });
}

/** The first worker on the receiver's CPU, the others in turn on those that are not the sender's. */
function workerCpus({ testbed, allowedCpus }: RunPlan, workers: number): number[] {
  const { receiverCpu, senderCpu } = testbed;
  const others = allowedCpus.filter((cpu) => cpu !== receiverCpu && cpu !== senderCpu);
  const pool = [receiverCpu, ...others];
  return Array.from({ length: workers }, (_, worker) => pool[worker % pool.length] ?? receiverCpu);
}

function hintFor(error: unknown): string {
  if (error instanceof PktpathError && error.hint !== undefined) return error.hint;
  const words = describeError(error);
  if (/\bENOMEM\b/.test(words)) {
    return 'free some memory, or ask for smaller buffers: --set receiveBufferBytes, --set bufferBytes';
  }
  if (/\b(ENETDOWN|ENETUNREACH|ENODEV|ENXIO)\b|is not in \/proc\/net\/dev/.test(words)) {
    return 'was an interface of the testbed removed or taken down during the run?';
  }
  return 'see what this machine can do: pktpath doctor';
}
