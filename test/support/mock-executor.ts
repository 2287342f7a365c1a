import { failure } from '../../harness/errors.js';
import type {
  CalibrationResult,
  CpuAccount,
  HandFigures,
  HandReceived,
  HandReceiveSpec,
  HandSendSpec,
  HandSent,
  ProbeResult,
  ProgramFact,
  StateTime,
  TrialResult,
  TrialSpec,
} from '../../harness/executor/contract.js';
import type { Executor } from '../../harness/executor/executor.js';

/** Programs of the mock's object. */
export const mockPrograms = [
  'sched_switch',
  'napi_gro_receive_entry',
  'netif_receive_skb',
  'tcp_probe',
  'skb_copy_datagram_iovec',
  'consume_skb',
];

/** ns of each kind of hit; the corrected figures of a mock run are the stage costs below. */
export const mockCosts: Pick<CalibrationResult, 'edge' | 'pass' | 'mark'> = {
  edge: { low: 90, median: 100, high: 120 },
  pass: { low: 40, median: 50, high: 60 },
  mark: { low: 20, median: 25, high: 30 },
};

/** True ns per packet of each state, before the probes burden it. */
export const mockStates: readonly (Pick<StateTime, 'layer' | 'owner' | 'stage'> & { ns: number })[] = [
  { layer: 'hardirq', owner: 'other', stage: 'hard-irq', ns: 100 },
  { layer: 'task', owner: 'receiver-napi', stage: 'driver-rx', ns: 300 },
  { layer: 'task', owner: 'receiver-napi', stage: 'net-rx', ns: 600 },
  { layer: 'task', owner: 'receiver', stage: 'syscall-entry', ns: 500 },
  { layer: 'task', owner: 'receiver', stage: 'copy', ns: 400 },
  { layer: 'task', owner: 'receiver', stage: 'syscall-return', ns: 600 },
  { layer: 'task', owner: 'receiver', stage: 'user', ns: 500 },
  { layer: 'softirq', owner: 'other', stage: 'softirq-other', ns: 50 },
];

/** What a session by hand does. */
export interface MockHand {
  receive?: (spec: HandReceiveSpec) => Promise<HandReceived>;
  send?: (spec: HandSendSpec) => Promise<HandSent>;
  figures?: () => HandFigures | null;
  stop?: () => void;
}

export interface MockOptions {
  /** Changes a result, e.g. to spoil it; `count` counts the trials of this executor from 0. */
  tamper?: (result: TrialResult, spec: TrialSpec, count: number) => TrialResult;
  hand?: MockHand;
  /** Why libpcap refuses a filter; null when it takes it. */
  refuseFilter?: (filter: string, snaplen: number) => string | null;
  /** Called when a trial begins; a promise delays it. */
  onTrial?: (spec: TrialSpec, count: number) => Promise<void> | void;
}

/** Answers from memory, with results that are consistent in themselves: closed, complete, every boundary counted. */
export class MockExecutor implements Executor {
  closed = 0;
  readonly specs: TrialSpec[] = [];
  private abandon: ((error: Error) => void) | undefined;

  constructor(private readonly options: MockOptions = {}) {}

  versions(): Promise<{ libbpf: string; libpcap: string }> {
    return Promise.resolve({ libbpf: '1.1.2', libpcap: '1.10.3' });
  }

  allowedCpus(): Promise<number[]> {
    return Promise.resolve([0, 1]);
  }

  detectPrograms(): Promise<ProgramFact[]> {
    const facts = mockPrograms.map((program) => ({ program, target: `tp_btf/${program}`, ok: true, error: null }));
    return Promise.resolve(facts);
  }

  calibrate(_object: string, _cpu: number, hitsPerBatch: number, batches: number): Promise<CalibrationResult> {
    const cost = (median: number) => ({ low: median - 1, median, high: median + 1 });
    return Promise.resolve({
      trigger: 'bpf_trigger_tp',
      base: cost(300),
      empty: cost(30),
      floor: cost(75),
      ...mockCosts,
      marks: { user: mockCosts.mark, call: mockCosts.mark },
      ways: [],
      hitsPerBatch,
      batches,
    });
  }

  async runTrial(spec: TrialSpec): Promise<TrialResult> {
    if (this.closed > 0) throw new Error('the executor is closed');
    const count = this.specs.push(spec) - 1;
    const given = new Promise<never>((_, reject) => (this.abandon = reject));
    await Promise.race([Promise.resolve(this.options.onTrial?.(spec, count)), given]);
    const result = mockResult(spec);
    return this.options.tamper?.(result, spec, count) ?? result;
  }

  checkFilter(filter: string, snaplen: number): Promise<void> {
    const reason = this.options.refuseFilter?.(filter, snaplen) ?? null;
    return reason === null ? Promise.resolve() : Promise.reject(failure(reason));
  }

  handReceive(spec: HandReceiveSpec): Promise<HandReceived> {
    return this.options.hand?.receive?.(spec) ?? Promise.reject(new Error('the mock receives nothing by hand'));
  }

  handSend(spec: HandSendSpec): Promise<HandSent> {
    return this.options.hand?.send?.(spec) ?? Promise.reject(new Error('the mock sends nothing by hand'));
  }

  handFigures(): Promise<HandFigures | null> {
    return Promise.resolve(this.options.hand?.figures?.() ?? null);
  }

  stopHand(): Promise<void> {
    this.options.hand?.stop?.();
    return Promise.resolve();
  }

