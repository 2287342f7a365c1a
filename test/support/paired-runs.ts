import { table1 } from '../../experiments/table1.js';
import { planPair } from '../../harness/cli/ab-plan.js';
import type { PairPlans } from '../../harness/cli/ab-plan.js';
import { readArm } from '../../harness/cli/arm-settings.js';
import type { Arm } from '../../harness/run/arms.js';
import { differingKeys } from '../../harness/run/pairing.js';
import { performArms } from '../../harness/run/run.js';
import type { ArmsOptions, ArmsOutcome } from '../../harness/run/run.js';
import type { Executor } from '../../harness/executor/executor.js';
import { seededRandom } from '../../harness/statistics/random.js';
import { RunRecord } from '../../reports/record.js';
import type { PairedRun } from '../../reports/record.js';
import { sharpen } from '../compare/sample-runs.js';
import { MockExecutor, mockStates } from './mock-executor.js';
import { mockRun } from './mock-run.js';
import type { MockRun } from './mock-run.js';
import { dearer } from './tampered.js';

/** What two arms of table 1 differ in, and what both have. */
export interface PairWish {
  a?: string[];
  b?: string[];
  settings?: readonly string[];
  rounds?: number;
}

const usual = ['paths=packet-recvfrom', 'frameBytes=64', 'seed=1'];

export function pairPlans({
  a = [],
  b = [],
  settings = usual,
  rounds = 11,
}: PairWish): PairPlans & { words: PairedRun['settings'] } {
  const [own, other] = [readArm('--a', a, table1, {}), readArm('--b', b, table1, {})];
  const words = { a: own.words, b: other.words };
  const request = { settings, quick: false, rounds, durationSeconds: 1 };
  const pair = { experiment: table1, request, a: own, b: other, keys: differingKeys(words) };
  return { ...planPair(pair, { a: null, b: null }, [0, 1]), words };
}

/** Runs a pair on one mock machine. */
export async function runArms(
  wish: PairWish,
  run: MockRun = mockRun(),
  { names = ['a', 'b'], ...options }: Partial<ArmsOptions> & { names?: PairedRun['arm'][] } = {},
): Promise<ArmsOutcome> {
  const { words, ...plans } = pairPlans(wish);
  const arms = names.map((arm): Arm => ({
    runId: `pair-${arm}`,
    plan: arm === 'b' ? plans.b : plans.a,
    writeRecord: run.tools.writeRecord,
    pair: () => ({ id: 'pair', arm, settings: words, looks: null }),
  }));
  const signal = new AbortController().signal;
  return performArms([{ tools: run.tools, arms }], { runId: 'pair', signal, ...options });
}

/** Stages of a trial's arm cost so many times as much; in each round everything costs up to `drift` more. */
export function driftingExecutor(
  factorsOf: (spec: Parameters<Executor['runTrial']>[0]) => Record<string, number>,
  { drift, trialsPerRound }: { drift: number; trialsPerRound: number },
): MockExecutor {
  const random = seededRandom(11);
  let moved = 1;
  return new MockExecutor({
    tamper: (result, spec, count) => {
      if (count % trialsPerRound === 0) moved = 1 + drift * random();
      const factors = factorsOf(spec);
      return mockStates.reduce((changed, { stage, ns }) => {
        const scatter = 1 + 0.02 * (random() - 0.5);
        return dearer(changed, spec, stage, ns * (moved * (factors[stage] ?? 1) * scatter - 1));
      }, result);
    },
  });
}

/** The records of a pair, with a calibration that is sure of itself. */
export async function pairRecords(wish: PairWish, executor: MockExecutor): Promise<[RunRecord, RunRecord]> {
  const { records, problems } = await runArms(wish, mockRun(executor));
  const [a, b] = records.map((record) => RunRecord.parse(record));
  if (a === undefined || b === undefined) throw new Error(problems.map(String).join());
  for (const { calibrations } of [a, b]) calibrations.forEach(sharpen);
  return [a, b];
}
