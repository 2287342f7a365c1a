import type { SearchGoal } from './goal.js';

/** What one trial at a load gave. */
export interface LoadTrial {
  seconds: number;
  /** Packets that were sent, above 0. */
  sent: number;
  /** Of these, how many did not arrive. */
  lost: number;
}

/** What the trials at a load say about it for a goal. */
export type LoadClass = 'lower' | 'upper' | 'undecided';

/** What of a goal classifies loads. */
export type LoadCriteria = Pick<SearchGoal, 'lossRatio' | 'exceedRatio' | 'finalTrialSeconds' | 'durationSumSeconds'>;

/** Share lost of all packets of these trials. */
export function lossRatio(trials: readonly LoadTrial[]): number {
  let sent = 0;
  let lost = 0;
  for (const trial of trials) {
    sent += trial.sent;
    lost += trial.lost;
  }
  return lost / sent;
}

/**
 * The class of a load from all its trials: appendix "Load Classification Code" of RFC 9971 (draft-ietf-bmwg-mlrsearch),
 * under its names. `lower` when the load meets the goal even if all that is missing to the duration sum were high-loss,
 * `upper` when it fails even if all that were low-loss.
 *
 * Trials shorter than the final ones are folded in by their excess alone: high-loss time counts as far as low-loss time
 * does not balance it at the exceed ratio. Short low-loss trials never make a lower bound, since loss may begin later
 * than they end. No trials at all: undecided.
 */
export function classifyLoad(trials: readonly LoadTrial[], goal: LoadCriteria): LoadClass {
  const sums = durationSums(trials, goal);
  const exceedCoefficient = goal.exceedRatio / (1 - goal.exceedRatio);
  const positiveExcess = Math.max(0, sums.shortHighLoss - sums.shortLowLoss * exceedCoefficient);
  const effectiveHighLoss = sums.fullHighLoss + positiveExcess;
  const effectiveWhole = Math.max(sums.fullLowLoss + effectiveHighLoss, goal.durationSumSeconds);
  // Sums of tenths are off by some 1e-16 of themselves; a trial exactly on the limit is within it.
  const quantile = effectiveWhole * (goal.exceedRatio + roundingError);
  if (effectiveWhole - sums.fullLowLoss <= quantile) return 'lower';
  return effectiveHighLoss > quantile ? 'upper' : 'undecided';
}

const roundingError = 1e-12;

interface DurationSums {
  fullLowLoss: number;
  fullHighLoss: number;
  shortLowLoss: number;
  shortHighLoss: number;
}

/** Seconds of the trials by length and loss. */
function durationSums(trials: readonly LoadTrial[], goal: LoadCriteria): DurationSums {
  const sums: DurationSums = { fullLowLoss: 0, fullHighLoss: 0, shortLowLoss: 0, shortHighLoss: 0 };
  for (const trial of trials) {
    const isHighLoss = trial.lost / trial.sent > goal.lossRatio;
    const isFullLength = trial.seconds >= goal.finalTrialSeconds;
    if (isFullLength) sums[isHighLoss ? 'fullHighLoss' : 'fullLowLoss'] += trial.seconds;
    else sums[isHighLoss ? 'shortHighLoss' : 'shortLowLoss'] += trial.seconds;
  }
  return sums;
}
