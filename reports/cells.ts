import type { RunRecord, SummaryRow } from './record.js';

/** Among several frame sizes the middle one stands for the rest. */
const PREFERRED_FRAME_BYTES = 512;

/**
 * The road, its variant, the kind of traffic where it is not the road's usual one, and whether it looks on:
 * "tcp message", "libpcap immediate", "af-xdp generic", "libpcap immediate (observer)".
 */
export function pathLabel(row: Pick<SummaryRow, 'path' | 'params'>): string {
  const { traffic, role } = row.params;
  const kind = typeof traffic === 'string' && role !== 'observer' ? traffic.replace(/^tcp-/, '') : null;
  const looksOn = role === 'observer' ? '(observer)' : null;
  return [roadLabel(row), kind, looksOn].filter((part) => part !== null).join(' ');
}

/** The road and its variant, whatever it is sent: "tcp", "libpcap immediate". */
export function roadLabel({ path, params }: Pick<SummaryRow, 'path' | 'params'>): string {
  const { variant } = params;
  return typeof variant === 'string' ? `${path} ${variant}` : path;
}

/** Bytes of a frame on the wire without FCS; null when the row has no such parameter. */
export function frameBytes(row: SummaryRow): number | null {
  const bytes = row.params['frameBytes'];
  return typeof bytes === 'number' ? bytes : null;
}

/** "20000 packets/s", or "unpaced" for as fast as it goes; null when the row has no rate. */
export function rateLabel(row: SummaryRow): string | null {
  const rate = row.params['packetsPerSecond'];
  if (typeof rate === 'number') return `${String(rate)}\u00a0packets/s`;
  return rate === null ? 'unpaced' : null;
}

/** Parameters that the label of a row says in words. */
const spoken = new Set(['traffic', 'frameBytes', 'packetsPerSecond', 'variant', 'role']);

/** Names a row in full: "tcp message, 512 B, 20000 packets/s". */
export function fullLabel(row: SummaryRow): string {
  const bytes = frameBytes(row);
  const others = Object.entries(row.params)
    .filter(([key]) => !spoken.has(key))
    .map(([key, value]) => `${key}=${String(value)}`);
  const parts = [pathLabel(row), bytes === null ? null : `${String(bytes)}\u00a0B`, rateLabel(row), ...others];
  return parts.filter((part) => part !== null).join(', ');
}

/** Names a row among others: the path, the frame size, and what else differs between rows of the same path. */
export function cellLabel(row: SummaryRow, rows: SummaryRow[]): string {
  const peers = rows.filter((other) => pathLabel(other) === pathLabel(row));
  const differs = (key: string): boolean => peers.some((other) => other.params[key] !== row.params[key]);
  const bytes = frameBytes(row);
  const others = Object.keys(row.params)
    .filter((key) => !spoken.has(key) && differs(key))
    .map((key) => `${key}=${String(row.params[key])}`);
  const rate = differs('packetsPerSecond') ? rateLabel(row) : null;
  const parts = [pathLabel(row), bytes === null ? null : `${String(bytes)}\u00a0B`, rate, ...others];
  return parts.filter((part) => part !== null).join(' ');
}

/** Rows by path in the record's order, then by frame size. */
export function orderedRows(record: RunRecord): SummaryRow[] {
  const paths = [...new Set(record.summary.map(pathLabel))];
  return [...record.summary].sort(
    (a, b) => paths.indexOf(pathLabel(a)) - paths.indexOf(pathLabel(b)) || (frameBytes(a) ?? 0) - (frameBytes(b) ?? 0),
  );
}

export function measuredRows(record: RunRecord): SummaryRow[] {
  return orderedRows(record).filter((row) => row.status === 'measured');
}

/** One row a path for a short view: the one whose frame size is nearest to 512 bytes; of equals, the first. */
export function representativeRows(rows: SummaryRow[]): SummaryRow[] {
  const nearest = new Map<string, SummaryRow>();
  const gap = (row: SummaryRow): number => Math.abs((frameBytes(row) ?? 0) - PREFERRED_FRAME_BYTES);
  for (const row of rows) {
    const kept = nearest.get(pathLabel(row));
    if (kept === undefined || gap(row) < gap(kept)) nearest.set(pathLabel(row), row);
  }
  return [...nearest.values()];
}

/** The rates of a set of rows in words: "20000 packets/s; tcp bulk unpaced". */
export function ratesText(rows: SummaryRow[]): string {
  const byRate = new Map<string, Set<string>>();
  for (const row of rows) {
    const rate = rateLabel(row);
    if (rate !== null) byRate.set(rate, (byRate.get(rate) ?? new Set()).add(pathLabel(row)));
  }
  const [most, ...others] = [...byRate].sort(([, a], [, b]) => b.size - a.size);
  if (most === undefined) return 'no stated rate';
  const common = others.filter(
    ([, paths]) => paths.size === most[1].size && [...paths].every((path) => most[1].has(path)),
  );
  const rates = [most, ...common].map(([rate]) => rate).join(' and ');
  const exceptions = others
    .filter((other) => !common.includes(other))
    .map(([rate, paths]) => `${[...paths].join(', ')} ${rate}`);
  return [rates, ...exceptions].join('; ');
}
