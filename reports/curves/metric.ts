import { addUp, contributionsOf } from '../../harness/run/contributions.js';
import { accountingInPlace, probeCostOf } from '../../harness/run/costs-in-place.js';
import type { Contribution } from '../../harness/run/contributions.js';
import type { StageName } from '../../harness/plan/stages.js';
import type { MetricName } from '../../harness/run/metrics.js';
import { unprobedFigures } from '../../harness/run/trial-figures.js';
import { estimate } from '../../harness/statistics/interval.js';
import type { RoundValue } from '../../harness/statistics/rounds.js';
import { calibrationOf } from '../calibration-of.js';
import { metricOf } from '../intervals.js';
import { metricNames } from '../metric-names.js';
import type { Estimate, RunRecord, SummaryRow, Trial } from '../record.js';
import { microseconds, nanoseconds, percent, whole, type NumberFormat } from '../tables/format.js';

/** How a metric is written: its value is divided by `divisor` first, so that table and axis have the unit. */
export interface MetricWords {
  /** "CPU time for each packet" */
  title: string;
  unit: string;
  format: NumberFormat;
  divisor?: number;
}

/** A figure of each cell, and of each of its trials. */
export interface CurveMetric extends MetricWords {
  /** The cell's median with its interval; null when it has none. */
  estimate(row: SummaryRow): Estimate | null;
  /** The figure of each valid trial that has it; fits take their intervals from rounds. */
  rounds(row: SummaryRow): RoundValue[];
}

/** What a packet costs the receiver, probes taken out: CPU time, or instructions where an exact run counted them. */
export function costMetric(record: RunRecord): CurveMetric {
  return record.experiment.exact
    ? recordedMetric(record, 'instructionsPerPacket', { ...costWords(record, 'for each packet') })
    : recordedMetric(record, metricNames.corrected, { ...costWords(record, 'for each packet') });
}

/** The part of it that the reader's own calls and its own code take. */
export function readerCostMetric(record: RunRecord): CurveMetric {
  const reader = ({ context }: Contribution): boolean => context === 'system-call' || context === 'user';
  return partMetric(record, 'of the reader', reader);
}

/** The part of it that a stage takes. */
export function stageCostMetric(record: RunRecord, stage: StageName): CurveMetric {
  return partMetric(record, `of stage ${stage}`, (each) => each.stage === stage);
}

function partMetric(record: RunRecord, words: string, within: (each: Contribution) => boolean): CurveMetric {
  return trialMetric(record, costWords(record, words), (trial, row) => correctedCost(record, row, trial, within));
}

/** The share of the article's copy in what a packet costs, by the article's grouping; no trial's own. */
export function copyShareMetric(): CurveMetric {
  return {
    ...{ title: 'share of the copy', unit: '%', format: percent },
    rounds: () => [],
    estimate: ({ groups, trials }) => {
      const copy = groups.find(({ grouping, group }) => grouping === 'article' && group === 'copy');
      if (copy === undefined) return null;
      return { median: copy.sharePercent, low: copy.shareLow, high: copy.shareHigh, n: trials.probed };
    },
  };
}

function costWords({ experiment }: RunRecord, ofWhat: string): MetricWords {
  return experiment.exact
    ? { title: `instructions ${ofWhat}`, unit: 'instructions/packet', format: whole }
    : { title: `CPU time ${ofWhat}`, unit: 'ns/packet', format: nanoseconds };
}

/** A metric that the record's rows have. */
export function recordedMetric(record: RunRecord, name: MetricName, words: MetricWords): CurveMetric {
  const { divisor = 1 } = words;
  return {
    ...words,
    estimate: (row) => {
      const known = metricOf(row, name);
      return known === undefined ? null : divided(known, divisor);
    },
    rounds: (row) => valuesOf(record, row, figureOf(record, row, name)).map((each) => scaled(each, divisor)),
  };
}

/** How long packets wait, from the sender's clock to the reader's hand. */
export function delayMetric(record: RunRecord, quantile: 'p50' | 'p99'): CurveMetric {
  const name = quantile === 'p50' ? metricNames.latencyP50 : metricNames.latencyP99;
  return recordedMetric(record, name, {
    title: `delay, ${quantile}`,
    unit: 'µs',
    format: (value) => microseconds(1000 * value),
    divisor: 1000,
  });
}

/** A metric that rows do not have, from a figure of each of their trials; null of a trial that does not have it. */
export function trialMetric(
  record: RunRecord,
  words: MetricWords,
  of: (trial: Trial, row: SummaryRow) => number | null,
): CurveMetric {
  const { divisor = 1 } = words;
  const rounds = (row: SummaryRow): RoundValue[] =>
    valuesOf(record, row, (trial) => of(trial, row)).map((each) => scaled(each, divisor));
  return {
    ...words,
    rounds,
    estimate: (row) => {
      const values = rounds(row).map(({ value }) => value);
      return values.length === 0 ? null : estimate(values);
    },
  };
}

const probedMetrics: readonly string[] = ['cpuNsPerPacket', 'instructionsPerPacket'] satisfies MetricName[];

/** What gives a metric of one trial, as the summary took it. */
function figureOf(record: RunRecord, row: SummaryRow, name: MetricName): (trial: Trial) => number | null {
  if (probedMetrics.includes(name)) return (trial) => correctedCost(record, row, trial);
  const figure = unprobedFigures.find(([known]) => known === name)?.[1];
  return (trial) => (figure === undefined || trial.probed ? null : figure(trial));
}

/** What a probed trial spent on a packet, or on some part of it, probes taken out; null of one that has no probes. */
function correctedCost(
  record: RunRecord,
  row: SummaryRow,
  trial: Trial,
  within: (each: Contribution) => boolean = () => true,
): number | null {
  const { testbed: placement, stagePlans } = record;
  const costs = calibrationOf(record, trial);
  if (trial.probes === null || placement === null || costs === undefined) return null;
  const boundaries = stagePlans.filter((plan) => plan.path === row.path).flatMap((plan) => plan.boundaries);
  const marks = boundaries.some(({ tier }) => tier === 'user-mark');
  const accounting = accountingInPlace({ placement, costsOf: () => costs, marks }, probeCostOf(row));
  return addUp(contributionsOf(trial, accounting).filter(within)).corrected;
}

function valuesOf({ trials }: RunRecord, { cell }: SummaryRow, of: (trial: Trial) => number | null): RoundValue[] {
  return trials
    .filter((trial) => trial.cell === cell && trial.valid && trial.purpose === 'measure')
    .flatMap((trial) => {
      const value = of(trial);
      return value === null || !Number.isFinite(value) ? [] : [{ round: trial.round, value }];
    });
}

function divided({ median, low, high, n }: Estimate, by: number): Estimate {
  return { median: median / by, low: low === null ? null : low / by, high: high === null ? null : high / by, n };
}

function scaled({ round, value }: RoundValue, by: number): RoundValue {
  return { round, value: value / by };
}
