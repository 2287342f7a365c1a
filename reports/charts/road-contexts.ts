import { groupFigure } from '../figures.js';
import type { TopLevelSpec } from 'vega-lite';
import { intervalOf } from '../intervals.js';
import { metricNames } from '../metric-names.js';
import type { RunRecord } from '../record.js';
import { figure, mainRate, measuredRoads, pacedAt, type Road } from '../roads.js';
import { nanoseconds } from '../tables/format.js';
import { contexts } from '../tables/group-tables.js';
import { chartConfig, drawable, PLOT_WIDTH, type Chart } from './chart.js';
import { namesWithGaps, onLogAxis } from './road-rates.js';
import { roadName, roadTitle } from './road-title.js';

const INK = '#222222';
const OTHER = '#c8c8a9';
const colours: Record<string, string> = {
  hardirq: '#b35a00',
  softirq: '#56b4e9',
  'napi-thread': '#0b4f86',
  'system-call': '#cc79a7',
  user: '#9d9d9d',
};

interface Segment {
  road: string;
  from: number;
  to: number;
  context: string;
}

/** What a packet costs on each road, split by the context that runs it, with the interval of the whole. */
export function roadContextsChart(record: RunRecord): Chart[] {
  const roads = measuredRoads(record);
  const rate = mainRate(roads);
  const segments = roads.flatMap((road) => segmentsOf(road, rate));
  const drawn = roads.filter((road) => segments.some((segment) => segment.road === roadName(road)));
  if (drawn.length === 0) return [];
  const totals = drawn.flatMap((road) => totalOf(road, rate, segments));
  const bounded = totals.filter(({ low, high }) => low !== null && high !== null);
  const most = [...segments.map(({ to }) => to), ...totals.map(({ end }) => end)].reduce((a, b) => Math.max(a, b), 1);
  const labels = new Map(
    [...contexts.map(([, label]) => label), 'other'].map((label, index) => [label, contexts[index]?.[0]]),
  );
  const legend = [...labels].filter(([label]) => segments.some(({ context }) => context === label));
  const title = 'CPU time for each packet, by context';
  const x = {
    type: 'quantitative',
    scale: { domain: [0, most * 1.02], nice: false },
    title: 'CPU time of the receiver’s side, ns for each packet',
    axis: { format: '~f' },
  };
  const y = {
    field: 'road',
    type: 'nominal',
    title: null,
    scale: { domain: namesWithGaps(drawn) },
    axis: { domain: false, ticks: false },
  };
  const colour = {
    field: 'context',
    type: 'nominal',
    scale: {
      domain: legend.map(([label]) => label),
      range: legend.map(([, group]) => (group === undefined ? OTHER : (colours[group] ?? OTHER))),
    },
    legend: { orient: 'bottom', title: null, columnPadding: 18 },
  };
  const spec = {
    title: roadTitle(title, record, rate, 'probes taken out; line: interval of the whole'),
    config: chartConfig,
    width: PLOT_WIDTH,
    height: { step: 20 },
    layer: [
      {
        data: { values: segments },
        mark: { type: 'bar', height: { band: 0.72 }, stroke: 'white', strokeWidth: 0.5 },
        encoding: { x: { ...x, field: 'from' }, x2: { field: 'to' }, y, color: colour },
      },
      {
        data: { values: bounded },
        mark: { type: 'rule', color: INK, strokeWidth: 1.5 },
        encoding: { x: { ...x, field: 'low' }, x2: { field: 'high' }, y },
      },
      {
        data: { values: totals },
        mark: { type: 'text', align: 'left', dx: 6, fontSize: 10, color: INK },
        encoding: { x: { ...x, field: 'end' }, y, text: { field: 'label' } },
      },
    ],
  };
  return [{ id: 'contexts', title, spec: spec as unknown as TopLevelSpec }];
}

function segmentsOf(road: Road, rate: number | null): Segment[] {
  let from = 0;
  const groups = (pacedAt(road, rate)?.groups ?? []).filter(({ grouping }) => grouping === 'context');
  const place = (group: string): number => {
    const at = contexts.findIndex(([known]) => known === group);
    return at < 0 ? contexts.length : at;
  };
  return [...groups]
    .sort((a, b) => place(a.group) - place(b.group))
    .flatMap((row) => {
      const [group, ns] = [row.group, groupFigure(row)];
      // What is below zero after correction has no length to draw.
      if (!onLogAxis(ns)) return [];
      const context = contexts[place(group)]?.[1] ?? 'other';
      const segment = { road: roadName(road), from, to: from + ns, context };
      from += ns;
      return [segment];
    });
}

interface Total {
  road: string;
  low: number | null;
  high: number | null;
  /** Right of whatever reaches farthest. */
  end: number;
  label: string;
}

function totalOf(road: Road, rate: number | null, segments: Segment[]): Total[] {
  const estimate = figure(pacedAt(road, rate), metricNames.corrected);
  if (!drawable(estimate?.median)) return [];
  const { low, high } = intervalOf(estimate);
  const name = roadName(road);
  const own = segments.filter((segment) => segment.road === name);
  const known = drawable(low) && drawable(high);
  const end = own.reduce((most, { to }) => Math.max(most, to), Math.max(estimate.median, known ? high : 0));
  const range = known ? ` (${nanoseconds(low)}–${nanoseconds(high)})` : '';
  const ends = known ? { low, high } : { low: null, high: null };
  return [{ road: name, ...ends, end, label: `${nanoseconds(estimate.median)}${range}` }];
}
