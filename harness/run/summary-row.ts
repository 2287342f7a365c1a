import type { Estimate, ProbeCostInPlace, SummaryRow, Trial } from '../../reports/record.js';
import type { ResolvedPlan } from '../plan/plan.js';
import { estimate } from '../statistics/interval.js';
import { addHistograms } from '../statistics/histogram.js';
import { median } from '../statistics/quantile.js';
import { ratiosWithinRound } from '../statistics/rounds.js';
import { addUp, contributionsOf } from './contributions.js';
import type { Accounting } from './contributions.js';
import { correctedEstimate } from './corrected-estimate.js';
import type { Cell } from './experiment.js';
import { groupRows } from './group-rows.js';
import { unattributedPercent, worstClosure } from './closure.js';
import { countedRow } from './counted-row.js';
import { addLedgers } from './ledger.js';
import type { MetricName } from './metrics.js';
import { noiseFloorsOf } from './noise-floors.js';
import type { Placement } from './receive-path.js';
import { soakedOf, soakedSource, soakedTotals } from './soaked-totals.js';
import { stageRows } from './stage-rows.js';
import { unprobedClocks, unprobedSource } from './thread-clocks.js';
import { deliveredPacketsPerSecond, unprobedFigures } from './trial-figures.js';

/** A stage plan, and what the accounting needs besides. */
export interface Probing {
  plan: Pick<ResolvedPlan, 'plan' | 'labels'>;
  /** With what a hit costs where it is. */
  accounting: Accounting;
  /** What it costs there over what was calibrated; null where no cell of the run could tell. */
  inPlace: ProbeCostInPlace | null;
}

/** All trials of one cell, and what is needed to read them. */
export interface CellTrials {
  cell: Cell;
  trials: readonly Trial[];
  placement: Placement;
  /** How its probed trials are read; null where nothing is probed. */
  probing: Probing | null;
  /** Why this kernel or device cannot give the path; null when it can. */
  unavailable: string | null;
}

/** One row of the summary. A cell without a valid trial of both kinds is skipped, with the reasons. */
export function summaryRow(
  { cell, trials: all, placement, probing, unavailable }: CellTrials,
  exact = false,
): SummaryRow {
  const trials = all.filter((trial) => trial.purpose === 'measure');
  const valid = trials.filter((trial) => trial.valid);
  const probed = valid.filter((trial) => trial.probed);
  const unprobed = valid.filter((trial) => !trial.probed);
  const row: SummaryRow = {
    cell: cell.key,
    path: cell.path.name,
    params: cell.params,
    status: 'skipped',
    reason: null,
    metrics: {},
    stages: [],
    groups: [],
    closure: null,
    ledger: addLedgers(valid.map((trial) => trial.ledger)),
    distributions: distributionsOf(unprobed),
    granted: valid.at(-1)?.reader.granted ?? {},
    trials: { probed: probed.length, unprobed: unprobed.length, invalid: trials.length - valid.length },
  };
  const spins = 'waiting' in cell.path && cell.path.waiting === 'spin';
  const reason = unavailable ?? skipReason(trials, probing === null ? null : probed.length, unprobed.length);
  if (reason !== null) return { ...row, reason };
  const measured: SummaryRow = { ...row, status: 'measured' };
  if (probing === null) measured.metrics = unprobedMetrics([], unprobed, placement, spins);
  if (exact) {
    // there the threads' clocks count instructions, which are no ns, and the row has them from those who count
    delete measured.metrics.unprobedCpuNsPerPacket;
    return countedRow(measured, { trials: valid, probing });
  }
  if (probing === null) return { ...measured, noiseFloors: noiseFloorsOf([], unprobed) };
  const { plan, accounting, inPlace } = probing;
  const soaked = soakedOf(all);
  const totals = soakedTotals(soaked, accounting);
  const contributions = probed.map((trial) => contributionsOf(trial, accounting));
  const amounts = contributions.map(addUp);
  const corrected = correctedEstimate(amounts);
  const raw = estimate(amounts.map((amount) => amount.raw));
  const metrics = unprobedMetrics(probed, unprobed, placement, spins);
  if (totals !== null) metrics.unprobedCpuNsPerPacket = totals.unprobedNsPerPacket;
  const source = totals === null ? unprobedSource : soakedSource;
  return {
    ...measured,
    noiseFloors: noiseFloorsOf(contributions, unprobed),
    metrics: { cpuNsPerPacket: corrected, probedCpuNsPerPacket: raw, ...metrics },
    stages: stageRows(contributions, plan.plan, plan.labels),
    groups: groupRows(contributions),
    closure: {
      statesOverElapsed: worstClosure(probed),
      unattributedPercent: median(contributions.map(unattributedPercent)),
      probedNsPerPacket: raw.median,
      correctedNsPerPacket: corrected.median,
      unprobedNsPerPacket: metrics.unprobedCpuNsPerPacket?.median ?? null,
      unprobedSource: metrics.unprobedCpuNsPerPacket === undefined ? null : source,
      ...(totals === null ? {} : { soaked: totals }),
      ...(inPlace === null ? {} : { probeCost: inPlace }),
    },
  };
}

