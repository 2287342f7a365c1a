import type { PathName } from '../../harness/executor/contract.js';
import { libpcap, recvfrom, stagesOf, tcpMessage, type Figures, type SampleStage } from './sample-cells.js';

/**
 * The roads of the sample record of experiment paths. Magnitudes and their order are those seen on small virtual
 * machines with 64-byte frames; no figure is a measurement.
 */
export interface SampleRoad {
  path: PathName;
  variant?: string;
  /** What a packet costs at 10 000 packets a second, by stage. */
  stages: SampleStage[];
  /** Measured without probes alone. */
  unprobedOnly?: true;
  callsPerPacket: number;
  wakeUpsPerPacket: number;
  copiedBytes: number;
  /** Packets that a call or a block brings, on the mean. */
  batch: number;
  /** Half of all packets wait no longer; one in a hundred longer than `slowNs`. Null where the kernel takes them. */
  delay: { medianNs: number; slowNs: number } | null;
  /** As fast as the sender goes: kpps offered and delivered, and where the rest is lost. */
  saturation: { offered: number; delivered: number; layer: string };
  /** kpps; null where nothing was searched. */
  search: { ndr: number; pdr: number } | null;
  /** What it takes from a TCP transfer that it looks on at, percent; null where it does not look on. */
  takesPercent: number | null;
  granted: Record<string, string | number | boolean>;
}

export const skippedRoads: { path: PathName; variant: string; reason: string }[] = [
  {
    path: 'af-xdp',
    variant: 'native-zero-copy',
    reason: 'bind of an AF_XDP socket with XDP_ZEROCOPY on veth-r: EOPNOTSUPP, the driver has no zero copy',
  },
];

/** Counted by a program where the packet is: no reader, no copy. */
const inKernel: Figures[] = [
  ['hard-irq', 38, 0.08, 'irq_vectors:local_timer_entry irq_vectors:local_timer_exit'],
  ['driver-rx', 236, 1.12, 'sched:sched_switch napi:napi_poll'],
  ['gro', 251, 1, 'net:napi_gro_receive_entry'],
  ['net-rx', 182, 1, 'net:netif_receive_skb'],
  ['unattributed', 12, 0.1, ''],
];

function scaled(figures: Figures[], factor: number): SampleStage[] {
  return stagesOf(figures).map((stage) => ({ ...stage, ns: stage.ns * factor }));
}

const socketBuffer = { receiveBufferBytes: 8_388_608 };
const ring = (tpacketVersion: number): SampleRoad['granted'] => ({ tpacketVersion, ringBytes: 16_777_216 });

const call = { callsPerPacket: 1, wakeUpsPerPacket: 0.97, copiedBytes: 64, batch: 1, granted: socketBuffer };
const late = { medianNs: 21_000, slowNs: 310_000 };
const looksOn = { stages: scaled(recvfrom(64), 1), ...call, delay: late };

