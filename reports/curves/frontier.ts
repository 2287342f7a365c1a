import type { TopLevelSpec } from 'vega-lite';
import { chartConfig, curveTitle, PLOT_WIDTH, type Chart } from '../charts/chart.js';
import { curveMark } from '../charts/palette.js';
import { around } from '../charts/road-cost.js';
import { onLogAxis } from '../charts/road-rates.js';
import { legendName } from '../charts/road-title.js';
import { roadLabel } from '../cells.js';
import type { Estimate, RunRecord, SummaryRow } from '../record.js';
import { rateOf } from '../roads.js';
import { whole } from '../tables/format.js';
import { bounded } from '../tables/road-cells.js';
import type { Row, Table } from '../tables/table.js';
import type { CurveMetric } from './metric.js';

/** Two metrics of which less is better, and that are bought with each other. */
export interface FrontierPlan {
  id: string;
  title: string;
  cost: CurveMetric;
  delay: CurveMetric;
  rows: (row: SummaryRow) => boolean;
}

interface Place {
  label: string;
  rate: number | null;
  row: SummaryRow;
  cost: Estimate;
  delay: Estimate;
}

/** Arms by rate, and within a rate by delay; each is on the frontier or is beaten in both figures by another. */
export function frontierTable(record: RunRecord, plan: FrontierPlan): Table {
  const { id, title, cost, delay } = plan;
  const places = placesOf(record, plan);
  return {
    id,
    title,
    columns: [
      { key: 'rate', title: 'packets/s', align: 'right', unit: null, format: whole },
      { key: 'arm', title: 'arm', align: 'left', unit: null, format: whole },
      { key: 'delay', title: delay.title, align: 'right', unit: delay.unit, format: delay.format },
      { key: 'cost', title: cost.title, align: 'right', unit: cost.unit, format: cost.format },
      { key: 'place', title: 'frontier', align: 'left', unit: null, format: whole },
    ],
    rows: places.map((place): Row => {
      const better = beating(place, places);
      const cells = { rate: place.rate, arm: place.label, delay: bounded(place.delay), cost: bounded(place.cost) };
      return { kind: 'body', cells: { ...cells, place: better === null ? 'on it' : `beaten by ${better.label}` } };
    }),
    notes: [
      'On the frontier: no other arm at the rate is cheaper and faster. By medians; where intervals overlap it may be chance.',
    ],
  };
}

function placesOf(record: RunRecord, { rows, cost, delay }: FrontierPlan): Place[] {
  const places = record.summary.filter(rows).flatMap((row): Place[] => {
    const [ownCost, ownDelay] = [cost.estimate(row), delay.estimate(row)];
    if (ownCost === null || ownDelay === null) return [];
    return [{ label: roadLabel(row), rate: rateOf(row), row, cost: ownCost, delay: ownDelay }];
  });
  return places.sort((a, b) => (a.rate ?? Infinity) - (b.rate ?? Infinity) || a.delay.median - b.delay.median);
}

/** The cheapest arm of the same rate that is no dearer and no slower, and better in one of both; null: there is none. */
function beating({ rate, cost, delay }: Place, places: readonly Place[]): Place | null {
  const better = places.filter(
    (other) =>
      other.rate === rate &&
      other.cost.median <= cost.median &&
      other.delay.median <= delay.median &&
      (other.cost.median < cost.median || other.delay.median < delay.median),
  );
  return better.reduce<Place | null>(
    (best, each) => (best === null || each.cost.median < best.cost.median ? each : best),
    null,
  );
}

const PANEL_HEIGHT = 230;

/** The same as a picture, a panel a rate, with a line through the arms on the frontier; empty when there is none. */
export function frontierChart(record: RunRecord, plan: FrontierPlan): Chart[] {
  const { id, title, cost, delay } = plan;
  const places = placesOf(record, plan).filter((each) => onLogAxis(each.cost.median) && onLogAxis(each.delay.median));
  if (places.length === 0) return [];
  // In the order of the record, as on the other charts.
  const inOrder = record.summary.filter((row) => places.some((place) => place.row === row));
  const names = [...new Set(inOrder.map((row) => legendName(roadLabel(row))))];
  const marks = names.map((_, index) => curveMark(index));
  const legend = { title: null, orient: 'right', symbolType: 'circle' };
  const scale = (range: string[]) => ({ domain: names, range });
  const colour = { field: 'arm', type: 'nominal', scale: scale(marks.map((mark) => mark.colour)), legend };
  const shape = { field: 'arm', type: 'nominal', scale: scale(marks.map((mark) => mark.shape)), legend };
  const axis = (metric: CurveMetric, of: (place: Place) => Estimate) => ({
    type: 'quantitative',
    title: `${metric.title}, ${metric.unit}`,
    scale: { type: 'log', domain: around(places.map((place) => of(place).median)), nice: false },
    axis: { format: '~f', tickCount: 5 },
  });
  const x = axis(delay, (place) => place.delay);
  const y = axis(cost, (place) => place.cost);
  const rates = [...new Set(places.map(({ rate }) => rate))];
  const panels = rates.map((rate) => {
    const own = places.filter((place) => place.rate === rate);
    const edge = own.filter((place) => beating(place, own) === null);
    const encoding = { x: { ...x, field: 'x' }, y: { ...y, field: 'y' } };
    return {
      width: PLOT_WIDTH,
      height: PANEL_HEIGHT,
      title: {
        text: rate === null ? 'unpaced' : `${String(rate)} packets/s`,
        fontSize: 11,
        anchor: 'start',
        offset: 4,
      },
      layer: [
        {
          data: { values: edge.map(pointOf) },
          mark: { type: 'line', color: '#9d9d9d', strokeDash: [4, 4] },
          encoding: { ...encoding, order: { field: 'x' } },
        },
        {
          data: { values: own.map(pointOf) },
          mark: { type: 'point', filled: true, size: 70, opacity: 1 },
          encoding: { ...encoding, color: colour, shape },
        },
      ],
    };
  });
  const rows = places.map(({ row }) => row);
  const more = 'dashed: the frontier, where nothing else is both cheaper and faster';
  const spec = { title: curveTitle(title, record, rows, more), config: chartConfig, vconcat: panels };
  return [{ id, title, spec: spec as unknown as TopLevelSpec }];
}

function pointOf({ label, cost, delay }: Place) {
  return { arm: legendName(label), x: delay.median, y: cost.median };
}
