import type { Histogram } from '../../reports/record.js';
import type { TrialResult, TrialSpec } from '../../harness/executor/contract.js';

/** A mock's result whose stage costs so many ns a packet more, in a probed trial. */
export function dearer(result: TrialResult, spec: TrialSpec, stage: string, nsPerPacket: number): TrialResult {
  const { probes } = result;
  if (probes === null) return result;
  const cpus = probes.cpus.map((account) => {
    if (account.cpu !== spec.receiver.cpu) return account;
    const added = nsPerPacket * result.wirePackets;
    const states = account.states.map((state) => {
      if (state.stage === stage) return { ...state, ns: state.ns + added };
      return state.owner === 'idle' ? { ...state, ns: state.ns - added } : state;
    });
    return { ...account, states };
  });
  return { ...result, probes: { ...probes, cpus } };
}

/** The same, with delays where they are taken, and batches. */
export function withReading(result: TrialResult, latency: Histogram | null, batches: Histogram): TrialResult {
  return { ...result, reader: { ...result.reader, latency, batches } };
}

/** A hundred values spread evenly from 0 to the end. */
export function uniform(end: number): Histogram {
  const bins = Array.from({ length: 100 }, (_, index) => index);
  return { lowerBounds: bins.map((bin) => ((bin + 0.5) * end) / 100), counts: bins.map(() => 1) };
}

export function allAt(value: number): Histogram {
  return { lowerBounds: [value], counts: [100] };
}
