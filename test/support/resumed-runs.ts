import { interrupts } from '../../experiments/interrupts.js';
import { pathsExperiment } from '../../experiments/paths.js';
import { table1 } from '../../experiments/table1.js';
import type { TrialResult, TrialSpec } from '../../harness/executor/contract.js';
import type { Experiment } from '../../harness/run/experiment.js';
import { performRun } from '../../harness/run/run.js';
import type { RunOutcome } from '../../harness/run/run.js';
import { planRun } from '../../harness/run/run-plan.js';
import { planRecorded } from '../../harness/run/resumed-plan.js';
import type { RunRecord } from '../../reports/record.js';
import { parseRecord } from '../../reports/record-io.js';
import { MockExecutor } from '../support/mock-executor.js';
import type { MockOptions } from '../support/mock-executor.js';
import { mockRun } from '../support/mock-run.js';
import type { MockRun } from '../support/mock-run.js';

const never = new AbortController().signal;
export const allowedCpus = [0, 1];

/** An experiment with its parameters, small. */
export interface Small {
  experiment: Experiment;
  settings: string[];
  rounds: number;
}

export const twoPaths: Small = {
  experiment: table1,
  settings: [
    'paths=tcp,packet-recvfrom',
    'tcpTraffic=tcp-message',
    'frameBytes=512',
    'packetsPerSecond=20000',
    'seed=7',
  ],
  rounds: 3,
};
export const withSearches: Small = {
  experiment: pathsExperiment,
  settings: ['paths=packet-recvfrom,udp,tpacket-v3', 'seed=3'],
  rounds: 1,
};
export const withCapacity: Small = { experiment: interrupts, settings: ['seed=5'], rounds: 1 };

/** What comes above 150 000 packets a second is dropped by the socket. */
export function limited(result: TrialResult, { generator }: TrialSpec): TrialResult {
  const offered = generator.packetsPerSecond ?? 0;
  if (offered <= 150_000) return result;
  const { sent } = result.generator;
  const packets = Math.round((sent * 150_000) / offered);
  return { ...result, reader: { ...result.reader, packets, drops: { socket: sent - packets } } };
}

/** What goes wrong does so by the number of the trial in the whole run, not in the session. @param from trials before */
export function spoiling(from: number, options: MockOptions = {}): MockExecutor {
  return new MockExecutor({
    tamper: (result, spec, count) => {
      if ((from + count) % 5 !== 2) return limited(result, spec);
      return { ...result, reader: { ...result.reader, sequence: { ...result.reader.sequence, corrupt: 1 } } };
    },
    ...options,
  });
}

/** Ends the run when it comes to this trial, and keeps what it has. */
export async function endedAt(small: Small, trial: number, options: MockOptions = {}): Promise<RunRecord | null> {
  const controller = new AbortController();
  const onTrial: MockOptions['onTrial'] = (spec, count) => {
    if (count < trial) return options.onTrial?.(spec, count);
    controller.abort();
    return new Promise(() => undefined);
  };
  return (await begin(small, mockRun(spoiling(0, { onTrial })), controller.signal)).record;
}

export function begin({ experiment, settings, rounds }: Small, run: MockRun, signal = never): Promise<RunOutcome> {
  const plan = planRun(experiment, { settings, quick: true, rounds, durationSeconds: 0.1 }, allowedCpus);
  return performRun(plan, 'first', run.tools, signal);
}

export function goOn(
  experiment: Experiment,
  record: RunRecord,
  run: MockRun,
  reread = () => record,
): Promise<RunOutcome> {
  const plan = planRecorded(experiment, record, 'here', { guest: null, allowedCpus });
  return performRun(plan, 'second', run.tools, never, { record, reread });
}

/** As from the disk. */
export const stored = (record: RunRecord | null | undefined): RunRecord => parseRecord(JSON.stringify(record), 'test');

/** What both runs must have alike: everything but figures. */
export function shape({ trials, summary, searches, comparisons, experiment }: RunRecord): unknown {
  return {
    experiment,
    trials: trials.map(({ index, cell, round, probed, purpose, valid, invalidReasons }) => {
      return { index, cell, round, probed, purpose, valid, invalidReasons };
    }),
    summary,
    searches,
    comparisons,
  };
}
