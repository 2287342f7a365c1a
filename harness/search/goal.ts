import { usageError } from '../errors.js';

/**
 * What a search looks for, in the words of MLRsearch (RFC 9971, draft-ietf-bmwg-mlrsearch): the highest load at which at
 * most `exceedRatio` of the trial time shows a loss above `lossRatio`.
 */
export interface SearchGoal {
  /** NDR: no drop; PDR: a given partial drop. */
  name: 'NDR' | 'PDR';
  /** A trial with a larger share lost is a high-loss trial. 0 ≤ ratio < 1. */
  lossRatio: number;
  /** Share of the trial time at a load that may be high-loss, and the load still meets the goal. 0 ≤ ratio < 1. */
  exceedRatio: number;
  /** Upper over lower bound less 1, at most. */
  width: number;
  /** Length of the first, coarse trials; at most the final one. */
  initialTrialSeconds: number;
  /** A trial this long, or longer, is full-length; a lower bound needs such ones. */
  finalTrialSeconds: number;
  /** Full-length trials of this length in all always decide a load. */
  durationSumSeconds: number;
}

/** A set of goals and how many trials they may take together. */
export interface SearchPlan {
  goals: readonly SearchGoal[];
  maxTrials: number;
}

/**
 * A load that a sender achieves within this share of the asked one is the asked one: pacing jitter. Further below, the
 * trial counts for the load that it had. A tenth of the coarser width below, a fifth of the finer.
 */
export const pacingTolerance = 0.01;

/** A narrower width would claim more than the pacing gives: each bound may be off by the tolerance. */
export const minWidth = 2 * pacingTolerance;

/** CSIT's loss ratios for the two names (FD.io CSIT, methodology, MLR Search). */
const ndrLossRatio = 0;
const pdrLossRatio = 0.005;

/** RFC 9971's recommendation: the smallest variation of the search's length. */
const exceedRatio = 0.5;

/**
 * For a first look: one low-loss trial of 0.1 s makes a lower bound, two high-loss ones an upper bound (the loss
 * verification of ETSI TST 009 with max(r) = 2). In simulation 5 trials where loss begins sharply, 9 with bursts of loss
 * in a tenth of the trials, 16 where overload slows the receiver down (medians).
 */
export const quickPlan: SearchPlan = {
  goals: goalPair({ width: 0.1, initialTrialSeconds: 0.1, finalTrialSeconds: 0.1, durationSumSeconds: 0.2 }),
  maxTrials: 40,
};

/**
 * For results: five of at most nine 1 s trials have to agree on a load; trials of a quarter second find which loads. 15, 25
 * and 29 trials for the same three, which send for 11 to 18 s: with the set-up of each trial about a minute a path.
 */
export const fullPlan: SearchPlan = {
  goals: goalPair({ width: 0.05, initialTrialSeconds: 0.25, finalTrialSeconds: 1, durationSumSeconds: 9 }),
  maxTrials: 120,
};

function goalPair(
  common: Pick<SearchGoal, 'width' | 'initialTrialSeconds' | 'finalTrialSeconds' | 'durationSumSeconds'>,
): SearchGoal[] {
  return [
    { name: 'NDR', lossRatio: ndrLossRatio, exceedRatio, ...common },
    { name: 'PDR', lossRatio: pdrLossRatio, exceedRatio, ...common },
  ];
}

/**
 * The limits that RFC 9971 sets for a goal's attributes, and our own for the width.
 * @throws PktpathError (usage) when one is not kept
 */
export function checkGoal(goal: SearchGoal): void {
  const refuse = (what: string, value: number, why: string) => {
    throw usageError(`the search goal ${goal.name} has ${what} of ${value}: ${why}`);
  };
  if (!isRatio(goal.lossRatio)) refuse('a loss ratio', goal.lossRatio, 'it must be at least 0 and below 1');
  if (!isRatio(goal.exceedRatio)) refuse('an exceed ratio', goal.exceedRatio, 'it must be at least 0 and below 1');
  if (!(goal.width >= Math.max(minWidth, goal.lossRatio) && Number.isFinite(goal.width))) {
    refuse(
      'a width',
      goal.width,
      `it must be at least ${minWidth}, which the pacing gives, and not below the loss ratio`,
    );
  }
  const { initialTrialSeconds: initial, finalTrialSeconds: final, durationSumSeconds: sum } = goal;
  if (!(final > 0 && Number.isFinite(final))) refuse('a final trial', final, 'it must be longer than 0 s');
  if (!(initial > 0 && initial <= final)) {
    refuse('an initial trial', initial, `it must be longer than 0 s and at most as long as the final one, ${final} s`);
  }
  if (!(sum >= final && Number.isFinite(sum))) {
    refuse('a duration sum', sum, `it must be at least one final trial, ${final} s`);
  }
}

function isRatio(value: number): boolean {
  return value >= 0 && value < 1;
}
