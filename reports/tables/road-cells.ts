import { metricNames } from '../metric-names.js';
import type { Estimate, RunRecord, SearchGoal } from '../record.js';
import { figure, goalOf, observerEffect, pacedAt, SENDER_BOUND_LOSS, type Road } from '../roads.js';
import { kilopackets, nanoseconds } from './format.js';
import type { Bounded, CellValue } from './table.js';

/** What stands in a road's row. @param rate of the paced figures; null when nothing was paced */
export type RoadValue = (road: Road, record: RunRecord, rate: number | null) => CellValue;

/** The median of a metric of the road's paced or saturation cell. */
export function medianOf(metric: string, at: 'paced' | 'saturation'): RoadValue {
  return (road, _, rate) => figure(at === 'paced' ? pacedAt(road, rate) : road.saturation, metric)?.median ?? null;
}

/** Where nothing was lost the sender was the limit, and the figure is a lower bound of what the road can. */
export function deliveredOf({ saturation }: Road): CellValue {
  const delivered = figure(saturation, metricNames.rate);
  if (delivered === null) return null;
  return isSenderBound(saturation) ? `≥ ${kilopackets(delivered.median)} (sender-bound)` : delivered.median;
}

/** Whether a saturation cell says no more than what the sender could. TCP, which has no loss, is not meant. */
export function isSenderBound(saturation: Road['saturation']): boolean {
  const loss = figure(saturation, metricNames.loss);
  return loss !== null && loss.median < SENDER_BOUND_LOSS;
}

/** "392–401"; what is missing of an irregular goal in place of a bound. */
export function goalText(road: Road, name: string): CellValue {
  if (road.search === null) return null;
  if (road.search.status === 'skipped') return `skipped: ${road.search.reason ?? 'no reason recorded'}`;
  const goal = goalOf(road, name);
  return goal === null ? null : goalBounds(goal);
}

/** The bounds of a goal when it is regular; else what of them there is, in few words. */
export function goalBounds({ lower, upper, regular }: SearchGoal): CellValue {
  const rate = (bound: NonNullable<SearchGoal['lower']>): string => kilopackets(bound.packetsPerSecond);
  if (regular && lower !== null && upper !== null) return { low: lower.packetsPerSecond, high: upper.packetsPerSecond };
  if (lower !== null && upper !== null) return `irregular: ${rate(lower)}–${rate(upper)}`;
  if (lower !== null) return `irregular: ≥ ${rate(lower)}`;
  if (upper !== null) return `irregular: < ${rate(upper)}`;
  return 'irregular: no bound';
}

/** Corrected with interval; where there are no probed trials, what the threads' clocks said, and so marked. */
export function cpuOf(road: Road, _: RunRecord, rate: number | null): CellValue {
  const row = pacedAt(road, rate);
  const corrected = figure(row, metricNames.corrected);
  if (corrected !== null) return bounded(corrected);
  const clocks = figure(row, metricNames.unprobed);
  return clocks === null ? null : `${nanoseconds(clocks.median)} by clocks`;
}

/** What the road took from a TCP transfer that it looked on at. */
export function effectOf(road: Road, record: RunRecord): CellValue {
  const effect = observerEffect(record, road);
  return effect === null ? null : bounded(effect.savingPercent);
}

/** An estimate as one cell: the median, its interval with it. */
export function bounded({ median, low, high }: Estimate): Bounded {
  return { value: median, low, high };
}
