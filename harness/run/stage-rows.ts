import { inPacketOrder, stageNames, stages } from '../plan/stages.js';
import type { ArticleGroup, StageName } from '../plan/stages.js';
import type { StagePlan, TimedStage } from '../../reports/record.js';
import { estimate } from '../statistics/interval.js';
import { median } from '../statistics/quantile.js';
import { addUp, sharePercent } from './contributions.js';
import type { Contribution } from './contributions.js';
import { correctedEstimate } from './corrected-estimate.js';
import { probeCostMultiple } from './correction.js';

/**
 * The stages of one cell, in the order a packet meets them.
 * @param trials contributions of each valid trial
 * @param plan of the probes; null: the emulator's functions bound the stages
 */
export function stageRows(
  trials: readonly Contribution[][],
  plan: StagePlan | null,
  labels: Record<string, string>,
): TimedStage[] {
  const totals = trials.map((trial) => addUp(trial).corrected);
  const seen = new Set(
    trials.flat().flatMap((each) => (each.nsPerPacket !== 0 || each.eventsPerPacket > 0 ? [each.stage] : [])),
  );
  return inPacketOrder(seen, (stage) => stage).map((stage): TimedStage => {
    const amounts = trials.map((trial) => addUp(trial.filter((each) => each.stage === stage)));
    const raw = estimate(amounts.map((amount) => amount.raw));
    const correction = median(amounts.map((amount) => amount.correction.median));
    const corrected = correctedEstimate(amounts);
    const shares = estimate(amounts.map((amount, trial) => sharePercent(amount.corrected, totals[trial] ?? 0)));
    const below = raw.median < probeCostMultiple * correction;
    const hooks = (plan?.boundaries ?? []).filter((boundary) => boundary.stage === stage && boundary.tier !== null);
    return {
      stage,
      label: labels[stage] ?? stage,
      articleGroup: articleGroupOf(stage),
      nsPerPacket: raw.median,
      correctionNsPerPacket: correction,
      correctedNsPerPacket: below ? null : corrected.median,
      belowProbeCost: below,
      sharePercent: below ? null : shares.median,
      shareLow: below ? null : shares.low,
      shareHigh: below ? null : shares.high,
      low: below ? raw.low : corrected.low,
      high: below ? raw.high : corrected.high,
      eventsPerPacket: median(amounts.map((amount) => amount.events)),
      tier: plan === null ? 'emulator' : (hooks[0]?.tier ?? null),
      targets: [...new Set(hooks.flatMap((boundary) => boundary.targets))],
    };
  });
}

/** Where the article counted a stage; null where it did not, or does not know it. */
export function articleGroupOf(stage: string): ArticleGroup | null {
  return isStage(stage) ? stages[stage].articleGroup : null;
}

function isStage(name: string): name is StageName {
  return (stageNames as readonly string[]).includes(name);
}
