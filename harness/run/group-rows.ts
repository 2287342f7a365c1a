import { articleShares } from '../plan/stages.js';
import type { Estimate, TimedGroup } from '../../reports/record.js';
import { estimate } from '../statistics/interval.js';
import { median } from '../statistics/quantile.js';
import { addUp, sharePercent } from './contributions.js';
import type { Contribution } from './contributions.js';
import { contexts } from './receive-path.js';
import { articleGroupOf } from './stage-rows.js';

/** What the article does not speak of: TCP's acknowledgements, the program itself, what no boundary claims. */
export const notInArticle = 'not-in-article';

type Summarise = (values: readonly number[]) => Estimate;

/**
 * The row's time in both groupings. The article's groups are always all there, to stand beside the article's shares.
 * @param summarise median and interval of the shares
 */
export function groupRows(trials: readonly Contribution[][], summarise: Summarise = estimate): TimedGroup[] {
  const article = [...Object.entries(articleShares), [notInArticle, null] as const].map(([group, articlePercent]) =>
    groupRow(
      trials,
      { grouping: 'article', group, articlePercent },
      ({ stage }) => articleGroup(stage) === group,
      summarise,
    ),
  );
  const used = new Set(trials.flat().map(({ context }) => context));
  const context = contexts
    .filter((group) => used.has(group))
    .map((group) =>
      groupRow(
        trials,
        { grouping: 'context', group, articlePercent: null },
        (each) => each.context === group,
        summarise,
      ),
    );
  return [...article, ...context];
}

function articleGroup(stage: string): string {
  return articleGroupOf(stage) ?? notInArticle;
}

function groupRow(
  trials: readonly Contribution[][],
  name: Pick<TimedGroup, 'grouping' | 'group' | 'articlePercent'>,
  belongs: (contribution: Contribution) => boolean,
  summarise: Summarise,
): TimedGroup {
  const totals = trials.map((trial) => addUp(trial).corrected);
  const amounts = trials.map((trial) => addUp(trial.filter(belongs)));
  const shares = summarise(amounts.map((amount, trial) => sharePercent(amount.corrected, totals[trial] ?? 0)));
  return {
    ...name,
    nsPerPacket: median(amounts.map((amount) => amount.raw)),
    correctedNsPerPacket: median(amounts.map((amount) => amount.corrected)),
    sharePercent: shares.median,
    shareLow: shares.low,
    shareHigh: shares.high,
  };
}
