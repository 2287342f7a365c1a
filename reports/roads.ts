import { pathNames } from '../harness/paths/paths.js';
import { frameBytes, roadLabel } from './cells.js';
import { metricOf } from './intervals.js';
import type { Comparison, Estimate, RunRecord, Search, SearchGoal, SummaryRow } from './record.js';

/** Among several paced rates the one nearest to this stands for the rest: table1's, at which each packet wakes its reader. */
const PREFERRED_RATE = 10_000;

/**
 * Below this loss the path took what came, and the sender was the limit: the path's own limit is somewhere above. One in
 * a thousand leaves room for what a preempted virtual CPU loses.
 */
export const SENDER_BOUND_LOSS = 0.001;

/** All that a record has of one way to receive: a path in one variant, at one frame size. */
export interface Road {
  path: string;
  /** "libpcap immediate"; with the frame size where it is not the record's usual one. */
  label: string;
  frameBytes: number | null;
  rows: SummaryRow[];
  /** Measured at a rate, slowest first. */
  paced: SummaryRow[];
  /** Measured as fast as the sender goes. */
  saturation: SummaryRow | null;
  /** Measured while looking on at a TCP transfer. */
  observer: SummaryRow | null;
  search: Search | null;
}

/** The roads of a record in the order of `harness/paths/paths.ts`, then of variants and frame sizes as recorded. */
export function roadsOf(record: RunRecord): Road[] {
  const groups = new Map<string, SummaryRow[]>();
  const searches = new Map<string, Search>();
  const keyOf = (each: Pick<SummaryRow, 'path' | 'params'>): string =>
    JSON.stringify([each.path, each.params['variant'] ?? null, each.params['frameBytes'] ?? null]);
  const own = record.summary.filter((row) => !isObserver(row));
  for (const row of own) groups.set(keyOf(row), [...(groups.get(keyOf(row)) ?? []), row]);
  for (const search of record.searches) {
    searches.set(keyOf(search), search);
    if (!groups.has(keyOf(search))) groups.set(keyOf(search), []);
  }
  const observers = record.summary.filter(isObserver);
  for (const row of observers) {
    const known = [...own, ...record.searches].some((each) => each.path === row.path && sameVariant(each, row));
    if (!known) groups.set(keyOf(row), []);
  }
  const usual = usualFrameBytes(record);
  const roads = [...groups].flatMap(([key, rows]): Road[] => {
    const search = searches.get(key) ?? null;
    const named = rows[0] ?? search ?? observers.find((row) => keyOf(row) === key);
    if (named === undefined) return [];
    const observer = observers.find((row) => row.path === named.path && sameVariant(row, named)) ?? null;
    const bytes = numberOf(named.params['frameBytes']);
    const odd = rows.length + (search === null ? 0 : 1) > 0 && bytes !== null && bytes !== usual;
    const measured = rows.filter((row) => row.status === 'measured');
    return [
      {
        path: named.path,
        label: odd ? `${roadLabel(named)} ${String(bytes)}\u00a0B` : roadLabel(named),
        frameBytes: bytes,
        rows: observer === null ? rows : [...rows, observer],
        paced: measured.filter((row) => rateOf(row) !== null).sort((a, b) => (rateOf(a) ?? 0) - (rateOf(b) ?? 0)),
        saturation: measured.find((row) => row.params['packetsPerSecond'] === null) ?? null,
        observer: observer?.status === 'measured' ? observer : null,
        search,
      },
    ];
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

function isObserver(row: SummaryRow): boolean {
  return row.params['role'] === 'observer';
}

function sameVariant(a: Pick<SummaryRow, 'params'>, b: Pick<SummaryRow, 'params'>): boolean {
  return (a.params['variant'] ?? null) === (b.params['variant'] ?? null);
}

function numberOf(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}

/** Paths that this version does not know are last. */
function placeOf(path: string): number {
  const place = (pathNames as string[]).indexOf(path);
  return place < 0 ? pathNames.length : place;
}

/** The frame size of most cells, of equals the first: what a title can say for all. Null when none is recorded. */
export function usualFrameBytes(record: RunRecord): number | null {
  const counts = new Map<number, number>();
  for (const row of record.summary) {
    const bytes = frameBytes(row);
    if (bytes !== null && !isObserver(row)) counts.set(bytes, (counts.get(bytes) ?? 0) + 1);
  }
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0] ?? null;
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
  const bytes = usualFrameBytes(record);
  const parts = [
    bytes === null ? null : `${String(bytes)}\u00a0B frames`,
    rate === null ? null : `${String(rate)}\u00a0packets/s`,
  ].filter((part) => part !== null);
  return parts.length === 0 ? 'no stated rate' : parts.join(', ');
}
