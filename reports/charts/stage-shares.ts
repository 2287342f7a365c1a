import { closureTotals, stagesInOrder } from '../figures.js';
import type { TopLevelSpec } from 'vega-lite';
import { articleShares, type ArticleGroup } from '../../harness/plan/stages.js';
import { cellLabel, measuredRows, pathLabel } from '../cells.js';
import type { RunRecord, SummaryRow } from '../record.js';
import { nanoseconds } from '../tables/format.js';
import { printable } from '../text.js';
import { chartConfig, chartTitle, drawable, PLOT_WIDTH, quantityOf, type Chart, type Quantity } from './chart.js';
import { groupColours, inkOn, stageColour, stageLegend, UNACCOUNTED_COLOUR } from './palette.js';

/** Shares from this on carry their figure in the bar. */
const LABELLED_PERCENT = 5;

const ARTICLE = 'article: linux-2.4.10, TCP';
const BAR_STEP = 24;
const BAR = { type: 'bar', height: { band: 0.78 }, stroke: 'white', strokeWidth: 0.5 } as const;

interface Segment {
  bar: string;
  from: number;
  to: number;
  middle: number;
  colour: string;
  ink: string;
  label: string;
}

/** Where the CPU time goes, or the instructions: a bar of 100 % for each cell, stages in packet order, below the article’s own bar. */
export function stageSharesChart(record: RunRecord): Chart {
  const rows = measuredRows(record);
  const quantity = quantityOf(record);
  const bars = barNames(rows);
  const stages = rows.flatMap((row) => stageSegments(row, cellLabel(row, rows)));
  const legend = legendOf(rows, new Set(stages.map((segment) => segment.legend)));
  const end = stages.reduce((most, { to }) => Math.max(most, to), 100);
  const x = {
    field: 'from',
    type: 'quantitative' as const,
    title: `share of the ${quantity.what} of the receiver’s side, %`,
    scale: { domain: [0, end], nice: false },
    axis: { tickCount: 10 },
  };
  const y = {
    field: 'bar' as const,
    type: 'nominal' as const,
    title: null,
    scale: { domain: bars },
    axis: { domain: false, ticks: false },
  };
  const middle = { field: 'middle', type: 'quantitative' } as const;
  const ink = { field: 'ink', type: 'nominal', scale: null } as const;
  const title = `Where the ${quantity.what} of a received packet ${record.experiment.exact ? 'go' : 'goes'}`;
  const spec: TopLevelSpec = {
    title: chartTitle(
      title,
      record,
      rows,
      `at the right: ${quantity.what} for each packet, corrected for the probes; each segment is a median, so sums are near 100 %`,
    ),
    config: chartConfig,
    width: PLOT_WIDTH,
    height: { step: BAR_STEP },
    layer: [
      {
        data: { values: stages },
        mark: BAR,
        encoding: {
          x,
          x2: { field: 'to' },
          y,
          color: {
            field: 'legend',
            type: 'nominal',
            scale: { domain: legend.map(([text]) => text), range: legend.map(([, colour]) => colour) },
            legend: { orient: 'bottom', columns: 4, title: 'stage (where the article counted it)', columnPadding: 18 },
          },
        },
      },
      {
        data: { values: articleSegments() },
        mark: BAR,
        encoding: { x, x2: { field: 'to' }, y, color: { field: 'colour', type: 'nominal', scale: null } },
      },
      {
        data: { values: [...stages, ...articleSegments()].filter(({ from, to }) => to - from >= LABELLED_PERCENT) },
        mark: { type: 'text', fontSize: 10 },
        encoding: { x: middle, y, text: { field: 'label' }, color: ink },
      },
      ...articleNames(y),
      {
        data: { values: totals(rows, end, quantity) },
        mark: { type: 'text', fontSize: 10, align: 'left', dx: 6 },
        encoding: { x: middle, y, text: { field: 'label' }, color: { value: '#222222' } },
      },
    ],
  };
  return { id: 'stage-shares', title, spec };
}

/** The article’s bar first, under a line for its group names; a gap between paths. Gaps are told apart by length. */
function barNames(rows: SummaryRow[]): string[] {
  const names = [' ', ARTICLE];
  let gap = '  ';
  let path: string | null = null;
  for (const row of rows) {
    if (pathLabel(row) !== path) {
      names.push(gap);
      gap += ' ';
    }
    path = pathLabel(row);
    names.push(printable(cellLabel(row, rows)));
  }
  return names;
}

function stageSegments(row: SummaryRow, label: string): (Segment & { legend: string })[] {
  let from = 0;
  return stagesInOrder(row.stages).flatMap(({ stage, sharePercent }) => {
    // What is below probe cost, or below zero after correction, has no length to draw.
    if (!drawable(sharePercent) || sharePercent <= 0) return [];
    const segment = segmentOf(printable(label), from, sharePercent, stageColour(stage));
    from += sharePercent;
    return [{ ...segment, legend: printable(stageLegend(stage)) }];
  });
}

function segmentOf(bar: string, from: number, share: number, colour: string): Segment {
  const label = `${share.toFixed(share === Math.round(share) || share >= 9.95 ? 0 : 1)} %`;
  return { bar, from, to: from + share, middle: from + share / 2, colour, ink: inkOn(colour), label };
}

function articleSegments(): Segment[] {
  let from = 0;
  const named = Object.entries(articleShares).map(([group, share]) => {
    const segment = segmentOf(ARTICLE, from, share, groupColours[group as ArticleGroup]);
    from += share;
    return segment;
  });
  return [...named, segmentOf(ARTICLE, from, 100 - from, UNACCOUNTED_COLOUR)];
}

/** The names of the article’s groups over its bar; the narrow last two are set outward from their common edge. */
function articleNames(y: { field: 'bar'; type: 'nominal' }): LayerList {
  const segments = articleSegments();
  const names = [...Object.keys(articleShares).map((group) => group.replace('-', ' ')), 'unaccounted in the article'];
  const anchors = ['center', 'center', 'center', 'right', 'left'];
  return (['center', 'right', 'left'] as const).map((align) => ({
    data: {
      values: segments.flatMap(({ middle, from, to }, index) => {
        if (anchors[index] !== align) return [];
        const at = align === 'center' ? middle : align === 'right' ? to - 0.4 : from + 0.4;
        return [{ bar: ' ', at, name: names[index] ?? '' }];
      }),
    },
    mark: { type: 'text', fontSize: 10, align, baseline: 'top', dy: -2 },
    encoding: { x: { field: 'at', type: 'quantitative' }, y, text: { field: 'name' }, color: { value: '#222222' } },
  }));
}

type LayerList = Extract<TopLevelSpec, { layer: unknown }>['layer'];

/** Stages in packet order, those that have a segment somewhere. */
function legendOf(rows: SummaryRow[], drawn: Set<string>): [text: string, colour: string][] {
  const stages = stagesInOrder(rows.flatMap((row) => row.stages)).map(({ stage }) => stage);
  return [...new Set(stages)]
    .map((stage): [string, string] => [printable(stageLegend(stage)), stageColour(stage)])
    .filter(([text]) => drawn.has(text));
}

function totals(rows: SummaryRow[], end: number, { unit }: Quantity): { bar: string; middle: number; label: string }[] {
  return rows.flatMap((row) => {
    const total = row.closure === null ? undefined : closureTotals(row.closure).corrected;
    if (!drawable(total)) return [];
    return [{ bar: printable(cellLabel(row, rows)), middle: end, label: `${nanoseconds(total)} ${unit}` }];
  });
}
