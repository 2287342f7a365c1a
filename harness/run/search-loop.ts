import { RateSearch } from '../search/search.js';
import type { TrialOutcome } from '../search/search.js';
import type { Search, Trial } from '../../reports/record.js';
import { seededRandom, shuffle } from '../statistics/random.js';
import type { SearchPlan } from './experiment.js';
import { runTrial } from './trial-runner.js';
import type { LoopSetting } from './trial-loop.js';
import { bounds, isRateReason } from './validity.js';

/** One path's search, and what has become of it. */
interface Arm {
  plan: SearchPlan;
  search: RateSearch;
  repeatsLeft: number;
  /** Why it came to no answer; null while nothing speaks against one. */
  failed: string | null;
}

/**
 * Runs all searches side by side: in each step every path that is not done has one trial, in a shuffled order, so that
 * what drifts falls on all of them. Trials go into `trials`, answers into `searches`, as they come.
 * @throws Interrupted when asked to stop; PktpathError (failed) when a trial cannot be run at all
 */
export async function runSearches(setting: LoopSetting, trials: Trial[], searches: Search[]): Promise<void> {
  const { plan, tools } = setting;
  const random = seededRandom(plan.seed + 1);
  const arms = plan.searches.map((each) => armOf(each, setting));
  for (let step = 0; ; step++) {
    const open = arms.filter(({ search, failed }) => failed === null && search.next() !== null);
    if (open.length === 0) break;
    tools.progress.step(`searching loss-free rates: step ${String(step + 1)}, ${String(open.length)} paths left`);
    for (const arm of shuffle(open, random)) await stepOf(arm, setting, step, trials);
    searches.splice(0, searches.length, ...arms.map(answerOf));
    setting.keep(trials);
  }
  searches.splice(0, searches.length, ...arms.map(answerOf));
}

function armOf(plan: SearchPlan, { unavailable }: LoopSetting): Arm {
  const search = new RateSearch(plan);
  return { plan, search, repeatsLeft: bounds.repeatsPerCell, failed: unavailable.get(plan.row) ?? null };
}

async function stepOf(arm: Arm, setting: LoopSetting, step: number, trials: Trial[]): Promise<void> {
  const { plan, search } = arm;
  const load = search.next();
  if (load === null) return;
  const cell = { ...plan.cell, ...plan.load(load.packetsPerSecond, load.seconds) };
  for (;;) {
    const index = trials.length;
    const trial = await runTrial(setting, cell, { index, round: step, probed: false, purpose: 'search' });
    if (trial === null) {
      arm.failed = setting.unavailable.get(cell.key) ?? 'not possible here';
      return;
    }
    trials.push(trial);
    const spoilt = trial.invalidReasons.filter((reason) => !isRateReason(reason));
    if (spoilt.length === 0) {
      search.add(outcomeOf(trial));
      return;
    }
    if (arm.repeatsLeft === 0) {
      arm.failed = `too many invalid trials, the last one: ${spoilt.join('; ')}`;
      return;
    }
    arm.repeatsLeft -= 1;
  }
}

/** What the sender achieved, and what of it was lost. */
function outcomeOf({ ledger, generator }: Trial): TrialOutcome {
  return {
    packetsPerSecond: generator.achievedPacketsPerSecond,
    seconds: generator.elapsedNs / 1e9,
    sent: ledger.sent,
    lost: ledger.sent - ledger.delivered - (ledger.drops['filter'] ?? 0),
  };
}

function answerOf({ plan, search, failed }: Arm): Search {
  return {
    cell: plan.cell.key,
    path: plan.cell.path.name,
    params: plan.cell.params,
    status: failed === null ? 'measured' : 'skipped',
    reason: failed,
    minPacketsPerSecond: plan.minPacketsPerSecond,
    maxPacketsPerSecond: plan.maxPacketsPerSecond,
    trials: search.trialCount,
    goals: failed === null ? search.results() : [],
  };
}
