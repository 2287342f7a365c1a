import type { TrialResult } from '../harness/executor/contract.js';
import type { TrialEvidence } from '../harness/run/validity.js';

/** What one trial says of the receiver. */
export interface RoadCost {
  /** Packets (TCP: messages) in the reader's hand per second of the window. */
  packetsPerSecond: number;
  /**
   * CPU time of one packet's road, ns: of the NAPI thread for each packet that it took off the wire, and of the reader
   * for each that it got. So a packet that was dropped in between counts for the part that it went.
   */
  cpuNsPerPacket: number;
  /** CPU time of both threads over the window: near 1 when the receiver's core is what limits. */
  busy: number;
  /** Share of what was sent that did not arrive; for TCP, where nothing is lost, 0. */
  lost: number;
  /** Frames on the wire while the trial's window was open. */
  wirePackets: number;
  /** Tracepoint hits on that road per packet; null without probes. */
  hitsPerPacket: number | null;
}

export function roadCost({ spec, result, ledger }: TrialEvidence): RoadCost {
  const { reader, napiCpuNs, windowNs, wirePackets } = result;
  const napi = napiCpuNs ?? 0;
  return {
    packetsPerSecond: (reader.packets * 1e9) / windowNs,
    cpuNsPerPacket: napi / wirePackets + reader.threadCpuNs / reader.packets,
    busy: (napi + reader.threadCpuNs) / windowNs,
    lost: ledger.sent === 0 ? 0 : 1 - ledger.delivered / ledger.sent,
    wirePackets,
    hitsPerPacket: hitsPerPacket(result, spec.receiver.cpu),
  };
}

/**
 * Hits on the receiver's CPU, the reader's for each packet that it got and all others for each on the wire. A hit
 * enters a state or passes in one. States that the reader's own marks entered were hit by no tracepoint; leaving a
 * softirq or an interrupt enters none, and both are rare where the NAPI thread polls all the time.
 */
export function hitsPerPacket({ probes, reader, wirePackets }: TrialResult, receiverCpu: number): number | null {
  const account = probes?.cpus.find(({ cpu }) => cpu === receiverCpu);
  if (account === undefined) return null;
  let inReader = 0;
  let others = 0;
  for (const { layer, owner, stage, entries, passes } of account.states) {
    const marked = layer === 'task' && owner === 'receiver' && stage === 'user';
    const hits = passes + (marked ? 0 : entries);
    if (layer === 'task' && owner === 'receiver') inReader += hits;
    else if (owner !== 'idle') others += hits;
  }
  return inReader / reader.packets + others / wirePackets;
}
