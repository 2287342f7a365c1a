import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { articleCaptureSaving } from '../../harness/plan/stages.js';
import { RECORD_VERSION } from '../../reports/record.js';
import type { BoundaryPlan, Comparison, RunRecord, StagePlan, SummaryRow, Trial } from '../../reports/record.js';
import { sampleCells } from './sample-cells.js';
import { estimate, sampleRow } from './sample-summary.js';
import { cellKey, random, SAMPLE_EDGE_NS, sampleTrial } from './sample-trials.js';

/** The stored sample, seen from dist/test/support/. */
export const samplePath = fileURLToPath(new URL('../../../test/fixtures/records/table1.json', import.meta.url));

const ROUNDS = 6;
const SEED = 20261123;

/** A made-up record of experiment table1: always the same, plausible, and consistent in itself. */
export function sampleRecord(): RunRecord {
  const trials = sampleTrials();
  const summary = [...sampleCells.map((cell) => sampleRow(cell, trials)), skippedRow];
  return {
    schema: 'pktpath-run',
    version: RECORD_VERSION,
    tool: { version: '0.1.0', commit: null },
    run: {
      id: 'sample',
      startedAt: '2026-11-23T12:00:00.000Z',
      finishedAt: '2026-11-23T12:02:10.000Z',
      status: 'complete',
    },
    experiment: {
      name: 'table1',
      title: 'Where a received packet’s CPU time goes',
      options: { frameBytes: [64, 512, 1514], packetsPerSecond: 20000, isolation: 'napi-thread' },
      quick: false,
      exact: false,
      seed: SEED,
      rounds: ROUNDS,
    },
    machine: { kind: 'host' },
    environment,
    testbed,
    stagePlans: ['tcp', 'packet-recvfrom', 'libpcap'].map(stagePlan),
    calibrations: [calibration],
    metrics: [
      { name: 'cpuNsPerPacket', unit: 'ns/packet', better: 'lower', kind: 'noisy' },
      { name: 'probedCpuNsPerPacket', unit: 'ns/packet', better: 'lower', kind: 'noisy' },
      { name: 'unprobedCpuNsPerPacket', unit: 'ns/packet', better: 'lower', kind: 'noisy' },
      { name: 'packetsPerSecond', unit: 'packets/s', better: 'higher', kind: 'noisy' },
      { name: 'syscallsPerPacket', unit: 'calls/packet', better: 'lower', kind: 'noisy' },
      { name: 'wakeupsPerPacket', unit: 'wake-ups/packet', better: 'lower', kind: 'noisy' },
    ],
    trials,
    summary,
    comparisons: comparisons(trials, summary),
    searches: [],
    warnings: [
      {
        code: 'steal',
        message: 'the hypervisor took 2.1 % of the machine’s CPU time in one trial',
        about: cellKey(sampleCells[0] ?? raise()),
        hint: 'Repeat on a quieter machine, or with more trials.',
      },
      { code: 'governor', message: 'the frequency governor cannot be read', about: null, hint: null },
    ],
  };
}

function raise(): never {
  throw new Error('the sample has no cells');
}

function sampleTrials(): Trial[] {
  const next = random(SEED);
  const trials: Trial[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const cell of sampleCells) {
      for (const probed of [true, false]) trials.push(sampleTrial(cell, trials.length, round, probed, next));
    }
  }
  const cell = sampleCells[5] ?? raise();
  const lost = sampleTrial(cell, trials.length, ROUNDS, true, next);
  const { ledger } = lost;
  trials.push({
    ...lost,
    valid: false,
    invalidReasons: ['3 packets that no drop counter explains'],
    reader: { ...lost.reader, packets: lost.reader.packets - 41, sequence: { ...lost.reader.sequence, missing: 41 } },
    ledger: { ...ledger, delivered: ledger.delivered - 41, drops: { 'veth-ring': 38 }, unexplained: 3 },
  });
  return trials;
}

const skippedRow: SummaryRow = {
  cell: 'sock-packet frameBytes=512 packetsPerSecond=20000',
  path: 'sock-packet',
  params: { frameBytes: 512, packetsPerSecond: 20000 },
  status: 'skipped',
  reason: 'this kernel refuses sockets of type SOCK_PACKET (EPERM)',
  metrics: {},
  stages: [],
  groups: [],
  closure: null,
  ledger: null,
  distributions: { latencyNs: null, batch: null },
  granted: {},
  trials: { probed: 0, unprobed: 0, invalid: 0 },
};

function comparisons(trials: Trial[], summary: SummaryRow[]): Comparison[] {
  const costs = (cell: string): number[] =>
    trials
      .filter((trial) => trial.cell === cell && trial.valid && !trial.probed)
      .map((trial) => (trial.reader.threadCpuNs + (trial.napiCpuNs ?? 0)) / trial.wirePackets);
  const bases = summary.filter((row) => row.path === 'tcp' && row.params['traffic'] === 'tcp-message');
  return bases.flatMap((base) =>
    ['packet-recvfrom', 'libpcap'].flatMap((path) => {
      const arm = summary.find((row) => row.path === path && row.params['frameBytes'] === base.params['frameBytes']);
      if (arm === undefined) return [];
      const over = costs(base.cell);
      const savings = costs(arm.cell).map((cost, round) => 100 * (1 - cost / (over[round] ?? Number.NaN)));
      return [
        {
          name: `${path} against tcp`,
          base: base.cell,
          arm: arm.cell,
          metric: 'unprobedCpuNsPerPacket',
          savingPercent: estimate(savings),
          articlePercent: path === 'libpcap' ? articleCaptureSaving : null,
        },
      ];
    }),
  );
}

