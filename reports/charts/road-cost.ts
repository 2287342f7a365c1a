import type { RunRecord } from '../record.js';
import { intervalOf } from '../intervals.js';
import { metricNames } from '../metric-names.js';
import { figure, measuredRoads, pacedRates, rateOf, type Road } from '../roads.js';
import type { Chart } from './chart.js';
import { domainOf } from './road-loss.js';
import { familyPanels, type Curve } from './road-panels.js';
import { onLogAxis } from './road-rates.js';
import { roadTitle } from './road-title.js';

/** What a packet costs against the rate at which they come. Of one rate alone the chart by context tells it. */
export function roadCostChart(record: RunRecord): Chart[] {
  const roads = measuredRoads(record);
  const rates = pacedRates(roads);
  if (rates.length < 2) return [];
  const curves = roads.map((road): Curve => ({ road, points: costPoints(road) }));
  const title = 'CPU time for each packet against offered rate';
  const ends = curves.flatMap(({ points }) => points.flatMap(({ y, low, high }) => [y, low ?? y, high ?? y]));
  const spec = familyPanels(curves, {
    title: roadTitle(title, record, null, 'of the receiver’s side, probes taken out; line: interval of the median'),
    points: true,
    x: {
      title: 'offered, packets a second',
      scale: { type: 'log', ...domainOf(curves) },
      axis: { format: '~s', ...(rates.length <= 6 ? { values: rates } : { tickCount: 5 }) },
    },
    y: {
      title: 'ns for each packet',
      scale: { type: 'log', domain: around(ends) },
      axis: { format: '~f', tickCount: 5 },
    },
  });
  return spec === null ? [] : [{ id: 'cost-by-rate', title, spec }];
}

function costPoints({ paced }: Road): Curve['points'] {
  return paced.flatMap((row) => {
    const estimate = figure(row, metricNames.corrected);
    const rate = rateOf(row);
    if (!onLogAxis(estimate?.median) || !onLogAxis(rate)) return [];
    const { low, high } = intervalOf(estimate);
    const known = onLogAxis(low) && onLogAxis(high);
    return [{ x: rate, y: estimate.median, low: known ? low : null, high: known ? high : null }];
  });
}

/** A little more than what the values reach over. */
export function around(values: number[]): [number, number] {
  const [first = 1] = values;
  const low = values.reduce((least, value) => Math.min(least, value), first);
  const high = values.reduce((most, value) => Math.max(most, value), first);
  return [low / 1.2, high * 1.2];
}
