import { pathNames } from '../harness/paths/paths.js';
import { roadLabel } from './cells.js';
import { frameSizes, isObserver } from './frame-views.js';
import { metricOf } from './intervals.js';
import type { Comparison, Estimate, RunRecord, Search, SearchGoal, SummaryRow } from './record.js';

/** Among several paced rates the one nearest to this stands for the rest: table1's, at which each packet wakes its reader. */
const PREFERRED_RATE = 10_000;

/**
 * Below this loss the path took what came, and the sender was the limit: the path's own limit is somewhere above. One in
 * a thousand leaves room for what a preempted virtual CPU loses.
 */
export const SENDER_BOUND_LOSS = 0.001;

/** All that a record has of one way to receive: a path in one variant. */
export interface Road {
  path: string;
  /** "libpcap immediate". */
  label: string;
  rows: SummaryRow[];
  /** Measured at a rate, slowest first. */
  paced: SummaryRow[];
  /** Measured as fast as the sender goes. */
  saturation: SummaryRow | null;
  /** Measured while looking on at a TCP transfer. */
  observer: SummaryRow | null;
  search: Search | null;
}

/**
 * The roads of a record in the order of `harness/paths/paths.ts`, then of variants as recorded. Several frame sizes would
 * be mixed up: see `frameViews`.
 */
export function roadsOf(record: RunRecord): Road[] {
  const keyOf = (each: SummaryRow | Search): string => JSON.stringify([each.path, each.params['variant'] ?? null]);
  const all = [...record.summary, ...record.searches];
  const named = new Map(all.map((each) => [keyOf(each), each]));
  const roads = [...named].map(([key, { path, params }]): Road => {
    const rows = record.summary.filter((row) => keyOf(row) === key);
    const measured = rows.filter((row) => row.status === 'measured');
    const own = measured.filter((row) => !isObserver(row));
    return {
      path,
      label: roadLabel({ path, params }),
      rows,
      paced: own.filter((row) => rateOf(row) !== null).sort((a, b) => (rateOf(a) ?? 0) - (rateOf(b) ?? 0)),
      saturation: own.find((row) => row.params['packetsPerSecond'] === null) ?? null,
      observer: measured.find(isObserver) ?? null,
      search: record.searches.find((search) => keyOf(search) === key) ?? null,
    };
  });
  return roads.sort((a, b) => placeOf(a.path) - placeOf(b.path));
}

/** Roads of which something was measured. */
export function measuredRoads(record: RunRecord): Road[] {
  return roadsOf(record).filter((road) => skipReason(road) === null);
}

/** Why nothing of a road was measured; null when something was. */
export function skipReason({ rows, search }: Road): string | null {
  if (rows.some((row) => row.status === 'measured') || search?.status === 'measured') return null;
  const reasons = [...rows.map((row) => row.reason), search?.reason ?? null].filter((reason) => reason !== null);
  return reasons.length === 0 ? 'no reason recorded' : [...new Set(reasons)].join('; ');
}

function numberOf(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}

/** Paths that this version does not know are last. */
function placeOf(path: string): number {
  const place = (pathNames as string[]).indexOf(path);
  return place < 0 ? pathNames.length : place;
}

export function rateOf(row: SummaryRow): number | null {
  return numberOf(row.params['packetsPerSecond']);
}

/** The paced rates of the measured cells, slowest first. */
export function pacedRates(roads: Road[]): number[] {
  return [...new Set(roads.flatMap(({ paced }) => paced.map(rateOf)))]
    .filter((rate) => rate !== null)
    .sort((a, b) => a - b);
}

/** The rate that a table of one rate is of; null when nothing was paced. */
export function mainRate(roads: Road[]): number | null {
  const gap = (rate: number): number => Math.abs(rate - PREFERRED_RATE);
  return pacedRates(roads).reduce<number | null>(
    (nearest, rate) => (nearest === null || gap(rate) < gap(nearest) ? rate : nearest),
    null,
  );
}

export function pacedAt(road: Road, rate: number | null): SummaryRow | undefined {
  return road.paced.find((row) => rateOf(row) === rate);
}

/** A figure of a row that may be missing, as may the row. */
export function figure(row: SummaryRow | null | undefined, metric: string): Estimate | null {
  return row === null || row === undefined ? null : (metricOf(row, metric) ?? null);
}

export function goalOf(road: Road, name: string): SearchGoal | null {
  return road.search?.goals.find((goal) => goal.name === name) ?? null;
}

/** What the road took from the TCP transfer that it looked on at. */
export function observerEffect(record: RunRecord, { observer }: Road): Comparison | null {
  if (observer === null) return null;
  return (
    record.comparisons.find((each) => each.metric === 'observedBitsPerSecond' && each.arm === observer.cell) ?? null
  );
}

/** Frames, rate and isolation that the figures are of: "64 B frames, 10000 packets/s". */
export function roadsText(record: RunRecord, rate: number | null): string {
  const [bytes = null] = frameSizes(record);
  const parts = [
    bytes === null ? null : `${String(bytes)}\u00a0B frames`,
    rate === null ? null : `${String(rate)}\u00a0packets/s`,
  ].filter((part) => part !== null);
  return parts.length === 0 ? 'no stated rate' : parts.join(', ');
}
