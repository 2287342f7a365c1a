import { stages as stageDefinitions, type StageName } from '../../harness/plan/stages.js';
import type { StateTime, Trial } from '../../reports/record.js';
import type { SampleCell } from './sample-cells.js';

/** Cost of one boundary hit in the sample, ns: the calibration's edge. */
export const SAMPLE_EDGE_NS = 62;

/** Pseudo-random numbers in [0, 1), the same from the same seed: mulberry32. */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function cellKey(cell: SampleCell): string {
  const rate = cell.packetsPerSecond === null ? 'null' : String(cell.packetsPerSecond);
  const traffic = cell.path === 'tcp' ? ` traffic=${cell.traffic}` : '';
  const variant = cell.variant === undefined ? '' : ` variant=${cell.variant}`;
  return `${cell.path} frameBytes=${String(cell.frameBytes)} packetsPerSecond=${rate}${traffic}${variant}`;
}

const WINDOW_NS = 500_000_000;

/** One trial of a cell: stage times scattered by a few percent, and everything else following from them. */
export function sampleTrial(
  cell: SampleCell,
  index: number,
  round: number,
  probed: boolean,
  next: () => number,
): Trial {
  const rate = cell.packetsPerSecond ?? 221_000;
  const packets = Math.round((rate * WINDOW_NS) / 1e9);
  const speed = 0.97 + 0.06 * next();
  const costs = cell.stages.map((stage) => {
    const own = stage.ns * speed * (0.985 + 0.03 * next());
    return { ...stage, total: Math.round(packets * (own + (probed ? stage.events * SAMPLE_EDGE_NS : 0))) };
  });
  const busyNs = costs.reduce((sum, stage) => sum + stage.total, 0);
  const payload = cell.path === 'tcp' ? Math.max(10, cell.frameBytes - 66) : cell.frameBytes;
  const napiStages = ['driver-rx', 'gro', 'net-rx', 'ip-tcp'];
  const napiNs = costs.filter((each) => napiStages.includes(each.stage)).reduce((sum, each) => sum + each.total, 0);
  return {
    index,
    round,
    cell: cellKey(cell),
    probed,
    purpose: 'measure',
    startedAt: new Date(Date.UTC(2026, 10, 23, 12, 0, index)).toISOString(),
    windowNs: WINDOW_NS,
    valid: true,
    invalidReasons: [],
    generator: {
      sent: packets,
      bytes: packets * payload,
      refused: {},
      elapsedNs: WINDOW_NS - 2_000_000,
      offeredPacketsPerSecond: cell.packetsPerSecond,
      achievedPacketsPerSecond: rate,
      lateness:
        cell.packetsPerSecond === null
          ? { lowerBounds: [], counts: [] }
          : { lowerBounds: [0, 64, 1024, 16384], counts: [packets - 240, 180, 50, 10] },
      latenessP50Ns: cell.packetsPerSecond === null ? null : 31,
      latenessP99Ns: cell.packetsPerSecond === null ? null : 1340 + Math.round(400 * next()),
      latenessMaxNs: cell.packetsPerSecond === null ? 0 : 61_000,
      threadCpuNs: 480_000_000,
    },
    reader: {
      packets,
      bytes: packets * payload,
      calls: Math.round(packets * cell.callsPerPacket),
      protocols: cell.path === 'tcp' ? { tcp: packets } : { pktpath: packets },
      sequence: { missing: 0, duplicated: 0, reordered: 0, corrupt: 0 },
      threadCpuNs: busyNs - napiNs,
      voluntarySwitches: Math.round(packets * cell.wakeUpsPerPacket),
      involuntarySwitches: 12,
      granted: { receiveBufferBytes: 8_388_608, ...(cell.path === 'libpcap' ? { tpacketVersion: 3 } : {}) },
      systemCalls: Math.round(packets * cell.callsPerPacket),
      copiedBytes: packets * payload,
      batches: { lowerBounds: [1], counts: [Math.round(packets * cell.callsPerPacket)] },
      latency: null,
      latencyMaxNs: 0,
      drops: { socket: 0 },
      filtered: 0,
    },
    wirePackets: packets,
    napiCpuNs: napiNs,
    senderNapiCpuNs: cell.path === 'tcp' ? 21_000_000 : 0,
    ledger: { unit: 'packets', sent: packets, delivered: packets, drops: {}, unexplained: 0 },
    counters: { receiverRxPackets: packets, senderTxDropped: 0, softnetDropped: 0, tcpRetransSegs: 0 },
    stealPercent: 0.4,
    observedBytes: null,
    probes: probed ? probes(costs, packets, busyNs) : null,
    boot: null,
    emulator: null,
  };
}

type StageCost = SampleCell['stages'][number] & { total: number };

function probes(costs: StageCost[], packets: number, busyNs: number): NonNullable<Trial['probes']> {
  const state = (stage: StageCost): StateTime => {
    const hits = Math.round(stage.events * packets);
    const owner = ['driver-rx', 'gro', 'net-rx', 'ip-tcp'].includes(stage.stage) ? 'receiver-napi' : 'receiver';
    const layer = stage.stage === 'hard-irq' ? 'hardirq' : stage.stage === 'softirq-other' ? 'softirq' : 'task';
    return { layer, owner, stage: stage.stage, ns: stage.total, entries: hits, exits: hits, passes: 0, ways: {} };
  };
  const rest = (owner: StateTime['owner'], ns: number): StateTime => ({
    layer: 'task',
    owner,
    stage: 'unattributed',
    ns,
    entries: 900,
    exits: 900,
    passes: 4,
    ways: {},
  });
  const cpu = (number: number, states: StateTime[]): NonNullable<Trial['probes']>['cpus'][number] => ({
    cpu: number,
    elapsedNs: WINDOW_NS,
    statesNs: states.reduce((sum, each) => sum + (each.ns ?? 0), 0),
    states,
    losses: {
      recursionMisses: 0,
      unpairedEdges: 0,
      lostSwitches: 0,
      hiddenSwitches: 0,
      negativeDeltas: 2,
      failedUpdates: 0,
    },
  });
  return {
    attachNs: 310_000_000,
    visits: null,
    cpus: [
      cpu(0, [rest('sender', 480_000_000), rest('idle', 20_001_000)]),
      cpu(1, [...costs.map(state), rest('other', 1_200_000), rest('idle', WINDOW_NS - 1_195_000 - busyNs)]),
    ],
    boundaries: costs
      .filter((stage) => stage.targets.length > 0)
      .map((stage) => ({
        program: `on_${(stage.targets[0] ?? '').replace(/^.*:/, '').replace(/-/g, '_')}`,
        packets: Math.round(packets * stage.events),
        bytes: 0,
      })),
  };
}

/** Where the article counted a stage. */
export function articleGroupOf(stage: string): (typeof stageDefinitions)[StageName]['articleGroup'] {
  return stageDefinitions[stage as StageName].articleGroup;
}
