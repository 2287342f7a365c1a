import type { CpuTimes } from '../environment/cpu-times.js';
import type { Frequencies } from '../environment/frequency.js';
import type { Executor } from '../executor/executor.js';
import type { Drivers } from '../plan/targets.js';
import type { PlanInput, ResolvedPlan } from '../plan/plan.js';
import type { Testbed, TestbedOptions } from '../testbed/testbed.js';
import type { Environment, Machine, RunRecord } from '../../reports/record.js';
import type { Progress } from './progress.js';

/** All that a run touches, so that a test can put something else in its place. */
export interface Collaborators extends Surroundings {
  /** Keeps the record, whole or not at all. */
  writeRecord: (record: RunRecord) => void;
}

/** The same of all runs that take turns. */
export interface Surroundings {
  /** @throws PktpathError (failed) when another run holds it */
  acquireLock: () => Promise<{ release(): Promise<void> }>;
  /** Removes what killed runs have left; one line for each thing that was there. */
  removeLeftovers: () => Promise<string[]>;
  startExecutor: () => Promise<Executor>;
  bringUpTestbed: (
    options: TestbedOptions,
    setAffinity: (tid: number, cpu: number) => Promise<void>,
  ) => Promise<Testbed>;
  resolvePlan: (input: PlanInput) => ResolvedPlan;
  /** Paths of the BPF objects with the stage boundaries, best first. */
  probeObjects: readonly string[];
  collectEnvironment: (libraries: Record<string, string>) => Promise<Environment>;
  finishEnvironment: (environment: Environment, start: CpuTimes | null) => Promise<Environment>;
  readCpuTimes: () => Promise<CpuTimes | null>;
  /** Null where the machine does not tell. */
  readFrequencies: (cpus: readonly number[]) => Promise<Frequencies | null>;
  /** Drivers of the cards. */
  drivers: Drivers;
  /** What runs the kernel that is measured. @param secondsPerRound that each round took so far */
  machine: (secondsPerRound: readonly number[]) => Promise<Machine>;
  tool: () => Promise<RunRecord['tool']>;
  progress: Progress;
  now: () => Date;
}
