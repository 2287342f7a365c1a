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
}

/** A trial as the record keeps it, judged. @param grown differences of the kernel's counters around it */
export function trialRecord(place: TrialPlace, evidence: TrialEvidence, grown: TestbedCounters): Trial {
  const { spec, result, ledger, stealPercent } = evidence;
  const { lateness, ...generator } = result.generator;
  const reasons = invalidReasons(evidence);
  return {
    ...place,
    startedAt: result.startedAt,
    windowNs: result.windowNs,
    valid: reasons.length === 0,
    invalidReasons: reasons,
    generator: {
      ...generator,
      offeredPacketsPerSecond: spec.generator.packetsPerSecond,
      achievedPacketsPerSecond: achievedPacketsPerSecond(result),
      lateness,
      latenessP50Ns: histogramQuantile(lateness, 0.5),
      latenessP99Ns: histogramQuantile(lateness, 0.99),
    },
    reader: result.reader,
    wirePackets: result.wirePackets,
    napiCpuNs: result.napiCpuNs,
    senderNapiCpuNs: result.senderNapiCpuNs,
    ledger,
    counters: { ...grown },
    stealPercent,
    probes: result.probes,
  };
}
