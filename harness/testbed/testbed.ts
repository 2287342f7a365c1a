import type { EndpointSpec } from '../executor/contract.js';
import type { Testbed as TestbedRecord } from '../../reports/record.js';

/** Those that veth can be brought up with. */
export const isolations = ['inline', 'rps', 'napi-softirq', 'napi-thread'] as const;
export type VethIsolation = (typeof isolations)[number];
/**
 * Where the receiver's kernel work runs:
 * - `inline`: on the sender's CPU, inside its send call (veth's backlog, no steering)
 * - `rps`: steered to the receiver's CPU by receive packet steering, in softirq
 * - `napi-softirq`: by NAPI (veth with GRO) in softirq, on the CPU whose call or timer sets it going: at first the sender's
 * - `napi-thread`: in a NAPI thread pinned to the receiver's CPU (veth with GRO)
 * - `interrupt`: in interrupt and softirq context of the CPU that the receiver's card interrupts; the sender may share it
 */
export type Isolation = VethIsolation | 'interrupt';

/** Whether the receiver's device has NAPI of its own: veth with GRO, and every card. */
export function hasNapi(isolation: Isolation): boolean {
  return isolation !== 'inline' && isolation !== 'rps';
}

/** How the receiver's end takes packets in. */
export interface Reception {
  isolation: Isolation;
  /** gro_flush_timeout, ns: how soon the timer polls again while notification is put off; 0: no timer. */
  groFlushTimeoutNs: number;
  /** napi_defer_hard_irqs: notification stays off until so many polls in a row found nothing; 0: it is never put off. */
  deferHardIrqs: number;
  /** `napi-softirq` with notification put off for good: the timer runs where the first poll ran, the receiver's CPU. */
  pollOnReceiver: boolean;
  /** Sysctls of the whole machine, by name, for as long as this lasts. */
  machineSysctls: Record<string, number>;
}

export interface TestbedOptions {
  /** Names the namespaces and interfaces: pktpath-<id>-rx, … */
  runId: string;
  isolation: Isolation;
  receiverCpu: number;
  senderCpu: number;
  /** Sender and receiver share a CPU on purpose: a guest has only one. */
  sharedCpu?: true;
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
  /**
   * Takes packets in this way from now on.
   * @throws exit code 4 when this kernel or device cannot do it; 1 when it does not do what was asked
   */
  arrange(reception: Reception): Promise<void>;
  counters(): Promise<TestbedCounters>;
  /** What was set and found, read back from the kernel, for the record. */
  describe(): TestbedRecord;
  /** Removes everything it made; safe to call twice, and from a signal's cleanup. */
  down(): Promise<void>;
}
