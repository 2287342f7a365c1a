import type { TopLevelSpec } from 'vega-lite';
import { intervalOf } from '../intervals.js';
import { metricNames } from '../metric-names.js';
import type { RunRecord, SearchGoal } from '../record.js';
import { figure, goalOf, measuredRoads, type Road } from '../roads.js';
import { isSenderBound } from '../tables/road-cells.js';
import { chartConfig, drawable, PLOT_WIDTH, type Chart } from './chart.js';
import { familyOf } from './families.js';
import { roadName, roadTitle } from './road-title.js';

const kinds = ['NDR: nothing lost', 'PDR: a little lost', 'delivered as fast as the sender goes'] as const;
const colours = ['#0072b2', '#e69f00', '#333333'];

/** What a mark says of its figure. */
const shapes = { exact: 'circle', 'at least': 'triangle-right', 'less than': 'triangle-left' } as const;
type Reading = keyof typeof shapes;

interface RatePoint {
  road: string;
  kind: (typeof kinds)[number];
  rate: number;
  low: number;
  high: number;
  reading: Reading;
}

/** Rates of every road on one axis: what it delivers of a flood, and the bounds of its loss-free and nearly loss-free rate. */
export function roadRatesChart(record: RunRecord): Chart[] {
  const roads = measuredRoads(record);
  const points = roads.flatMap((road) => pointsOf(road));
  if (points.length === 0) return [];
  const drawn = roads.filter((road) => points.some((point) => point.road === roadName(road)));
  const title = 'What each road takes';
  const more =
    'bars: from lower to upper bound, or the interval of the median; ▶ at least, the sender was the limit; ◀ less than';
  const x = {
    type: 'quantitative',
    title: 'packets a second',
    scale: { type: 'log', nice: true, padding: 8 },
    axis: { format: '~s', tickCount: 6 },
  };
  const y = {
    field: 'road',
    type: 'nominal',
    title: null,
    scale: { domain: namesWithGaps(drawn) },
    axis: { domain: false, ticks: false, grid: true },
  };
  const yOffset = { field: 'kind', type: 'nominal', sort: [...kinds] };
  const legend = { orient: 'bottom', title: null, columnPadding: 18 };
  const colour = { field: 'kind', type: 'nominal', scale: { domain: [...kinds], range: colours }, legend };
  const present = (Object.keys(shapes) as Reading[]).filter((reading) =>
    points.some((each) => each.reading === reading),
  );
  const shape = {
    field: 'reading',
    type: 'nominal',
    scale: { domain: present, range: present.map((reading) => shapes[reading]) },
    legend: null,
  };
  const spec = {
    title: roadTitle(title, record, null, more),
    config: chartConfig,
    width: PLOT_WIDTH,
    height: { step: 8, for: 'offset' },
    layer: [
      // The bounds of a search are its answer, the interval of a median stands behind its point.
      ...[false, true].map((searched) => ({
        data: { values: points.filter(({ kind, low, high }) => low < high && (kind !== kinds[2]) === searched) },
        mark: { type: 'rule', strokeWidth: searched ? 7 : 2 },
        encoding: { x: { ...x, field: 'low' }, x2: { field: 'high' }, y, yOffset, color: colour },
      })),
      {
        // A point would hide a bar that is narrower than itself.
        data: { values: points.filter(({ kind, low, high }) => kind === kinds[2] || low === high) },
        mark: { type: 'point', filled: true, size: 46, opacity: 1 },
        encoding: { x: { ...x, field: 'rate' }, y, yOffset, color: colour, shape },
      },
    ],
  };
  return [{ id: 'rates', title, spec: spec as unknown as TopLevelSpec }];
}

/** Roads with a gap between families; gaps are told apart by their length. */
export function namesWithGaps(roads: Road[]): string[] {
  let gap = '';
  return roads.flatMap((road, index) => {
    const before = roads[index - 1];
    if (before === undefined || familyOf(before) === familyOf(road)) return [roadName(road)];
    gap += ' ';
    return [gap, roadName(road)];
  });
}

function pointsOf(road: Road): RatePoint[] {
  const delivered = figure(road.saturation, metricNames.rate);
  const goals = (['NDR', 'PDR'] as const).flatMap((name, index) => {
    const goal = goalOf(road, name);
    const kind = kinds[index];
    return goal === null || kind === undefined ? [] : goalPoint(road, kind, goal);
  });
  if (!onLogAxis(delivered?.median)) return goals;
  const { low, high } = intervalOf(delivered);
  const ends = onLogAxis(low) && onLogAxis(high) ? { low, high } : { low: delivered.median, high: delivered.median };
  const reading = isSenderBound(road.saturation) ? 'at least' : 'exact';
  return [...goals, { road: roadName(road), kind: kinds[2], rate: delivered.median, ...ends, reading }];
}

function goalPoint(road: Road, kind: RatePoint['kind'], { lower, upper }: SearchGoal): RatePoint[] {
  const from = lower?.packetsPerSecond;
  const to = upper?.packetsPerSecond;
  const point = (low: number, high: number, reading: Reading): RatePoint[] => [
    { road: roadName(road), kind, rate: low, low, high, reading },
  ];
  if (onLogAxis(from) && onLogAxis(to)) return point(from, to, 'exact');
  if (onLogAxis(from)) return point(from, from, 'at least');
  return onLogAxis(to) ? point(to, to, 'less than') : [];
}

/** What a logarithmic axis can hold. */
export function onLogAxis(value: number | null | undefined): value is number {
  return drawable(value) && value > 0;
}
