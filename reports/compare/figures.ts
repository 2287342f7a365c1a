import { floorsOf } from '../../harness/run/floors.js';
import { metrics } from '../../harness/run/metrics.js';
import type { MetricName } from '../../harness/run/metrics.js';
import { throughputMetrics } from '../../harness/run/noise-floors.js';
import { medianInterval } from '../../harness/statistics/interval.js';
import { fullLabel, orderedRows } from '../cells.js';
import { stageFigures, stagesInOrder } from '../figures.js';
import { edgeOf } from '../matrix/figures.js';
import { unitOf } from '../matrix/columns.js';
import type { Metric, RunRecord, StageRow, SummaryRow } from '../record.js';
import { partnerRow } from './arms.js';
import type { ArmsOfPair } from './arms.js';
import type { Pair } from './pairs.js';
import { groupSample, metricSample, stageSamples } from './samples.js';
import type { Sample } from './samples.js';
import type { CompareTableName } from './select.js';
import type { Bounds, Counted } from './verdict.js';

/** What a row is about. */
export interface Subject {
  experiment: string;
  /** Of a matrix; null where there is none. */
  column: string | null;
  /** Key of the cell, and its name in words. */
  cell: string;
  label: string;
  kind: 'total' | 'stage' | 'group' | 'metric' | 'saving' | 'search';
  /** `total`, the label of a stage or a group, the name of a metric or of a search's goal. */
  name: string;
  unit: string;
  better: NonNullable<Metric['better']>;
}

/** One side's figure. */
export interface Side {
  median: number;
  /** Of the median by itself: order statistics, or the range of counted figures. */
  low: number | null;
  high: number | null;
  trials: number;
  sample: Sample;
  /** Of an exact run. */
  counted: Counted | null;
  /** Of a search, which has no trials of its answer. */
  bounds: Bounds | null;
}

export interface Figure extends Subject {
  /** Of a pair whose trials took turns. */
  arms: ArmsOfPair | null;
  /** Or why there is none. */
  base: Side | string;
  head: Side | string;
}

/**
 * Every figure of a pair's cells that some side has: the stages, the article's groups, the total, the throughput where nothing
 * paces the sender, of these what was asked for, and the metrics. A stage goes by its label, which says what is merged into it. What neither
 * side has a number for is no figure: skipped on both, or below the probes' cost on both.
 */
export function figuresOf(
  { base, head, experiment, column, arms }: Pair,
  tables: readonly CompareTableName[],
  asked: readonly MetricName[],
): Figure[] {
  const wants = (table: CompareTableName): boolean => tables.includes(table);
  return orderedRows(base).flatMap((row) => {
    const other = partnerRow(row, head, arms);
    if (other === undefined || (row.status === 'skipped' && other.status === 'skipped')) return [];
    const labels = new Set([fullLabel(row), fullLabel(other)]);
    const about = { experiment, column, cell: row.cell, label: [...labels].join(' → '), arms };
    const sides = [sideOf(base, row), sideOf(head, other)] as const;
    const total = { ...about, kind: 'total', name: 'total', unit: `${unitOf(base)}/packet`, better: 'lower' } as const;
    if (row.status === 'skipped' || other.status === 'skipped') {
      const why = ({ status, reason }: SummaryRow): string =>
        status === 'measured' ? 'measured' : `skipped: ${reason ?? 'for no stated reason'}`;
      return [{ ...total, base: why(row), head: why(other) }];
    }
    const stages = (wants('stages') ? stageNames(row, other) : []).map((name): Figure => {
      return { ...total, kind: 'stage', name, base: sides[0].stage(name), head: sides[1].stage(name) };
    });
    const groups = (wants('groups') ? groupNames(row, other) : []).map((name): Figure => {
      return { ...total, kind: 'group', name, base: sides[0].group(name), head: sides[1].group(name) };
    });
    const hasTotal = wants('totals') && (row.closure !== null || other.closure !== null);
    const names = [...new Set([...(wants('throughput') && unpaced(row) ? throughputMetrics : []), ...asked])];
    const measured = names.flatMap((name): Figure[] => {
      const { unit, better } = metrics[name];
      if (better === null || !(Object.hasOwn(row.metrics, name) || Object.hasOwn(other.metrics, name))) return [];
      const [from, to] = [sides[0].metric(name), sides[1].metric(name)];
      return [{ ...about, kind: 'metric', name, unit, better, base: from, head: to }];
    });
    return [
      ...stages,
      ...groups,
      ...(hasTotal ? [{ ...total, base: sides[0].total(), head: sides[1].total() }] : []),
      ...measured,
    ];
  });
}

/** A stage is worth a row when some side has a number for it. */
function stageNames(base: SummaryRow, head: SummaryRow): string[] {
  const seen = [...base.stages, ...head.stages].filter((stage) => stageFigures(stage).corrected !== null);
  return [...new Set(stagesInOrder(seen).map(({ label }) => label))];
}

function groupNames(base: SummaryRow, head: SummaryRow): string[] {
  const article = [...base.groups, ...head.groups].filter(({ grouping }) => grouping === 'article');
  return [...new Set(article.map(({ group }) => group))];
}

function unpaced({ params }: SummaryRow): boolean {
  return params['packetsPerSecond'] === null;
}

interface SideReader {
  stage: (label: string) => Side | string;
  group: (name: string) => Side | string;
  total: () => Side | string;
  metric: (name: MetricName) => Side | string;
}

/** Why a figure of the summary is not compared. */
export const broken = 'the trials of the record do not give the figure of its summary';

function sideOf(record: RunRecord, row: SummaryRow): SideReader {
  const samples = stageSamples(record, row);
  const { exact } = record.experiment;
  const read = (sample: Sample | null | undefined): Side | string => {
    if (sample === null || sample === undefined) return broken;
    return side(sample, exact ? edgeOf(row, record) : null);
  };
  return {
    stage: (label) => {
      const own = row.stages.filter((stage) => stage.label === label);
      const [stage] = own;
      if (stage === undefined) return 'no such stage';
      if (own.length > 1) return 'two stages of one name';
      return stageFigures(stage).corrected === null ? whyNone(stage) : read(samples?.get(stage.stage));
    },
    group: (name) => {
      const own = row.groups.find(({ grouping, group }) => grouping === 'article' && group === name);
      return own === undefined ? 'no such group' : read(samples === null ? null : groupSample(samples, row, own));
    },
    total: () => (row.closure === null ? 'not probed' : read(samples?.get(null))),
    metric: (name) => {
      if (!Object.hasOwn(row.metrics, name)) return 'not measured';
      const sample = metricSample(record, row, name);
      return sample === null ? broken : side(sample, null);
    },
  };
}

function whyNone({ belowProbeCost }: StageRow): string {
  return belowProbeCost ? 'below probe cost' : 'not probed';
}

/** @param edgePercent null: a noisy figure */
function side(sample: Sample, edgePercent: number | null): Side {
  const { median, low, high } = medianInterval(sample.values);
  const shared = { median, trials: sample.values.length, sample, bounds: null };
  if (edgePercent === null) return { ...shared, low, high, counted: null };
  const counted = { value: median, floors: floorsOf(sample.values, sample.trials), edgePercent };
  return { ...shared, low: Math.min(...sample.values), high: Math.max(...sample.values), counted };
}
