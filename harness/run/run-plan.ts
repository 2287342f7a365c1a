import { maxSeed } from '../statistics/random.js';
import type { TestbedOptions } from '../testbed/testbed.js';
import { chooseCpus } from './common-parameters.js';
import type { Cell, ComparisonPlan, Experiment, SearchPlan } from './experiment.js';
import { resolveOptions } from './options.js';
import type { OptionValue } from './parameter.js';

/** What the user asked of one experiment. */
export interface RunRequest {
  settings: readonly string[];
  quick: boolean;
  /** Null: the experiment's own number. */
  rounds: number | null;
  durationSeconds: number | null;
}

/** A run with everything decided, before anything is touched. */
export interface RunPlan {
  experiment: Experiment;
  /** Every option with its value, as the record keeps them. */
  options: Record<string, OptionValue>;
  quick: boolean;
  seed: number;
  rounds: number;
  durationSeconds: number;
  cells: Cell[];
  comparisons: ComparisonPlan[];
  searches: SearchPlan[];
  testbed: Omit<TestbedOptions, 'runId'>;
  /** CPUs that this process may run on. */
  allowedCpus: readonly number[];
}

/** Ethernet's payload, and the MTU of both ends: a frame of 1514 bytes less its header. */
const mtu = 1500;

/**
 * Decides everything about a run.
 * @param allowedCpus the CPUs that this process may run on
 * @throws PktpathError (usage) for bad options; (not possible) when this machine has too few CPUs
 */
export function planRun(experiment: Experiment, request: RunRequest, allowedCpus: readonly number[]): RunPlan {
  const given = resolveOptions(experiment.name, experiment.parameters, request.settings, request.quick);
  const rounds = request.rounds ?? (request.quick ? experiment.rounds.quick : experiment.rounds.full);
  const durationSeconds =
    request.durationSeconds ?? (request.quick ? experiment.durationSeconds.quick : experiment.durationSeconds.full);
  const cells = experiment.cells(given, durationSeconds);
  const cpus = chooseCpus({ receiverCpu: given.receiverCpu, senderCpu: given.senderCpu }, allowedCpus);
  const seed = given.seed ?? Math.floor(Math.random() * (maxSeed + 1));
  return {
    experiment,
    options: { ...given, ...cpus, seed, durationSeconds },
    quick: request.quick,
    seed,
    rounds,
    durationSeconds,
    cells,
    comparisons: experiment.comparisons(cells),
    searches: experiment.searches?.(given, request.quick) ?? [],
    testbed: { isolation: given.isolation, ...cpus, mtu },
    allowedCpus,
  };
}
