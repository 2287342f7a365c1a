import type { SearchGoal as SearchGoalRow } from '../../reports/record.js';
import { usageError } from '../errors.js';
import { checkGoal } from './goal.js';
import type { SearchGoal, SearchPlan } from './goal.js';
import { goalResult } from './goal-result.js';
import { nextLoad } from './next-load.js';
import type { LoadRange } from './next-load.js';
import { SenderLimit, withoutJitter } from './sender-limit.js';
import { TrialsByLoad } from './trials-by-load.js';

export interface RateSearchOptions extends SearchPlan {
  /** The smallest load to ask for, above 0. */
  minPacketsPerSecond: number;
  /** The largest load to ask for, where the search begins. */
  maxPacketsPerSecond: number;
}

/** A trial to run. */
export interface TrialRequest {
  packetsPerSecond: number;
  seconds: number;
}

/** How it went. */
export interface TrialOutcome {
  /** The load that the sender achieved: packets sent over the time it sent them in, losses included. */
  packetsPerSecond: number;
  /** How long it sent. */
  seconds: number;
  /** Above 0. */
  sent: number;
  lost: number;
}

/**
 * Searches the highest loads that meet several goals, with trials that all goals share: MLRsearch (RFC 9971,
 * draft-ietf-bmwg-mlrsearch). The caller runs the trials, one for each `next`, and may take turns with other searches.
 *
 * The goal with the largest loss ratio comes first, each goal first with single initial trials, then to its full
 * duration sum; a result that makes a finished goal irregular again brings the search back to it.
 */
export class RateSearch {
  readonly #options: RateSearchOptions;
  readonly #trials = new TrialsByLoad();
  readonly #senderLimit: SenderLimit;
  #trialCount = 0;

  /** @throws PktpathError (usage) when the range, a goal or the number of trials makes no sense */
  constructor(options: RateSearchOptions) {
    const { minPacketsPerSecond: min, maxPacketsPerSecond: max, goals, maxTrials } = options;
    if (!(min > 0 && max > min && Number.isFinite(max))) {
      throw usageError(
        `a search from ${min} to ${max} packets/s: the smallest load must be above 0 and below the largest`,
      );
    }
    if (goals.length === 0) throw usageError('a search without a goal');
    if (!(Number.isInteger(maxTrials) && maxTrials > 0)) throw usageError(`a search of ${maxTrials} trials`);
    goals.forEach(checkGoal);
    this.#options = options;
    this.#senderLimit = new SenderLimit(max);
  }

  /** How many trials were added. */
  get trialCount(): number {
    return this.#trialCount;
  }

  /** The trial to run next, the same until it is added; null when the search is over. */
  next(): TrialRequest | null {
    return this.#trialCount >= this.#options.maxTrials ? null : this.#choose();
  }

  /**
   * Adds the outcome of the trial that `next` gave. Load and length within the pacing tolerance count as asked; otherwise
   * the trial counts for the load that it had, and the sender's limit may come down to that (`SenderLimit`). A trial that
   * failed is not added, but run again.
   * @throws RangeError when no trial was asked for or the outcome is impossible
   */
  add({ packetsPerSecond, seconds, sent, lost }: TrialOutcome): void {
    const asked = this.next();
    if (asked === null) throw new RangeError('an outcome of a trial that the search did not ask for');
    if (!(packetsPerSecond > 0 && seconds > 0 && sent > 0 && lost >= 0 && lost <= sent)) {
      throw new RangeError(`a trial of ${seconds} s at ${packetsPerSecond} packets/s that lost ${lost} of ${sent}`);
    }
    const load = withoutJitter(packetsPerSecond, asked.packetsPerSecond);
    this.#trials.add(load, { seconds: withoutJitter(seconds, asked.seconds), sent, lost });
    this.#senderLimit.add(asked.packetsPerSecond, packetsPerSecond);
    this.#trialCount += 1;
  }

  /** One row a goal, in the order that the goals were given in. Final once `next` has given null. */
  results(): SearchGoalRow[] {
    const { goals, maxTrials, maxPacketsPerSecond: askedMax } = this.#options;
    const state = { range: this.#range(), askedMax, trials: this.#trialCount, maxTrials };
    return goals.map((goal) => goalResult(this.#trials, goal, state));
  }

  #range(): LoadRange {
    return { min: this.#options.minPacketsPerSecond, max: this.#senderLimit.ceiling };
  }

  #choose(): TrialRequest | null {
    const range = this.#range();
    if (range.max < range.min) return null;
    const byLoss = [...this.#options.goals].sort((a, b) => b.lossRatio - a.lossRatio);
    for (const goal of byLoss) {
      const coarse = coarseGoal(goal);
      const coarseLoad = nextLoad(this.#trials, coarse, null, range);
      if (coarseLoad !== null) return { packetsPerSecond: coarseLoad, seconds: coarse.finalTrialSeconds };
      const load = nextLoad(this.#trials, goal, coarse, range);
      if (load !== null) return { packetsPerSecond: load, seconds: goal.finalTrialSeconds };
    }
    return null;
  }
}

/**
 * The goal as far as a few initial trials tell: two at most (for an exceed ratio of a half, the second only when the first
 * was high-loss), so that one burst does not send the search far down.
 */
function coarseGoal(goal: SearchGoal): SearchGoal {
  return {
    ...goal,
    finalTrialSeconds: goal.initialTrialSeconds,
    durationSumSeconds: Math.min(goal.durationSumSeconds, 2 * goal.initialTrialSeconds),
  };
}
