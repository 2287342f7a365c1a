import { performRun } from '../../harness/run/run.js';
import { planRun } from '../../harness/run/run-plan.js';
import { table1 } from '../../experiments/table1.js';
import { RunRecord } from '../../reports/record.js';
import type { ProbeResult, TrialResult } from '../../harness/executor/contract.js';
import type { EmulatorAccount, Histogram } from '../../reports/record.js';
import { MockExecutor, mockCosts } from './mock-executor.js';
import { mockRun } from './mock-run.js';

/** One stage of the sample: what it takes without probes on each boot, and how long its visits are. */
export interface CountedStageSample {
  stage: string;
  layer: 'task' | 'softirq' | 'hardirq';
  owner: 'idle' | 'sender' | 'receiver';
  /** Instructions for each packet in round 0, 1, …; rounds take the two boots in turn. */
  instructions: readonly number[];
  /** Lower bounds of bins, and visits for each packet in them. */
  visits: readonly (readonly [from: number, perPacket: number])[];
}

const steady = (count: number): number[] => [count, count, count, count];

/** In no order. `idle` is what the guest's clock skipped. */
export const countedSample: readonly CountedStageSample[] = [
  { stage: 'copy', layer: 'task', owner: 'receiver', instructions: steady(2000), visits: [[1984, 1]] },
  // each packet visits it twice
  { stage: 'net-rx', layer: 'softirq', owner: 'idle', ...{ instructions: steady(600), visits: [[248, 1], [336, 1]] } }, // prettier-ignore
  // boots of 3000 and 3200: how often each of two ways is taken
  {
    ...{ stage: 'driver-rx', layer: 'softirq', owner: 'sender', instructions: [2990, 3200, 3010, 3200] },
    visits: [[2240, 0.62], [3392, 0.38]], // prettier-ignore
  },
  // less than twice its correction of an edge and a pass, 150
  { stage: 'driver-irq', layer: 'hardirq', owner: 'idle', instructions: steady(100), visits: [[100, 1]] },
  { stage: 'user', layer: 'task', owner: 'receiver', instructions: steady(40), visits: [[40, 1]] },
  { stage: 'recvmsg', layer: 'task', owner: 'receiver', instructions: steady(1500), visits: [] },
  { stage: 'probe', layer: 'task', owner: 'receiver', instructions: steady(900), visits: [] },
  { stage: 'other-irq', layer: 'hardirq', owner: 'idle', instructions: steady(777), visits: [] },
  { stage: 'unattributed', layer: 'task', owner: 'idle', instructions: steady(500_000), visits: [] },
];

/** What the probes add to a stage but `user`, where it is one mark: the mock's edge and pass, once each for every packet. */
export const countedCorrection = mockCosts.edge.median + mockCosts.pass.median;

export interface CountedSampleOptions {
  stages?: readonly CountedStageSample[];
  rounds?: number;
  machine?: Partial<Extract<RunRecord['machine'], { kind: 'guest' }>>;
}

/**
 * A record of an exact run of table1, made by the run loop itself from stages with known figures: packet-recvfrom, two
 * boots. It satisfies the schema.
 */
export async function sampleCountedRecord(options: CountedSampleOptions = {}): Promise<RunRecord> {
  const { stages = countedSample, rounds = 2, machine = {} } = options;
  const executor = new MockExecutor({ tamper: (result, _, index) => counted(result, stages, Math.floor(index / 2)) });
  const guest = { card: 'i82557c', exact: true } as const;
  const settings = ['paths=packet-recvfrom', 'frameBytes=1514', 'packetsPerSecond=1000'];
  const plan = planRun(table1, { settings, quick: false, rounds, durationSeconds: 1, guest }, [0]);
  const { tools } = mockRun(executor, { machine: () => Promise.resolve({ ...sampleGuest, ...machine }) });
  const { record } = await performRun(plan, 'counted', tools, new AbortController().signal);
  if (record === null) throw new Error('the sample run gave no record');
  return RunRecord.parse(record);
}

export const sampleGuest: Extract<RunRecord['machine'], { kind: 'guest' }> = {
  kind: 'guest',
  kernel: {
    ...{ name: 'debian:generic', package: 'linux-image-6.1.0-1-amd64', packageVersion: '6.1.9-1' },
    ...{ release: '6.1.0', digest: 'ab'.repeat(32) },
  },
  ...{ bootArguments: '', accelerator: 'tcg', cpuModel: 'max', memoryMiB: 768, qemuVersion: '7.2.22' },
  ...{ card: 'i82557c', boots: 2 },
  host: { kernelRelease: '6.18.0', cpuModel: 'Sample', loadBefore: 0, loadAfter: 0, secondsPerRound: [20, 22] },
};

/** The mock's own result with the sample's states in place of its own. */
function counted(result: TrialResult, stages: readonly CountedStageSample[], round: number): TrialResult {
  const packets = result.wirePackets;
  if (result.probes === null) return { ...result, emulator: emulated(stages, packets, round) };
  const states = stages.map(({ stage, layer, owner, instructions }): ProbeResult['cpus'][number]['states'][number] => {
    const hits = stage === 'probe' || stage === 'unattributed' ? 0 : packets;
    const passes = stage === 'user' ? 0 : hits;
    const burden = stage === 'user' ? mockCosts.mark.median : countedCorrection;
    return {
      ...{ stage, layer, owner, ns: packets * (instructions[round] ?? 0) + hits * burden },
      ...{ entries: hits, exits: hits, passes, ways: {} },
    };
  });
  const total = states.reduce((sum, { ns }) => sum + ns, 0);
  const [first] = result.probes.cpus;
  if (first === undefined) throw new Error('the mock has no CPU');
  return {
    ...result,
    probes: {
      ...result.probes,
      cpus: [{ ...first, cpu: 0, states, elapsedNs: total, statesNs: total }],
      visits: stages
        .filter(({ visits }) => visits.length > 0)
        .map(({ stage, visits }) => ({ stage, histogram: histogramOf(visits, packets) })),
    },
  };
}

function histogramOf(visits: CountedStageSample['visits'], packets: number): Histogram {
  return { lowerBounds: visits.map(([from]) => from), counts: visits.map(([, each]) => Math.round(each * packets)) };
}

/** The receive path but for the copy, which the emulator of the sample does not tell apart. */
function emulated(stages: readonly CountedStageSample[], packets: number, round: number): EmulatorAccount {
  const own = stages.filter(({ stage, layer, owner }) => (layer !== 'task' || owner === 'receiver') && stage !== 'probe' && stage !== 'copy' && stage !== 'other-irq'); // prettier-ignore
  const zero = { loads: 0, stores: 0, deviceAccesses: 0, l1Misses: 0, l2Misses: 0, repIterations: 0 };
  return {
    ...{ instructions: 0, charged: 0, functions: [], devices: [], unpaired: 0, overflows: 0, problems: [] },
    stages: own.map(({ stage, layer, instructions }) => ({
      ...{ stage, context: layer === 'task' ? 'system-call' : layer, ...zero, entries: packets },
      instructions: packets * (instructions[round] ?? 0),
    })),
  };
}
