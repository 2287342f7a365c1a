import type { FlowCounts, ProbeResult } from '../executor/contract.js';
import type { Trial } from '../../reports/record.js';
import { histogramQuantile } from '../statistics/quantile.js';
import type { TestbedCounters } from '../testbed/testbed.js';
import { achievedPacketsPerSecond, invalidReasons } from './validity.js';
import type { TrialEvidence } from './validity.js';

/** Where a trial stands in the run. */
export interface TrialPlace {
  index: number;
  round: number;
  cell: string;
  probed: boolean;
  purpose: Trial['purpose'];
  /** Which boot of the guest; null on this machine. */
  boot: number | null;
  /** The clock counts instructions. */
  exact: boolean;
}

/** A trial as the record keeps it, judged. @param grown differences of the kernel's counters around it */
export function trialRecord(place: TrialPlace, evidence: TrialEvidence, grown: TestbedCounters): Trial {
  const { spec, result, ledger, stealPercent, frequencies = [] } = evidence;
  const { exact, ...where } = place;
  const { sent, bytes, refused, elapsedNs, lateness, latenessMaxNs, threadCpuNs } = result.generator;
  const reasons = invalidReasons(evidence);
  return {
    ...where,
    startedAt: result.startedAt,
    windowNs: result.windowNs,
    valid: reasons.length === 0,
    invalidReasons: reasons,
    generator: {
      sent,
      bytes,
      refused,
      elapsedNs,
      offeredPacketsPerSecond: spec.generator.packetsPerSecond,
      achievedPacketsPerSecond: achievedPacketsPerSecond(result, spec.generator),
      lateness,
      latenessP50Ns: histogramQuantile(lateness, 0.5),
      latenessP99Ns: histogramQuantile(lateness, 0.99),
      latenessMaxNs,
      threadCpuNs,
    },
    reader: result.reader,
    wirePackets: result.wirePackets,
    napiCpuNs: result.napiCpuNs,
    senderNapiCpuNs: result.senderNapiCpuNs,
    ledger,
    counters: { ...grown },
    stealPercent,
    ...(frequencies.length === 0 ? {} : { frequencies }),
    ...(result.flows === undefined ? {} : { flows: flowSums(result.flows) }),
    ...(result.triggers === undefined ? {} : { triggers: result.triggers }),
    ...(result.soaking === undefined ? {} : { soaking: result.soaking }),
    observedBytes: result.observed?.bytes ?? null,
    probes: result.probes === null ? null : probesRecord(result.probes, exact),
    emulator: result.emulator ?? null,
  };
}

/** The flows themselves would be thousands. */
function flowSums({ each, untracked }: FlowCounts): NonNullable<Trial['flows']> {
  const sum = (of: (flow: FlowCounts['each'][number]) => number): number =>
    each.reduce((total, flow) => total + of(flow), 0);
  return { flows: each.length, packets: sum(({ packets }) => packets), bytes: sum(({ bytes }) => bytes), untracked };
}

/** A guest's nanosecond is an instruction, and is called so. */
function probesRecord(probes: ProbeResult, exact: boolean): Trial['probes'] {
  if (!exact) return probes;
  const cpus = probes.cpus.map((cpu) => ({
    ...cpu,
    states: cpu.states.map(({ ns, ...state }) => ({ ...state, instructions: ns })),
  }));
  return { ...probes, cpus };
}
