import { performRun } from '../../harness/run/run.js';
import { planRun } from '../../harness/run/run-plan.js';
import { seededRandom } from '../../harness/statistics/random.js';
import { table1 } from '../../experiments/table1.js';
import { RunRecord } from '../../reports/record.js';
import { countedSample, sampleCountedRecord } from '../support/sample-counted-record.js';
import { MockExecutor, mockStates } from '../support/mock-executor.js';
import { mockRun } from '../support/mock-run.js';
import { dearer } from '../support/tampered.js';

export interface NoisySample {
  runId?: string;
  rounds?: number;
  quick?: boolean;
  seed?: number;
  settings?: readonly string[];
  /** Stages that cost so many times as much. */
  factors?: Record<string, number>;
  /** Standard scatter of every stage, as a part of it. */
  noise?: number;
}

/** A record made by the run loop itself: a packet socket at two frame sizes, and TCP's bulk, of stages with known figures. */
export async function noisyRecord(sample: NoisySample = {}): Promise<RunRecord> {
  const { runId = 'base', rounds = 11, quick = false, seed = 1, factors = {}, noise = 0.005 } = sample;
  const random = seededRandom(seed);
  const executor = new MockExecutor({
    tamper: (result, spec) =>
      mockStates.reduce((changed, { stage, ns }) => {
        const scatter = 1 + noise * Math.sqrt(12) * (random() - 0.5);
        return dearer(changed, spec, stage, ns * ((factors[stage] ?? 1) * scatter - 1));
      }, result),
  });
  const settings = sample.settings ?? ['paths=packet-recvfrom,tcp', 'frameBytes=64,1514', 'tcpTraffic=tcp-bulk'];
  // the order of trials decides which of the scatter each of them gets
  const words = ['seed=1', ...settings];
  const plan = planRun(table1, { settings: words, quick, rounds, durationSeconds: 1, guest: null }, [0, 1]);
  const { record } = await performRun(plan, runId, mockRun(executor).tools, new AbortController().signal);
  return changed(RunRecord.parse(record), ({ calibrations }) => calibrations.forEach(sharpen));
}

/** The mock's quartiles are far apart, for tests that look at them; the figures are of the medians. */
export function sharpen({ edge, pass, mark, marks }: RunRecord['calibrations'][number]): void {
  const costs = [edge, pass, mark, ...(marks === null ? [] : [marks.user, marks.call])];
  for (const cost of costs) Object.assign(cost, { low: cost.median, high: cost.median });
}

/** An exact run on two boots whose stages cost so many instructions more. */
export async function countedRecord(
  runId: string,
  more: Record<string, number> = {},
  bootArguments = '',
): Promise<RunRecord> {
  const stages = countedSample.map((each) => ({
    ...each,
    instructions: each.instructions.map((count) => count + (more[each.stage] ?? 0)),
  }));
  const record = await sampleCountedRecord({ stages, machine: { bootArguments } });
  return { ...record, run: { ...record.run, id: runId } };
}

/** A copy with something changed. */
export function changed(record: RunRecord, change: (copy: RunRecord) => void): RunRecord {
  const copy = structuredClone(record);
  change(copy);
  return copy;
}
