import type { TopLevelSpec } from 'vega-lite';
import { cellLabel, measuredRows, pathLabel } from '../cells.js';
import { intervalOf, metricOf, rowIntervalWords } from '../intervals.js';
import type { RunRecord, SummaryRow } from '../record.js';
import { printable } from '../text.js';
import { chartConfig, chartTitle, drawable, PLOT_WIDTH, quantityOf, type Chart, type Quantity } from './chart.js';

interface Kind {
  kind: string;
  metric: string;
  colour: string;
  shape: string;
}

function kindsOf({ corrected, probed, unprobed, unprobedBy }: Quantity): Kind[] {
  return [
    { kind: 'raw: probes attached', metric: probed, colour: '#d55e00', shape: 'triangle-up' },
    { kind: 'corrected for the probes', metric: corrected, colour: '#0072b2', shape: 'circle' },
    { kind: unprobedBy, metric: unprobed, colour: '#000000', shape: 'diamond' },
  ];
}

interface Point {
  cell: string;
  kind: string;
  median: number;
  low: number | null;
  high: number | null;
}

/** Whether the correction lands where the unprobed trials are: raw, corrected and unprobed totals, one panel a path. */
export function probeCorrectionChart(record: RunRecord): Chart {
  const rows = measuredRows(record);
  const paths = [...new Set(rows.map(pathLabel))];
  const words = rowIntervalWords(record, rows);
  const title = 'Probe correction: raw, corrected and unprobed totals';
  const spec = {
    title: chartTitle(title, record, rows, `line: ${words.title}; each panel has its own scale, not from zero`),
    config: chartConfig,
    vconcat: paths.map((path, index) =>
      panel(
        rows.filter((row) => pathLabel(row) === path),
        rows,
        quantityOf(record),
        index === paths.length - 1,
      ),
    ),
    spacing: 36,
    bounds: 'flush',
    resolve: { scale: { color: 'shared', shape: 'shared' } },
  } as TopLevelSpec;
  return { id: 'probe-correction', title, spec };
}

function panel(panelRows: SummaryRow[], rows: SummaryRow[], quantity: Quantity, last: boolean): object {
  const kinds = kindsOf(quantity);
  const points = panelRows.flatMap((row) => pointsOf(row, rows, kinds));
  const bounded = points.filter(({ low, high }) => low !== null && high !== null);
  const title = last ? quantity.axis : null;
  const x = {
    type: 'quantitative',
    title,
    scale: { zero: false, nice: true, padding: 8 },
    axis: { tickCount: 8, format: '~f' },
  };
  const y = {
    field: 'cell',
    type: 'nominal',
    title: null,
    sort: null,
    axis: { domain: false, ticks: false, grid: true },
  };
  const yOffset = { field: 'kind', type: 'nominal', sort: kinds.map(({ kind }) => kind) };
  const domain = kinds.map(({ kind }) => kind);
  const legend = { orient: 'bottom', title: null, columnPadding: 18 };
  const colour = {
    field: 'kind',
    type: 'nominal',
    scale: { domain, range: kinds.map(({ colour: each }) => each) },
    legend,
  };
  const shape = {
    field: 'kind',
    type: 'nominal',
    scale: { domain, range: kinds.map(({ shape: each }) => each) },
    legend,
  };
  return {
    width: PLOT_WIDTH,
    height: { step: 14, for: 'offset' },
    layer: [
      {
        data: { values: bounded },
        mark: { type: 'rule', strokeWidth: 1.5 },
        encoding: { x: { ...x, field: 'low' }, x2: { field: 'high' }, y, yOffset, color: colour },
      },
      {
        data: { values: points },
        mark: { type: 'point', filled: true, size: 60, opacity: 1 },
        encoding: { x: { ...x, field: 'median' }, y, yOffset, color: colour, shape },
      },
    ],
  };
}

function pointsOf(row: SummaryRow, rows: SummaryRow[], kinds: readonly Kind[]): Point[] {
  return kinds.flatMap(({ kind, metric }) => {
    const estimate = metricOf(row, metric);
    if (!drawable(estimate?.median)) return [];
    const cell = printable(cellLabel(row, rows));
    return [{ cell, kind, median: estimate.median, ...intervalOf(estimate) }];
  });
}
