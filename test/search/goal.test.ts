import assert from 'node:assert/strict';
import { ExitCode, PktpathError } from '../../harness/errors.js';
import { checkGoal, fullPlan, quickPlan } from '../../harness/search/goal.js';
import type { SearchGoal } from '../../harness/search/goal.js';
import { RateSearch } from '../../harness/search/search.js';

const goal: SearchGoal = {
  name: 'PDR',
  lossRatio: 0.005,
  exceedRatio: 0.5,
  width: 0.05,
  initialTrialSeconds: 0.25,
  finalTrialSeconds: 1,
  durationSumSeconds: 5,
};

function isUsage(message: RegExp) {
  return (error: unknown) =>
    error instanceof PktpathError && error.exitCode === ExitCode.usage && message.test(error.message);
}

describe('search goal', () => {
  it('is accepted in both plans', () => {
    for (const plan of [quickPlan, fullPlan]) plan.goals.forEach(checkGoal);
  });

  const refused: [string, Partial<SearchGoal>, RegExp][] = [
    ['a loss ratio of 1', { lossRatio: 1 }, /PDR has a loss ratio of 1:/],
    ['a negative loss ratio', { lossRatio: -0.1 }, /loss ratio of -0.1/],
    ['a loss ratio that is no number', { lossRatio: NaN }, /loss ratio of NaN/],
    ['an exceed ratio of 1, with which every load would do', { exceedRatio: 1 }, /exceed ratio of 1/],
    ['a width finer than the pacing', { width: 0.01 }, /width of 0.01.*0.02/],
    ['a width below the loss ratio', { width: 0.05, lossRatio: 0.1 }, /width of 0.05/],
    ['an endless width', { width: Infinity }, /width of Infinity/],
    ['a final trial of no length', { finalTrialSeconds: 0 }, /final trial of 0/],
    ['an initial trial longer than the final one', { initialTrialSeconds: 2 }, /initial trial of 2.*final one, 1 s/],
    ['an initial trial of no length', { initialTrialSeconds: 0 }, /initial trial of 0/],
    ['a duration sum below one final trial', { durationSumSeconds: 0.5 }, /duration sum of 0.5.*1 s/],
  ];
  for (const [what, change, message] of refused) {
    it(`is refused with ${what}`, () => assert.throws(() => checkGoal({ ...goal, ...change }), isUsage(message)));
  }
});

describe('options of a search', () => {
  const options = { minPacketsPerSecond: 1000, maxPacketsPerSecond: 1e6, goals: [goal], maxTrials: 10 };
  it('are accepted as they should be', () => assert.ok(new RateSearch(options).next()));

  const refused: [string, object, RegExp][] = [
    ['a smallest load of 0', { minPacketsPerSecond: 0 }, /from 0 to 1000000/],
    ['an empty range', { maxPacketsPerSecond: 1000 }, /from 1000 to 1000/],
    ['an endless range', { maxPacketsPerSecond: Infinity }, /to Infinity/],
    ['no goal', { goals: [] }, /without a goal/],
    ['a bad goal', { goals: [{ ...goal, width: 0 }] }, /width of 0/],
    ['no trials', { maxTrials: 0 }, /of 0 trials/],
  ];
  for (const [what, change, message] of refused) {
    it(`are refused with ${what}`, () =>
      assert.throws(() => new RateSearch({ ...options, ...change }), isUsage(message)));
  }
});