export function stagePlan(path: string): StagePlan {
  const hook = (boundary: string, stage: string | null, target: string): BoundaryPlan => ({
    boundary,
    stage,
    tier: target === 'user-mark' ? 'user-mark' : 'tracepoint',
    targets: [target],
    programs: [`on_${target.replace(/^.*:/, '').replace(/-/g, '_')}`],
    reason: null,
    rejected: stage === 'copy' ? [{ target: 'fentry/skb_copy_datagram_iter', reason: 'EPERM' }] : [],
  });
  const tap: BoundaryPlan = {
    boundary: 'packet-tap:enter',
    stage: 'packet-tap',
    tier: null,
    targets: [],
    programs: [],
    reason: 'no tracepoint at packet_rcv; merged into net-rx',
    rejected: [{ target: 'fentry/packet_rcv', reason: 'EPERM' }],
  };
  return {
    path,
    object: 'stages.bpf.o',
    boundaries: [
      hook('hard-irq:enter', 'hard-irq', 'irq_vectors:local_timer_entry'),
      hook('gro:enter', 'gro', 'net:napi_gro_receive_entry'),
      hook('net-rx:enter', 'net-rx', 'net:netif_receive_skb'),
      ...(path === 'tcp' ? [hook('ip-tcp:enter', 'ip-tcp', 'tcp:tcp_probe')] : [tap]),
      hook('wake-up:enter', 'wake-up', 'sched:sched_waking'),
      ...(path === 'libpcap' ? [] : [hook('copy:enter', 'copy', 'skb:skb_copy_datagram_iovec')]),
      hook('user:enter', 'user', 'user-mark'),
    ],
  };
}

export const calibration: RunRecord['calibrations'][number] = {
  at: '2026-11-23T12:00:00.000Z',
  cpu: 1,
  object: 'calibrate.bpf.o',
  trigger: 'bpf_trigger_tp',
  hitsPerBatch: 20000,
  batches: 21,
  base: { low: 61.2, median: 62, high: 63.9 },
  empty: { low: 18.1, median: 18.8, high: 20.2 },
  floor: { low: 53.4, median: 54.6, high: 57.1 },
  edge: { low: SAMPLE_EDGE_NS - 1.3, median: SAMPLE_EDGE_NS, high: SAMPLE_EDGE_NS + 2.2 },
  pass: { low: 20.9, median: 21.7, high: 23.3 },
  mark: { low: 40.8, median: 41.5, high: 44 },
  marks: null,
  ways: [],
};

export const environment: RunRecord['environment'] = {
  kernelRelease: '6.18.44',
  kernelVersion: '#1 SMP PREEMPT_DYNAMIC',
  kernelConfigDigest: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  commandLine: 'console=ttyS0 root=/dev/vda1 quiet',
  mitigations: { spectre_v2: 'Mitigation: Retpolines', meltdown: 'Not affected' },
  hz: 250,
  preemption: 'voluntary',
  cpuModel: 'Sample CPU',
  cpus: 2,
  allowedCpus: [0, 1],
  governor: null,
  hypervisor: 'kvm',
  clockSource: 'tsc',
  sysctls: { 'net.core.netdev_budget': '300', 'net.core.rmem_max': '212992' },
  software: { node: '20.20.2', libbpf: '1.1', libpcap: '1.10.3' },
  memoryBytes: 4 * 2 ** 30,
  load: { before: 0.31, after: 1.2 },
  stealPercent: 0.42,
};

export const testbed: NonNullable<RunRecord['testbed']> = {
  kind: 'veth',
  card: null,
  interrupts: {},
  isolation: 'napi-thread',
  receiverCpu: 1,
  senderCpu: 0,
  mtu: 1500,
  features: {
    receiver: { before: { 'generic-receive-offload': 'off' }, after: { 'generic-receive-offload': 'on' } },
    sender: { before: { 'tcp-segmentation-offload': 'on' }, after: { 'tcp-segmentation-offload': 'off' } },
  },
  sysctls: { 'net.ipv6.conf.all.disable_ipv6': 1 },
  addresses: { receiver: '198.18.0.1', sender: '198.18.0.2' },
  priorities: { receiverNice: -20, senderNice: -20 },
};

/** The sample as committed. */
export function sampleText(): string {
  return recordText(sampleRecord());
}

/** JSON with one line for each element of its lists, so that a change reads well. */
export function recordText(record: RunRecord): string {
  const fields = Object.entries(record).map(([key, value]) => {
    const lines = Array.isArray(value)
      ? `[\n${value.map((each) => JSON.stringify(each)).join(',\n')}\n]`
      : JSON.stringify(value);
    return `${JSON.stringify(key)}: ${lines}`;
  });
  return `{\n${fields.join(',\n')}\n}\n`;
}

// `node dist/test/support/sample-record.js --write` stores it anew.
if (process.argv[1] === fileURLToPath(import.meta.url) && process.argv[2] === '--write') {
  writeFileSync(samplePath, sampleText());
}
