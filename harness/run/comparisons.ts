import type { Comparison } from '../../reports/record.js';
import { estimate, rangeEstimate } from '../statistics/interval.js';
import { ratiosWithinRound } from '../statistics/rounds.js';
import type { RoundValue } from '../statistics/rounds.js';
import { addUp, contributes, contributionsOf } from './contributions.js';
import type { ComparisonPlan } from './experiment.js';
import type { CellTrials } from './summary-row.js';

/** The savings that can be told: those whose cells share a round with a valid probed trial of each. */
export function comparisonRows(
  plans: readonly ComparisonPlan[],
  cells: readonly CellTrials[],
  exact = false,
): Comparison[] {
  const byKey = new Map(cells.map((each) => [each.cell.key, each]));
  return plans.flatMap((plan): Comparison[] => {
    const base = byKey.get(plan.base);
    const arm = byKey.get(plan.arm);
    if (base === undefined || arm === undefined) return [];
    const values = plan.metric === 'cpuNsPerPacket' ? cpuNsByRound : throughputByRound;
    const savings = ratiosWithinRound(values(arm), values(base)).map((ratio) => 100 * (1 - ratio));
    if (savings.length === 0) return [];
    const counted = exact && plan.metric === 'cpuNsPerPacket' ? { metric: 'instructionsPerPacket' } : {};
    return [{ ...plan, ...counted, savingPercent: (exact ? rangeEstimate : estimate)(savings) }];
  });
}

/** Payload bytes per ns of a TCP transfer, observed by a path or on its own, in each valid unprobed trial. */
function throughputByRound({ trials }: CellTrials): RoundValue[] {
  return trials
    .filter((trial) => trial.valid && !trial.probed && trial.purpose === 'measure')
    .map(({ round, observedBytes, reader, windowNs }) => ({
      round,
      value: (observedBytes ?? reader.bytes) / windowNs,
    }));
}

/** Corrected CPU time per packet of each valid probed trial; the emulator's count where nothing is probed. */
function cpuNsByRound({ trials, probing }: CellTrials): RoundValue[] {
  const accounting = probing?.accounting ?? null;
  return trials
    .filter((trial) => trial.valid && trial.purpose === 'measure' && contributes(trial, accounting))
    .map((trial) => ({ round: trial.round, value: addUp(contributionsOf(trial, accounting)).corrected }));
}