  setAffinity(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    this.closed++;
    this.abandon?.(new Error('the executor was closed'));
    return Promise.resolve();
  }
}

/** Packets that an unpaced mock sender gets through in a second. */
const unpacedRate = 200_000;

export function mockResult(spec: TrialSpec): TrialResult {
  const { generator, path } = spec;
  const rate = generator.packetsPerSecond ?? unpacedRate;
  const filters = 'sizedFilter' in path && path.sizedFilter !== null;
  const sent = Math.min(generator.packets, Math.round((rate * generator.maxDurationNs) / 1e9));
  const wanted = Math.floor((sent * generator.wantedPercent) / 100);
  const delivered = filters ? wanted : sent;
  // n deadlines have n − 1 intervals between them; an unpaced sender has none
  const elapsedNs = ((generator.packetsPerSecond === null ? sent : sent - generator.batch) * 1e9) / rate;
  const payload = path.name === 'tcp' ? path.messageBytes : generator.frameBytes;
  const probes = spec.probes === null ? null : mockProbes(spec, sent, elapsedNs, sent * payload, delivered);
  return {
    startedAt: '2025-11-23T12:00:00.000Z',
    windowNs: elapsedNs + 1_000_000,
    generator: {
      sent,
      wanted,
      bytes: sent * payload,
      refused: {},
      elapsedNs,
      lateness:
        generator.packetsPerSecond === null
          ? { lowerBounds: [], counts: [] }
          : { lowerBounds: [0, 64], counts: [sent - 1, 1] },
      latenessMaxNs: 80,
      threadCpuNs: elapsedNs,
      output: null,
    },
    reader: {
      packets: delivered,
      bytes: delivered * payload,
      calls: sent,
      protocols: { pktpath: delivered },
      sequence: { missing: 0, duplicated: 0, reordered: 0, corrupt: 0 },
      threadCpuNs: clockNs(probes, 'receiver', sent),
      voluntarySwitches: Math.round(sent / 10),
      involuntarySwitches: 3,
      granted: { receiveBufferBytes: 8388608 },
      systemCalls: sent,
      copiedBytes: sent * payload,
      batches: { lowerBounds: [1], counts: [sent] },
      latency: null,
      latencyMaxNs: 0,
      drops: { socket: 0 },
      filtered: sent - delivered,
    },
    wirePackets: sent,
    napiCpuNs: clockNs(probes, 'receiver-napi', sent),
    senderNapiCpuNs: 0,
    observed: null,
    probes,
  };
}

/** A thread's CPU clock: what the accounting gives it, with the probes' burden where there are probes. */
function clockNs(probes: ProbeResult | null, owner: StateTime['owner'], packets: number): number {
  const states =
    probes?.cpus.flatMap((cpu) => cpu.states) ?? mockStates.map((each) => ({ ...each, ns: each.ns * packets }));
  return states.filter((state) => state.owner === owner).reduce((sum, { ns }) => sum + ns, 0);
}

function mockProbes(
  spec: TrialSpec,
  packets: number,
  elapsedNs: number,
  bytes: number,
  delivered: number,
): ProbeResult {
  const states = mockStates.map((state): StateTime => ({
    ...state,
    ...burdened(state.stage, state.ns, packets),
    ways: {},
  }));
  const receiver = account(spec.receiver.cpu, elapsedNs, states);
  const sender = account(spec.sender.cpu, elapsedNs, []);
  const kept = boundariesBehindFilter(spec.path);
  const boundaries = mockPrograms.slice(1).map((program) => {
    return { program, packets: kept.includes(program) ? delivered : packets, bytes };
  });
  return { attachNs: 1e6, cpus: [sender, receiver], boundaries, visits: null };
}

/** Those that a packet which is filtered out does not meet. */
function boundariesBehindFilter(path: TrialSpec['path']): string[] {
  const place = 'sizedFilter' in path ? (path.sizedFilter?.place ?? 'user') : 'user';
  if (place === 'user') return [];
  return mockPrograms.slice(place === 'xdp-native' ? 1 : mockPrograms.indexOf('skb_copy_datagram_iovec'));
}

/** One edge in, one out and one pass a packet, and the marks as the collector counts them. */
function burdened(stage: string, ns: number, packets: number): Pick<StateTime, 'ns' | 'entries' | 'exits' | 'passes'> {
  const { edge, pass, mark } = mockCosts;
  if (stage === 'user') return { ns: (ns + mark.median) * packets, entries: packets, exits: packets, passes: 0 };
  const half = stage === 'syscall-entry' || stage === 'syscall-return' ? mark.median / 2 : 0;
  const raw = (ns + edge.median + pass.median + half) * packets;
  return { ns: raw, entries: packets, exits: packets, passes: packets };
}

function account(cpu: number, elapsedNs: number, states: StateTime[]): CpuAccount {
  const busy = states.reduce((sum, state) => sum + state.ns, 0);
  const idle: StateTime = {
    layer: 'task',
    owner: 'idle',
    stage: 'unattributed',
    ns: elapsedNs - busy,
    entries: 1,
    exits: 1,
    passes: 0,
    ways: {},
  };
  const losses = {
    recursionMisses: 0,
    unpairedEdges: 0,
    lostSwitches: 0,
    hiddenSwitches: 0,
    negativeDeltas: 0,
    failedUpdates: 0,
  };
  return { cpu, elapsedNs, statesNs: elapsedNs, states: [...states, idle], losses };
}
