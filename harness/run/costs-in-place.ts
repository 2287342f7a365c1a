import type { Estimate, ProbeCostInPlace, SummaryRow, Trial } from '../../reports/record.js';
import { median, quantile } from '../statistics/quantile.js';
import { inPacketOrder } from '../plan/stages.js';
import { addUp, contributionsOf } from './contributions.js';
import type { Accounting, Amount, Contribution } from './contributions.js';
import type { ProbeCosts } from './correction.js';
import { soakedOf } from './soaked-totals.js';
import type { Soaked } from './soaked-totals.js';
import type { CellTrials } from './summary-row.js';

/**
 * What a hit costs where it is, over what it costs in the calibration's loop: what the stages cost more when each boundary
 * is hit twice, over what the calibration says of second hits. One value a round.
 */
export function inPlaceFactors({ probed, twice }: Soaked, calibrated: Accounting): number[] {
  const once = new Map(probed.map((trial) => [trial.round, addUp(contributionsOf(trial, calibrated))]));
  return twice.flatMap((trial) => {
    const single = once.get(trial.round);
    if (single === undefined) return [];
    const double = addUp(contributionsOf(trial, calibrated));
    const expected = (double.correction.median - single.correction.median) * secondOverFirst(trial, calibrated);
    return expected > 0 ? [(double.raw - single.raw) / expected] : [];
  });
}

/** A tracepoint with one program calls it directly, with two it calls them by their addresses. */
function secondOverFirst(trial: Trial, { costsOf }: Accounting): number {
  const { edge, again = edge } = costsOf(trial);
  return again.median / edge.median;
}

/** What a hit may cost in place; a measurement beyond that has failed, and the calibrated cost is taken out. */
const plausible = { least: 0.95, most: 2.5 } as const;

/**
 * Each cell with the cost of a hit in place: by one factor for the whole run, since a single cell may change its course
 * from trial to trial (TCP: how often it acknowledges), and so that cells stay comparable that can have no soaked trials.
 * Of its rounds the quartiles, as those of the calibration.
 */
export function withCostsInPlace(cells: readonly CellTrials[]): CellTrials[] {
  const factors = cells.flatMap(({ trials, probing }) =>
    probing === null ? [] : inPlaceFactors(soakedOf(trials), probing.accounting),
  );
  if (factors.length === 0) return [...cells];
  const [low, middle, high] = [quantile(factors, 0.25), median(factors), quantile(factors, 0.75)];
  if (middle < plausible.least || middle > plausible.most) return [...cells];
  const factor = { median: middle, low, high, n: factors.length };
  return cells.map((cell) => {
    if (cell.probing === null) return cell;
    const inPlace = { factor, stages: inPlaceStages(soakedOf(cell.trials), cell.probing.accounting) };
    const accounting = accountingInPlace(cell.probing.accounting, inPlace);
    return { ...cell, probing: { ...cell.probing, accounting, inPlace } };
  });
}

/** Of a row of a record; undefined where the calibrated costs were taken out. */
export function probeCostOf({ closure }: Pick<SummaryRow, 'closure'>): ProbeCostInPlace | undefined {
  return closure !== null && 'probeCost' in closure ? closure.probeCost : undefined;
}

/** @param inPlace undefined: the calibrated costs */
export function accountingInPlace(calibrated: Accounting, inPlace: ProbeCostInPlace | undefined): Accounting {
  if (inPlace === undefined) return calibrated;
  return { ...calibrated, costsOf: (trial: Trial) => costsInPlace(calibrated.costsOf(trial), inPlace.factor) };
}

/** The calibrated costs, as hits of tracepoints are in place. Marks are hit in a loop like the calibration's. */
function costsInPlace(costs: ProbeCosts, { low, median: middle, high }: Estimate): ProbeCosts {
  const scaled = (cost: ProbeCosts['edge']): ProbeCosts['edge'] => ({
    low: cost.low * Math.min(low ?? middle, middle),
    median: cost.median * middle,
    high: cost.high * Math.max(high ?? middle, middle),
  });
  const ways = costs.ways.map((each) =>
    each.way === 'tracepoint'
      ? { ...each, before: scaled(each.before), after: scaled(each.after), pass: scaled(each.pass) }
      : each,
  );
  return { ...costs, edge: scaled(costs.edge), pass: scaled(costs.pass), ways };
}

/** What each stage cost with its boundaries hit once and twice, and what the calibration says of the second hits. */
function inPlaceStages({ probed, twice }: Soaked, calibrated: Accounting): ProbeCostInPlace['stages'] {
  const once = probed.map((trial) => contributionsOf(trial, calibrated));
  const doubled = twice.map((trial) => contributionsOf(trial, calibrated));
  if (once.length === 0 || doubled.length === 0) return [];
  const second = median(twice.map((trial) => secondOverFirst(trial, calibrated)));
  const names = inPacketOrder(new Set(once.flat().map(({ stage }) => stage)), (stage) => stage);
  return names.map((stage) => {
    const of = (trials: readonly Contribution[][]) =>
      trials.map((all) => addUp(all.filter((each) => each.stage === stage)));
    const correctionOf = (amounts: readonly Amount[]) => median(amounts.map(({ correction }) => correction.median));
    const [single, double] = [of(once), of(doubled)];
    const correctionNsPerPacket = correctionOf(single);
    return {
      stage,
      nsPerPacket: median(single.map(({ raw }) => raw)),
      twiceNsPerPacket: median(double.map(({ raw }) => raw)),
      correctionNsPerPacket,
      secondHitsNsPerPacket: (correctionOf(double) - correctionNsPerPacket) * second,
    };
  });
}
