import { failure } from '../harness/errors.js';
import { readCpuTimes, stealPercent } from '../harness/environment/cpu-times.js';
import type { ProbeSpec } from '../harness/executor/contract.js';
import { checkInterrupted, unlessInterrupted } from '../harness/run/interruption.js';
import type { Cell } from '../harness/run/experiment.js';
import { counterDifferences, ledgerOf } from '../harness/run/ledger.js';
import { trialSpec } from '../harness/run/trial-spec.js';
import { invalidReasons } from '../harness/run/validity.js';
import type { TrialEvidence } from '../harness/run/validity.js';
import type { Bed } from './bed.js';
import type { Tell } from './section.js';

/** A trial that a noisy machine spoiled may be good the next time; one that fails this often has another cause. */
const attempts = 5;

/**
 * One accepted trial: its ledger closes, its sequence is whole, and its probes, if any, lost nothing that matters.
 * @throws PktpathError (failed) when a trial cannot be run, or none of several is valid
 */
export async function validTrial(bed: Bed, cell: Cell, probes: ProbeSpec | null, tell: Tell): Promise<TrialEvidence> {
  let reasons: string[] = [];
  for (let attempt = 0; attempt < attempts; attempt++) {
    const evidence = await runOnce(bed, cell, probes);
    reasons = invalidReasons(evidence);
    if (reasons.length === 0) return evidence;
    tell(`${cell.key}: repeated: ${reasons.join('; ')}`);
  }
  throw failure(`${attempts} trials of ${cell.key} in a row do not count, the last one for: ${reasons.join('; ')}`);
}

async function runOnce(bed: Bed, cell: Cell, probes: ProbeSpec | null): Promise<TrialEvidence> {
  const { executor, testbed, cpus, signal } = bed;
  checkInterrupted(signal);
  const spec = trialSpec(cell, testbed, probes);
  const [counters, times] = [await testbed.counters(), await readCpuTimes()];
  const result = await unlessInterrupted(signal, () => executor.runTrial(spec));
  const steal = stealPercent(times, await readCpuTimes(), [cpus.receiverCpu, cpus.senderCpu]);
  const grown = counterDifferences(counters, await testbed.counters());
  return { spec, result, ledger: ledgerOf(spec, result, grown), stealPercent: steal };
}
