import type { PathName, TrafficKind } from '../../harness/executor/contract.js';

/**
 * The cells of the sample record: what each stage costs there. Magnitudes are in the range seen on small virtual
 * machines; no figure is a measurement.
 */
export interface SampleCell {
  path: PathName;
  traffic: TrafficKind;
  variant?: string;
  frameBytes: number;
  packetsPerSecond: number | null;
  stages: SampleStage[];
  callsPerPacket: number;
  wakeUpsPerPacket: number;
}

export interface SampleStage {
  stage: string;
  label: string;
  /** What the stage takes without probes, ns for each packet. */
  ns: number;
  /** Boundary hits that enter it, for each packet. */
  events: number;
  targets: string[];
}

/** Stage, ns and events for each packet, and the hook that ends up with it. */
export type Figures = [stage: string, ns: number, events: number, targets: string, label?: string];

const napi = 'sched:sched_switch napi:napi_poll';
const idle: Figures[] = [
  ['hard-irq', 38, 0.08, 'irq_vectors:local_timer_entry irq_vectors:local_timer_exit'],
  // Smaller than its own probes: printed as below probe cost.
  ['softirq-other', 4, 0.21, 'irq:softirq_entry irq:softirq_exit'],
];

export function recvfrom(bytes: number): Figures[] {
  return [
    ...idle,
    ['driver-rx', 236, 1.12, napi],
    ['gro', 251, 1, 'net:napi_gro_receive_entry'],
    ['net-rx', 402, 2, 'net:netif_receive_skb sock:sk_data_ready', 'net-rx (with packet-tap)'],
    ['wake-up', 164, 0.31, 'sched:sched_waking'],
    ['syscall-entry', 447, 1.22, 'user-mark'],
    ['copy', 421 + 0.09 * bytes, 1, 'skb:skb_copy_datagram_iovec skb:consume_skb'],
    ['syscall-return', 512, 2, 'skb:consume_skb user-mark'],
    ['user', 372, 1, 'user-mark'],
    ['unattributed', 21, 0.12, ''],
  ];
}

export function libpcap(bytes: number): Figures[] {
  return [
    ...idle,
    ['driver-rx', 248, 1.12, napi],
    ['gro', 258, 1, 'net:napi_gro_receive_entry'],
    [
      'net-rx',
      911 + 0.11 * bytes,
      2.01,
      'net:netif_receive_skb skb:consume_skb',
      'net-rx (with packet-tap and ring copy)',
    ],
    ['wake-up', 118, 0.09, 'sched:sched_waking'],
    ['syscall-entry', 47, 0.04, 'user-mark'],
    ['syscall-return', 22, 0.04, 'user-mark'],
    ['user', 96, 0.04, 'user-mark'],
    ['unattributed', 18, 0.11, ''],
  ];
}

export function tcpMessage(bytes: number): Figures[] {
  return [
    ...idle,
    ['driver-rx', 842, 1.3, napi],
    ['gro', 391, 1, 'net:napi_gro_receive_entry'],
    ['net-rx', 612, 1, 'net:netif_receive_skb'],
    ['ip-tcp', 1287, 1, 'tcp:tcp_probe'],
    ['wake-up', 2313, 1.6, 'sock:sk_data_ready sched:sched_waking'],
    ['transmit', 1731, 1.9, 'net:netif_rx'],
    ['syscall-entry', 1942, 1.4, 'user-mark'],
    ['copy', 468 + 0.21 * bytes, 1, 'skb:skb_copy_datagram_iovec tcp:tcp_rcv_space_adjust'],
    ['syscall-return', 733, 2, 'tcp:tcp_rcv_space_adjust user-mark'],
    ['user', 318, 1, 'user-mark'],
    ['unattributed', 44, 0.2, ''],
  ];
}

const tcpBulk: Figures[] = [
  ...idle,
  ['driver-rx', 143, 0.31, napi],
  ['gro', 322, 1, 'net:napi_gro_receive_entry'],
  ['net-rx', 61, 0.18, 'net:netif_receive_skb'],
  ['ip-tcp', 97, 0.18, 'tcp:tcp_probe'],
  ['wake-up', 83, 0.04, 'sock:sk_data_ready sched:sched_waking'],
  ['transmit', 121, 0.21, 'net:netif_rx'],
  ['syscall-entry', 54, 0.11, 'user-mark'],
  ['copy', 618, 0.24, 'skb:skb_copy_datagram_iovec tcp:tcp_rcv_space_adjust'],
  ['syscall-return', 71, 0.2, 'tcp:tcp_rcv_space_adjust user-mark'],
  ['user', 33, 0.1, 'user-mark'],
  ['unattributed', 9, 0.03, ''],
];

export function stagesOf(figures: Figures[]): SampleStage[] {
  return figures.map(([stage, ns, events, targets, label]) => ({
    stage,
    label: label ?? stage,
    ns,
    events,
    targets: targets === '' ? [] : targets.split(' '),
  }));
}

const sizes = [64, 512, 1514];

export const sampleCells: SampleCell[] = [
  ...sizes.map((frameBytes): SampleCell => ({
    path: 'tcp',
    traffic: 'tcp-message',
    frameBytes,
    packetsPerSecond: 20000,
    stages: stagesOf(tcpMessage(frameBytes)),
    callsPerPacket: 1,
    wakeUpsPerPacket: 0.81,
  })),
  {
    path: 'tcp',
    traffic: 'tcp-bulk',
    frameBytes: 1514,
    packetsPerSecond: null,
    stages: stagesOf(tcpBulk),
    callsPerPacket: 0.11,
    wakeUpsPerPacket: 0.02,
  },
  ...sizes.map((frameBytes): SampleCell => ({
    path: 'packet-recvfrom',
    traffic: 'raw',
    frameBytes,
    packetsPerSecond: 20000,
    stages: stagesOf(recvfrom(frameBytes)),
    callsPerPacket: 1,
    wakeUpsPerPacket: 0.27,
  })),
  ...sizes.map((frameBytes): SampleCell => ({
    path: 'libpcap',
    traffic: 'raw',
    frameBytes,
    packetsPerSecond: 20000,
    stages: stagesOf(libpcap(frameBytes)),
    callsPerPacket: 0.03,
    wakeUpsPerPacket: 0.03,
  })),
];
