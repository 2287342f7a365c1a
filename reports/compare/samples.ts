import { addUp, contributionsOf } from '../../harness/run/contributions.js';
import type { Accounting, Contribution } from '../../harness/run/contributions.js';
import { accountingInPlace, probeCostOf } from '../../harness/run/costs-in-place.js';
import { notInArticle } from '../../harness/run/group-rows.js';
import { unprobedFigures } from '../../harness/run/trial-figures.js';
import { median } from '../../harness/statistics/quantile.js';
import { isolations } from '../../harness/testbed/testbed.js';
import { closureTotals, groupFigure, stageFigures } from '../figures.js';
import { calibrationOf } from '../calibration-of.js';
import type { Calibration, GroupRow, RunRecord, SummaryRow, Trial } from '../record.js';

/** A figure in each trial that counted. */
export interface Sample {
  values: number[];
  /** That the values are of. */
  trials: Trial[];
  /**
   * What the correction for the probes is unsure of, in the unit of the values, down and up: the quartiles of the
   * calibration, which no number of trials narrows.
   */
  uncertain: { down: number; up: number };
}

/** So far apart two sums of the same numbers may lie. */
const rounding = 1e-9;

/**
 * The stages and the total of a cell, trial by trial, from the raw trials of its record. A record does not name the
 * isolation of each cell, so it is the one by which the trials give the figures of the summary; where none does, the record
 * is not whole and nothing of the cell can be told.
 * @returns by stage, the total under null; null when the trials do not give the summary
 */
export function stageSamples(record: RunRecord, row: SummaryRow): Map<string | null, Sample> | null {
  const own = record.trials.filter(({ cell, valid, purpose }) => cell === row.cell && valid && purpose === 'measure');
  for (const { accounting, probed } of accountings(record, row)) {
    const trials = own.filter((trial) => trial.probed === probed);
    const samples = samplesBy(trials, accounting, row);
    if (samples !== null && givesSummary(samples, row)) return samples;
  }
  return null;
}

/** One of the article's groups: its stages added up in each trial; null when they do not give the record's own figure. */
export function groupSample(
  samples: ReadonlyMap<string | null, Sample>,
  { stages }: SummaryRow,
  group: GroupRow,
): Sample | null {
  const members = stages
    .filter(({ articleGroup }) => (articleGroup ?? notInArticle) === group.group)
    .flatMap(({ stage }) => samples.get(stage) ?? []);
  const [first] = members;
  if (first === undefined) return null;
  const sum = (of: (each: Sample) => number): number => members.reduce((total, each) => total + of(each), 0);
  const values = first.values.map((_, trial) => sum((each) => each.values[trial] ?? NaN));
  if (!near(median(values), groupFigure(group))) return null;
  const uncertain = { down: sum((each) => each.uncertain.down), up: sum((each) => each.uncertain.up) };
  return { values, trials: first.trials, uncertain };
}

/** A metric that needs no probe, in each trial that has it. */
export function metricSample(record: RunRecord, row: SummaryRow, name: string): Sample | null {
  const [, figure] = unprobedFigures.find(([known]) => known === name) ?? [];
  const stated = Object.hasOwn(row.metrics, name) ? row.metrics[name] : undefined;
  if (figure === undefined || stated === undefined) return null;
  const trials = record.trials.filter(
    (trial) => trial.cell === row.cell && trial.valid && trial.purpose === 'measure' && !trial.probed,
  );
  const kept = trials.flatMap((trial) => {
    const value = figure(trial);
    return value === null ? [] : [{ trial, value }];
  });
  const values = kept.map(({ value }) => value);
  if (values.length === 0 || !near(median(values), stated.median)) return null;
  return { values, trials: kept.map(({ trial }) => trial), uncertain: { down: 0, up: 0 } };
}

function accountings(
  { run, testbed, calibrations, stagePlans, experiment }: RunRecord,
  row: SummaryRow,
): { accounting: Accounting | null; probed: boolean }[] {
  const costs = calibrations.at(-1);
  const alone = experiment.exact ? [{ accounting: null, probed: false }] : [];
  if (testbed === null || costs === undefined) return alone;
  const { receiverCpu, senderCpu } = testbed;
  const marks = stagePlans.some(
    ({ path, boundaries }) => path === row.path && boundaries.some(({ tier }) => tier === 'user-mark'),
  );
  const costsOf = (trial: Trial): Calibration => calibrationOf({ run, calibrations }, trial) ?? costs;
  const first = [testbed.isolation, ...isolations.filter((each) => each !== testbed.isolation)];
  const placed = first.map((isolation) => ({
    accounting: accountingInPlace(
      { placement: { isolation, receiverCpu, senderCpu }, costsOf, marks },
      probeCostOf(row),
    ),
    probed: true,
  }));
  return [...placed, ...alone];
}

function samplesBy(
  trials: readonly Trial[],
  accounting: Accounting | null,
  { stages }: SummaryRow,
): Map<string | null, Sample> | null {
  if (trials.length === 0) return null;
  const contributions = trials.map((trial) => contributionsOf(trial, accounting));
  const sampleOf = (pick: (each: Contribution) => boolean): Sample => {
    const amounts = contributions.map((trial) => addUp(trial.filter(pick)));
    return {
      values: amounts.map(({ corrected }) => corrected),
      trials: [...trials],
      uncertain: {
        down: median(amounts.map(({ correction }) => correction.high - correction.median)),
        up: median(amounts.map(({ correction }) => correction.median - correction.low)),
      },
    };
  };
  return new Map([
    [null, sampleOf(() => true)],
    ...stages.map(({ stage }) => [stage, sampleOf((each) => each.stage === stage)] as const),
  ]);
}

function givesSummary(samples: ReadonlyMap<string | null, Sample>, { closure, stages }: SummaryRow): boolean {
  const agrees = (name: string | null, figure: number | null): boolean =>
    figure === null || near(median(samples.get(name)?.values ?? [NaN]), figure);
  const total = closure === null ? null : closureTotals(closure).corrected;
  return agrees(null, total) && stages.every((stage) => agrees(stage.stage, stageFigures(stage).corrected));
}

/** Two sums of the same numbers. */
export function near(a: number, b: number): boolean {
  return Math.abs(a - b) <= rounding * Math.max(1, Math.abs(a), Math.abs(b));
}