const notMeasuredYet = 'not measured yet';
const noValid = 'no valid ';

/** Whether a row was skipped for its trials, not since this kernel or device cannot give it. */
export function isVerdictOfTrials(reason: string): boolean {
  return reason === notMeasuredYet || reason.startsWith(noValid);
}

/** @param probed null when the cell has no probed trials */
function skipReason(trials: readonly Trial[], probed: number | null, unprobed: number): string | null {
  if (probed !== 0 && unprobed > 0) return null;
  if (trials.length === 0) return notMeasuredYet;
  const kinds = [...(probed === 0 ? ['probed'] : []), ...(unprobed === 0 ? ['unprobed'] : [])].join(' nor ');
  const counts = new Map<string, number>();
  for (const reason of trials.flatMap((trial) => trial.invalidReasons))
    counts.set(reason, (counts.get(reason) ?? 0) + 1);
  const most = [...counts].sort(([, a], [, b]) => b - a).slice(0, 3);
  const reasons = most.map(([reason, count]) => (count === 1 ? reason : `${reason} (${String(count)} times)`));
  return [`${noValid}${kinds} trial`, ...(reasons.length === 0 ? [] : [reasons.join('; ')])].join(': ');
}

/** Histograms are added up, never averaged. */
function distributionsOf(unprobed: readonly Trial[]): SummaryRow['distributions'] {
  return {
    latencyNs: addHistograms(unprobed.flatMap(({ reader }) => (reader.latency === null ? [] : [reader.latency]))),
    batch: addHistograms(unprobed.map(({ reader }) => reader.batches)),
  };
}

/** What unprobed trials tell, and what the probes do to the throughput. */
function unprobedMetrics(
  probed: readonly Trial[],
  unprobed: readonly Trial[],
  placement: Placement,
  spins: boolean,
): Partial<Record<MetricName, Estimate>> {
  const result: Partial<Record<MetricName, Estimate>> = {};
  const clocks = unprobedClocks(probed, unprobed, placement.isolation, spins);
  if (clocks.length > 0) result.unprobedCpuNsPerPacket = estimate(clocks);
  for (const [name, figure] of unprobedFigures) {
    const values = unprobed.map(figure).filter((value) => value !== null);
    if (values.length > 0) result[name] = estimate(values);
  }
  const ratios = ratiosWithinRound(unpacedRates(probed), unpacedRates(unprobed));
  if (ratios.length > 0) result.probedThroughputRatio = estimate(ratios);
  return result;
}

function unpacedRates(trials: readonly Trial[]): { round: number; value: number }[] {
  return trials
    .filter((trial) => trial.generator.offeredPacketsPerSecond === null)
    .map((trial) => ({ round: trial.round, value: deliveredPacketsPerSecond(trial) }));
}