export const sampleRoads: SampleRoad[] = [
  {
    ...call,
    path: 'tcp',
    stages: scaled(tcpMessage(64), 1),
    delay: { medianNs: 34_000, slowNs: 420_000 },
    saturation: { offered: 0, delivered: 0, layer: 'socket' },
    search: null,
    takesPercent: null,
  },
  {
    ...call,
    path: 'udp',
    stages: scaled(recvfrom(64), 1.13),
    delay: late,
    saturation: { offered: 430, delivered: 81.4, layer: 'socket' },
    search: { ndr: 41.2, pdr: 66 },
    takesPercent: null,
  },
  {
    ...call,
    path: 'udp-recvmmsg',
    stages: scaled(recvfrom(64), 1.05),
    callsPerPacket: 0.71,
    batch: 6,
    delay: late,
    saturation: { offered: 428, delivered: 83.1, layer: 'socket' },
    search: { ndr: 40.1, pdr: 71 },
    takesPercent: null,
  },
  {
    ...looksOn,
    path: 'sock-packet',
    saturation: { offered: 431, delivered: 66.2, layer: 'socket' },
    search: { ndr: 51, pdr: 58 },
    takesPercent: 31,
  },
  {
    ...looksOn,
    path: 'packet-recvfrom',
    saturation: { offered: 433, delivered: 62.8, layer: 'socket' },
    search: { ndr: 54, pdr: 61 },
    takesPercent: 29,
  },
  {
    ...looksOn,
    path: 'packet-recvfrom',
    variant: 'spin',
    unprobedOnly: true,
    wakeUpsPerPacket: 0,
    callsPerPacket: 9.4,
    delay: { medianNs: 1700, slowNs: 9000 },
    saturation: { offered: 429, delivered: 91.5, layer: 'veth-ring' },
    search: { ndr: 12.5, pdr: 80 },
    takesPercent: null,
  },
  {
    ...looksOn,
    path: 'packet-recvmmsg',
    stages: scaled(recvfrom(64), 0.94),
    callsPerPacket: 0.62,
    batch: 9,
    saturation: { offered: 436, delivered: 70.5, layer: 'socket' },
    search: { ndr: 49.2, pdr: 64 },
    takesPercent: 27,
  },
  ...(['tpacket-v1', 'tpacket-v2'] as const).map((path, index): SampleRoad => ({
    ...looksOn,
    path,
    stages: scaled(libpcap(64), 1.9 - 0.04 * index),
    callsPerPacket: 0.83,
    batch: 1,
    saturation: { offered: 441, delivered: 179 + 29 * index, layer: 'ring' },
    search: { ndr: 96 + 12 * index, pdr: 131 },
    takesPercent: 18,
    granted: ring(index + 1),
  })),
  {
    ...looksOn,
    path: 'tpacket-v3',
    stages: scaled(libpcap(64), 0.93),
    callsPerPacket: 0.02,
    wakeUpsPerPacket: 0.02,
    batch: 180,
    delay: { medianNs: 4_100_000, slowNs: 8_200_000 },
    saturation: { offered: 462, delivered: 461.9, layer: 'ring' },
    search: { ndr: 359, pdr: 455 },
    takesPercent: 11,
    granted: ring(3),
  },
  {
    ...looksOn,
    path: 'tpacket-v3',
    variant: '2 workers',
    unprobedOnly: true,
    callsPerPacket: 0.02,
    wakeUpsPerPacket: 0.02,
    batch: 90,
    delay: { medianNs: 4_300_000, slowNs: 8_800_000 },
    saturation: { offered: 455, delivered: 454.98, layer: 'ring' },
    search: { ndr: 371, pdr: 449 },
    takesPercent: null,
    granted: { ...ring(3), workers: 2 },
  },
  {
    ...looksOn,
    path: 'libpcap',
    variant: 'immediate',
    stages: scaled(libpcap(64), 2.6),
    callsPerPacket: 0.98,
    batch: 1,
    saturation: { offered: 427, delivered: 53.3, layer: 'socket' },
    search: { ndr: 15.2, pdr: 37 },
    takesPercent: 24,
    granted: { ...ring(2), ringBytes: 2_097_152, snaplen: 262_144 },
  },
  {
    ...looksOn,
    path: 'libpcap',
    variant: 'buffer 32 MiB',
    stages: scaled(libpcap(64), 1),
    callsPerPacket: 0.03,
    wakeUpsPerPacket: 0.03,
    batch: 160,
    delay: { medianNs: 52_000_000, slowNs: 99_000_000 },
    saturation: { offered: 458, delivered: 409, layer: 'socket' },
    search: { ndr: 290, pdr: 352 },
    takesPercent: 12,
    granted: { ...ring(3), ringBytes: 33_554_432, snaplen: 262_144 },
  },
  ...(['generic', 'native-copy'] as const).map((mode, index): SampleRoad => ({
    ...looksOn,
    path: 'af-xdp',
    variant: mode,
    stages: scaled(inKernel, 1.55 - 0.7 * index),
    callsPerPacket: 0.4,
    wakeUpsPerPacket: 0.4,
    batch: 4,
    saturation: { offered: 2900, delivered: 741 + 1151 * index, layer: 'xdp-ring' },
    search: { ndr: 44 + 6 * index, pdr: 512 + 700 * index },
    takesPercent: null,
    granted: { xdpMode: mode, zeroCopy: false, ringBytes: 16_777_216 },
  })),
  ...(['generic', 'native'] as const).map((mode, index): SampleRoad => ({
    path: 'xdp-count',
    variant: mode,
    stages: scaled(inKernel, 1.1 - 0.6 * index),
    callsPerPacket: 0,
    wakeUpsPerPacket: 0,
    copiedBytes: 0,
    batch: 0,
    delay: null,
    saturation: { offered: 5400, delivered: 1344 + 4056 * index, layer: 'veth-ring' },
    search: { ndr: 57, pdr: 1290 + 4010 * index },
    takesPercent: null,
    granted: { xdpMode: mode },
  })),
  ...(['tc-count', 'socket-filter-count'] as const).map((path, index): SampleRoad => ({
    path,
    stages: scaled(inKernel, 1.2 + 0.1 * index),
    callsPerPacket: 0,
    wakeUpsPerPacket: 0,
    copiedBytes: 0,
    batch: 0,
    delay: null,
    saturation: { offered: 1480, delivered: 677 - 90 * index, layer: 'veth-ring' },
    search: index === 0 ? { ndr: 23, pdr: 610 } : null,
    takesPercent: index === 0 ? null : 3,
    granted: {},
  })),
];
