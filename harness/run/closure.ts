import type { Trial } from '../../reports/record.js';
import { addUp, sharePercent } from './contributions.js';
import type { Contribution } from './contributions.js';

/** Σ states ∕ elapsed of the CPU that is farthest from 1. */
export function worstClosure(probed: readonly Trial[]): number {
  const ratios = probed.flatMap((trial) => (trial.probes?.cpus ?? []).map((cpu) => cpu.statesNs / cpu.elapsedNs));
  return ratios.reduce((worst, ratio) => (Math.abs(ratio - 1) > Math.abs(worst - 1) ? ratio : worst), 1);
}

export function unattributedPercent(trial: readonly Contribution[]): number {
  const unclaimed = addUp(trial.filter((each) => each.stage === 'unattributed'));
  return sharePercent(unclaimed.raw, addUp(trial).raw);
}
