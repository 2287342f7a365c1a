import type { EndpointSpec } from '../executor/contract.js';
import type { Testbed as TestbedRecord } from '../../reports/record.js';

/** Those that veth can be brought up with. */
export const isolations = ['inline', 'rps', 'napi-thread'] as const;
export type VethIsolation = (typeof isolations)[number];
/**
 * Where the receiver's kernel work runs:
 * - `inline`: on the sender's CPU, inside its send call (veth's backlog, no steering)
 * - `rps`: steered to the receiver's CPU by receive packet steering, in softirq
 * - `napi-thread`: in a NAPI thread pinned to the receiver's CPU (veth with GRO)
 * - `interrupt`: in interrupt and softirq context of the CPU that the receiver's card interrupts; the sender may share it
 */
export type Isolation = VethIsolation | 'interrupt';

export interface TestbedOptions {
  /** Names the namespaces and interfaces: pktpath-<id>-rx, … */
  runId: string;
  isolation: VethIsolation;
  receiverCpu: number;
  senderCpu: number;
  mtu: number;
}

/** Cumulative kernel counters; the ledger takes differences. */
export interface TestbedCounters {
  /** Frames that the receiver's interface counted. */
  receiverRxPackets: number;
  receiverRxBytes: number;
  receiverRxDropped: number;
  senderTxPackets: number;
  /** veth counts a full ring here, at the transmitter. */
  senderTxDropped: number;
  /** Column 2 of /proc/net/softnet_stat, all CPUs: backlog full. */
  softnetDropped: number;
  softnetTimeSqueeze: number;
  /** TcpRetransSegs in the sender's namespace. */
  tcpRetransSegs: number;
  /** UdpRcvbufErrors in the receiver's namespace. */
  udpRcvbufErrors: number;
}

export interface Testbed {
  readonly receiver: EndpointSpec;
  readonly sender: EndpointSpec;
  readonly isolation: Isolation;
  counters(): Promise<TestbedCounters>;
  /** What was set and found, read back from the kernel, for the record. */
  describe(): TestbedRecord;
  /** Removes everything it made; safe to call twice, and from a signal's cleanup. */
  down(): Promise<void>;
}
