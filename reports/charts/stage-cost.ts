import { closureTotals, stageFigures, stagesInOrder } from '../figures.js';
import type { TopLevelSpec } from 'vega-lite';
import { cellLabel, frameBytes, measuredRows } from '../cells.js';
import { intervalOf, metricOf, rowIntervalWords } from '../intervals.js';
import type { RunRecord, SummaryRow } from '../record.js';
import { nanoseconds } from '../tables/format.js';
import { printable } from '../text.js';
import {
  capital,
  chartConfig,
  chartTitle,
  drawable,
  PLOT_WIDTH,
  quantityOf,
  type Chart,
  type Quantity,
} from './chart.js';
import { stageColour, stageLegend } from './palette.js';

const BAR_STEP = 26;
const INK = '#222222';

interface Segment {
  bar: string;
  from: number;
  to: number;
  legend: string;
}

interface Total {
  bar: string;
  total: number;
  low: number | null;
  high: number | null;
  /** Right of whatever reaches farthest. */
  end: number;
  label: string;
}

/** What a packet takes by stage, in the record's unit, grouped by frame size; the total’s interval from the record over its bar. */
export function stageCostChart(record: RunRecord): Chart {
  const rows = measuredRows(record);
  const bars = barNames(rows);
  const quantity = quantityOf(record);
  const totals = rows.flatMap((row) => totalOf(row, rows, quantity));
  const bounded = totals.filter(({ low, high }) => low !== null && high !== null);
  const most = totals.reduce((largest, { end }) => Math.max(largest, end), 1);
  const legend = legendOf(rows);
  const words = rowIntervalWords(record, rows);
  const title = `${capital(quantity.what)} for each packet, by stage`;
  const x = {
    type: 'quantitative' as const,
    scale: { domain: [0, most * 1.02], nice: false },
    title: quantity.axis,
    axis: { format: '~f' },
  };
  const y = {
    field: 'bar',
    type: 'nominal' as const,
    title: null,
    scale: { domain: bars },
    axis: { domain: false, ticks: false },
  };
  const spec: TopLevelSpec = {
    title: chartTitle(title, record, rows, `line: ${words.title} of the corrected total`),
    config: chartConfig,
    width: PLOT_WIDTH,
    height: { step: BAR_STEP },
    layer: [
      {
        data: { values: rows.flatMap((row) => segmentsOf(row, rows)) },
        mark: { type: 'bar', height: { band: 0.7 }, stroke: 'white', strokeWidth: 0.5 },
        encoding: {
          x: { ...x, field: 'from' },
          x2: { field: 'to' },
          y,
          color: {
            field: 'legend',
            type: 'nominal',
            scale: { domain: legend.map(([text]) => text), range: legend.map(([, value]) => value) },
            legend: { orient: 'bottom', columns: 4, title: 'stage (where the article counted it)', columnPadding: 18 },
          },
        },
      },
      {
        data: { values: bounded },
        mark: { type: 'rule', color: INK, strokeWidth: 1.5 },
        encoding: { x: { ...x, field: 'low' }, x2: { field: 'high' }, y },
      },
      ...(['low', 'high'] as const).map((field) => ({
        data: { values: bounded },
        mark: { type: 'tick' as const, color: INK, thickness: 1.5, size: 9 },
        encoding: { x: { ...x, field }, y },
      })),
      {
        data: { values: totals },
        mark: { type: 'text', align: 'left', dx: 6, fontSize: 10, color: INK },
        encoding: { x: { ...x, field: 'end' }, y, text: { field: 'label' } },
      },
    ],
  };
  return { id: record.experiment.exact ? 'stage-instructions' : 'stage-nanoseconds', title, spec };
}

/** By frame size, with a gap between the sizes; gaps are told apart by their length. */
function barNames(rows: SummaryRow[]): string[] {
  const sizes = [...new Set(rows.map(frameBytes))].sort((a, b) => (a ?? 0) - (b ?? 0));
  return sizes.flatMap((size, index) => {
    const names = rows.filter((row) => frameBytes(row) === size).map((row) => printable(cellLabel(row, rows)));
    return index === 0 ? names : [' '.repeat(index), ...names];
  });
}

function segmentsOf(row: SummaryRow, rows: SummaryRow[]): Segment[] {
  let from = 0;
  return stagesInOrder(row.stages).flatMap((each) => {
    const [stage, cost] = [each.stage, stageFigures(each).corrected];
    if (!drawable(cost) || cost <= 0) return [];
    const segment = {
      bar: printable(cellLabel(row, rows)),
      from,
      to: from + cost,
      legend: printable(stageLegend(stage)),
    };
    from += cost;
    return [segment];
  });
}

function totalOf(row: SummaryRow, rows: SummaryRow[], quantity: Quantity): Total[] {
  const estimate = metricOf(row, quantity.corrected);
  const total = estimate?.median ?? (row.closure === null ? undefined : closureTotals(row.closure).corrected);
  if (!drawable(total)) return [];
  const { low, high } = intervalOf(estimate);
  const end = segmentsOf(row, rows).reduce((most, { to }) => Math.max(most, to), Math.max(total, high ?? 0));
  const range = low === null || high === null ? '' : ` (${nanoseconds(low)}–${nanoseconds(high)})`;
  const bar = printable(cellLabel(row, rows));
  return [{ bar, total, low, high, end, label: `${nanoseconds(total)}${range}` }];
}

function legendOf(rows: SummaryRow[]): [text: string, colour: string][] {
  const drawn = rows.flatMap((row) => row.stages).filter((stage) => (stageFigures(stage).corrected ?? 0) > 0);
  const stages = new Set(stagesInOrder(drawn).map(({ stage }) => stage));
  return [...stages].map((stage) => [printable(stageLegend(stage)), stageColour(stage)]);
}
