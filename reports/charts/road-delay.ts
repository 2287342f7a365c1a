import type { Histogram, RunRecord } from '../record.js';
import { mainRate, measuredRoads, pacedAt } from '../roads.js';
import { drawable, type Chart } from './chart.js';
import { around } from './road-cost.js';
import { familyPanels, type Curve } from './road-panels.js';
import { onLogAxis } from './road-rates.js';
import { roadTitle } from './road-title.js';

/** Points of a curve at most: a histogram may have a thousand bins, of which most lie below the median. */
const POINTS = 120;

/** Percentiles named on the axis: where each is, in nines. */
const ticks = [
  [0, '0'],
  [-Math.log10(0.5), '50'],
  [1, '90'],
  [2, '99'],
  [3, '99.9'],
  [4, '99.99'],
  [5, '99.999'],
  [6, '99.9999'],
] as const;

/** How long packets wait: delay against percentile, stretched towards 100 % as HdrHistogram plots it. */
export function roadDelayChart(record: RunRecord): Chart[] {
  const roads = measuredRoads(record);
  const rate = mainRate(roads);
  const curves = roads.map((road): Curve => {
    const delays = pacedAt(road, rate)?.distributions.latencyNs ?? null;
    return { road, points: delays === null ? [] : percentileCurve(delays) };
  });
  const title = 'Delay by percentile';
  const farthest = curves.flatMap(({ points }) => points).reduce((most, { x }) => Math.max(most, x), 1);
  const named = ticks.filter(([at]) => at <= farthest);
  const labels = named.map(([at, text]) => `abs(datum.value - ${String(at)}) < 0.001 ? '${text}' : `).join('');
  const times = around(curves.flatMap(({ points }) => points.map(({ y }) => y)));
  const spec = familyPanels(curves, {
    title: roadTitle(title, record, rate, 'from the sender’s clock to the reader’s hand; all trials without probes'),
    points: false,
    interpolate: 'step-before',
    x: {
      title: 'percentile',
      scale: { domain: [0, farthest], nice: false },
      axis: { values: named.map(([at]) => at), labelExpr: `${labels}''` },
    },
    y: {
      title: 'delay',
      scale: { type: 'log', domain: times, nice: false },
      axis: { values: powersOfTen(times), labelExpr: TIME_LABEL },
    },
  });
  return spec === null ? [] : [{ id: 'delay', title, spec }];
}

const TIME_LABEL =
  "datum.value < 1e3 ? format(datum.value, '~f') + ' ns' : " +
  "datum.value < 1e6 ? format(datum.value / 1e3, '~f') + ' µs' : " +
  "datum.value < 1e9 ? format(datum.value / 1e6, '~f') + ' ms' : format(datum.value / 1e9, '~f') + ' s'";

function powersOfTen([low, high]: [number, number]): number[] {
  const first = Math.ceil(Math.log10(low));
  return Array.from(
    { length: Math.max(0, Math.floor(Math.log10(high)) - first + 1) },
    (_, index) => 10 ** (first + index),
  );
}

/**
 * Of each bin the share of values that are no larger, in nines: x = log10(1 ∕ (1 − share)), 1 at 90 %, 2 at 99 %. The
 * largest value stands where all but one are below it.
 */
export function percentileCurve({ lowerBounds, counts }: Histogram): Curve['points'] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  let seen = 0;
  const points = lowerBounds.flatMap((bound, bin) => {
    const count = counts[bin] ?? 0;
    seen += count;
    // The half keeps the last bin on the axis.
    const above = Math.max(total - seen, 0.5) / total;
    return count === 0 || !onLogAxis(bound) || !drawable(above)
      ? []
      : [{ x: -Math.log10(above), y: bound, low: null, high: null }];
  });
  return thinned(points);
}

/** Points evenly apart on the axis, the last of each stretch, so that the tail keeps every bin. */
function thinned(points: Curve['points']): Curve['points'] {
  const last = points.at(-1);
  if (last === undefined || points.length <= POINTS) return points;
  const stretch = (at: number): number => Math.floor((points[at]?.x ?? 0) / (last.x / POINTS));
  return points.filter((_, index) => index === points.length - 1 || stretch(index) !== stretch(index + 1));
}
