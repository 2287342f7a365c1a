import { noDrivers } from '../../harness/plan/targets.js';
import type { Executor } from '../../harness/executor/executor.js';
import type { PlanInput, ResolvedPlan } from '../../harness/plan/plan.js';
import type { Collaborators } from '../../harness/run/collaborators.js';
import type { TrialEvent } from '../../harness/run/progress.js';
import type { Testbed, TestbedCounters, TestbedOptions } from '../../harness/testbed/testbed.js';
import type { BoundaryPlan, Environment, RunRecord } from '../../reports/record.js';
import { MockExecutor, mockPrograms } from './mock-executor.js';

/** What happened to the run's surroundings, in order. */
export interface MockRun {
  tools: Collaborators;
  events: string[];
  /** Every version of the record that was kept. */
  kept: RunRecord[];
  notes: string[];
  trials: TrialEvent[];
}

/** Collaborators that touch nothing. */
export function mockRun(executor: Executor = new MockExecutor(), change: Partial<Collaborators> = {}): MockRun {
  const events: string[] = [];
  const kept: RunRecord[] = [];
  const notes: string[] = [];
  const trials: TrialEvent[] = [];
  const did = (event: string) => () => Promise.resolve(void events.push(event));
  const tools: Collaborators = {
    acquireLock: () => Promise.resolve({ release: did('released') }),
    removeLeftovers: () => Promise.resolve([]),
    startExecutor: () => Promise.resolve(executor),
    bringUpTestbed: (options) => Promise.resolve(mockTestbed(options, did('testbed down'))),
    drivers: noDrivers,
    machine: () => Promise.resolve({ kind: 'host' }),
    resolvePlan: mockPlan,
    probeObjects: ['build/stages.tp_btf.bpf.o'],
    collectEnvironment: (software) => Promise.resolve({ ...mockEnvironment, software }),
    finishEnvironment: (environment) => Promise.resolve({ ...environment, stealPercent: 0.5 }),
    readCpuTimes: () => Promise.resolve(null),
    readFrequencies: () => Promise.resolve(null),
    tool: () => Promise.resolve({ version: '0.1.0', commit: null }),
    writeRecord: (record) => void kept.push(record),
    progress: {
      step: () => undefined,
      trial: (event) => void trials.push(event),
      note: (text) => void notes.push(text),
    },
    now: () => new Date('2025-11-23T12:00:00Z'),
    ...change,
  };
  return { tools, events, kept, notes, trials };
}

export function mockTestbed(options: TestbedOptions, down: () => Promise<void>): Testbed {
  const end = (cpu: number, index: number) => ({
    netns: '/run/netns/mock',
    interface: 'mock',
    interfaceIndex: index,
    mac: `02:70:6b:00:00:0${index}`,
    address: `198.18.0.${index}`,
    cpu,
    napiTid: 100 + index,
    irq: 0,
  });
  const { isolation, receiverCpu, senderCpu, mtu } = options;
  const features = { before: {}, after: {} };
  return {
    receiver: end(receiverCpu, 1),
    sender: end(senderCpu, 2),
    isolation,
    arrange: () => Promise.resolve(),
    counters: () => Promise.resolve(mockCounters),
    describe: () => ({
      ...{ kind: 'veth', isolation, receiverCpu, senderCpu, mtu, card: null, interrupts: {} },
      features: { receiver: features, sender: features },
      ...{ sysctls: {}, addresses: {}, priorities: {} },
    }),
    down,
  };
}

export const mockCounters: TestbedCounters = {
  receiverRxPackets: 0,
  receiverRxBytes: 0,
  receiverRxDropped: 0,
  senderTxPackets: 0,
  senderTxDropped: 0,
  softnetDropped: 0,
  softnetTimeSqueeze: 0,
  tcpRetransSegs: 0,
  udpRcvbufErrors: 0,
};

/** Every stage of the mock's states with the program that begins it. */
export function mockPlan({ path, object }: PlanInput): ResolvedPlan {
  const boundary = (stage: string, program: string): BoundaryPlan => ({
    ...{ boundary: `${stage}:enter`, stage, tier: 'tracepoint' },
    ...{ targets: [`mock:${program}`], programs: [program], reason: null, rejected: [] },
  });
  const boundaries: BoundaryPlan[] = [
    boundary('net-rx', 'netif_receive_skb'),
    boundary('copy', 'skb_copy_datagram_iovec'),
    { ...boundary('user', 'user-mark'), stage: null, tier: 'user-mark' },
  ];
  return {
    plan: { path, object, boundaries },
    probes: {
      object,
      programs: mockPrograms,
      marks: true,
      pollStage: 'driver-rx',
      targets: {},
      wokenStage: 'net-rx',
      copiedStage: 'syscall-return',
      exact: false,
    },
    again: [],
    labels: { 'net-rx': 'net-rx (with packet-tap)' },
  };
}

const mockEnvironment: Environment = {
  kernelRelease: '6.1.0',
  kernelVersion: '#1 SMP',
  kernelConfigDigest: null,
  commandLine: '',
  mitigations: {},
  hz: 250,
  preemption: 'voluntary',
  cpuModel: 'mock',
  cpus: 2,
  allowedCpus: [0, 1],
  governor: null,
  hypervisor: null,
  clockSource: 'tsc',
  sysctls: {},
  software: {},
  memoryBytes: 1,
  load: { before: 0, after: null },
  stealPercent: null,
};
