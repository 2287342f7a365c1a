import { frameBytes } from './cells.js';
import type { RunRecord, SummaryRow } from './record.js';

/** A record narrowed to one frame size. */
export interface FrameView {
  /** Null where no cell has one. */
  frameBytes: number | null;
  record: RunRecord;
}

/** Looks on at a TCP transfer. */
export function isObserver(row: SummaryRow): boolean {
  return row.params['role'] === 'observer';
}

/** Belongs beside every frame size: TCP at full speed has full segments, whatever the frames of the others are. */
function isBulk(row: SummaryRow): boolean {
  return isObserver(row) || row.params['traffic'] === 'tcp-bulk';
}

/** The frame sizes of a record, first the one that was searched, else the one of most cells. */
export function frameSizes(record: RunRecord): number[] {
  const own = record.summary.filter((row) => !isBulk(row));
  const counts = new Map<number, number>();
  const add = (bytes: unknown, weight: number): void => {
    if (typeof bytes === 'number') counts.set(bytes, (counts.get(bytes) ?? 0) + weight);
  };
  for (const row of own) add(row.params['frameBytes'], 1);
  // One search weighs more than all cells.
  for (const search of record.searches) add(search.params['frameBytes'], own.length + 1);
  return [...counts].sort(([, a], [, b]) => b - a).map(([bytes]) => bytes);
}

/** The record once for each of its frame sizes, the most important first; whole when it has none or one. */
export function frameViews(record: RunRecord): [FrameView, ...FrameView[]] {
  const [first = null, ...others] = frameSizes(record);
  if (others.length === 0) return [{ frameBytes: first, record }];
  return [viewOf(record, first), ...others.map((bytes) => viewOf(record, bytes))];
}

function viewOf(record: RunRecord, bytes: number | null): FrameView {
  const summary = record.summary.filter((row) => isBulk(row) || frameBytes(row) === bytes);
  const cells = new Set(summary.map((row) => row.cell));
  const searches = record.searches.filter(({ params }) => params['frameBytes'] === bytes);
  const comparisons = record.comparisons.filter(({ arm }) => cells.has(arm));
  return { frameBytes: bytes, record: { ...record, summary, searches, comparisons } };
}
