import type { RunRecord, Trial } from '../record.js';
import { measuredRoads, type Road } from '../roads.js';
import { drawable, type Chart } from './chart.js';
import { onLogAxis } from './road-rates.js';
import { familyPanels, type Curve } from './road-panels.js';
import { roadTitle } from './road-title.js';

/** Below this the axis of loss is linear, so that nothing lost has a place on it, percent. */
const LINEAR_BELOW = 0.01;

/** What was lost against what was offered, trial by trial: those of the searches and those as fast as the sender goes. */
export function roadLossChart(record: RunRecord): Chart[] {
  const curves = measuredRoads(record).map((road): Curve => ({
    road,
    points: trialsOf(record, road).flatMap(lossPoint),
  }));
  const title = 'Loss against offered rate';
  const spec = familyPanels(curves, {
    title: roadTitle(title, record, null, 'each point is a trial, of a search or as fast as the sender goes'),
    points: true,
    lineOpacity: 0.4,
    x: {
      title: 'offered, packets a second',
      scale: { type: 'log', ...domainOf(curves) },
      axis: { format: '~s', tickCount: 5 },
    },
    y: {
      title: 'lost, %',
      scale: { type: 'symlog', constant: LINEAR_BELOW, domain: [0, 100], nice: false },
      axis: { values: [0, 0.01, 0.1, 1, 10, 100], labelExpr: "format(datum.value, '~g')" },
    },
  });
  return spec === null ? [] : [{ id: 'loss', title, spec }];
}

/** The trials without pace and those of the search that are the road's. */
function trialsOf(record: RunRecord, { saturation, search }: Road): Trial[] {
  return record.trials.filter(
    ({ valid, purpose, cell, probed }) =>
      valid && !probed && (purpose === 'search' ? cell === search?.cell : cell === saturation?.cell),
  );
}

function lossPoint({ generator, ledger }: Trial): Curve['points'] {
  const filtered = Object.hasOwn(ledger.drops, 'filter') ? (ledger.drops['filter'] ?? 0) : 0;
  const lost = (100 * (ledger.sent - ledger.delivered - filtered)) / ledger.sent;
  const offered = generator.achievedPacketsPerSecond;
  if (ledger.unit !== 'packets' || !drawable(lost) || !onLogAxis(offered)) return [];
  return [{ x: offered, y: Math.min(100, Math.max(0, lost)), low: null, high: null }];
}

/** The same stretch of the axis in every panel. */
export function domainOf(curves: Curve[]): { domain?: [number, number] } {
  const values = curves.flatMap(({ points }) => points.map(({ x }) => x));
  const [first] = values;
  if (first === undefined) return {};
  const low = values.reduce((least, value) => Math.min(least, value), first);
  const high = values.reduce((most, value) => Math.max(most, value), first);
  return { domain: [low / 1.3, high * 1.3] };
}
