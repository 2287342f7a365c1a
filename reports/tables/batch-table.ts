import { histogramQuantile } from '../../harness/statistics/quantile.js';
import type { Histogram, RunRecord, SummaryRow } from '../record.js';
import { measuredRoads, rateOf, roadsText } from '../roads.js';
import { perPacket, whole } from './format.js';
import type { CellValue, Column, Row, Table } from './table.js';

/** From here on a bin of the histogram holds more than one value (32 bins per power of two). */
const EXACT_BELOW = 64;

/** How many packets each call, block or look at a ring really brought: what batching made of the traffic. */
export function batchTable(record: RunRecord): Table {
  const column = (key: string, title: string, format = whole): Column => ({
    key,
    title,
    align: 'right',
    unit: null,
    format,
  });
  return {
    id: 'batch',
    title: `Packets that a call, a block or a look at a ring brought (${roadsText(record, null)})`,
    columns: [
      { key: 'path', title: 'path', align: 'left', unit: null, format: whole },
      column('rate', 'packets/s'),
      column('mean', 'mean', perPacket),
      column('p50', 'p50'),
      column('max', 'max'),
    ],
    rows: measuredRoads(record).flatMap(({ label, paced, saturation }) =>
      [...paced, ...(saturation === null ? [] : [saturation])].flatMap((row) => batchRow(label, row)),
    ),
    notes: [
      `From ${String(EXACT_BELOW)} on a bin holds several values and counts as its smallest, at most 3.2 % less: such a maximum is printed with ≥.`,
    ],
  };
}

function batchRow(label: string, row: SummaryRow): Row[] {
  const { batch } = row.distributions;
  const mean = batch === null ? null : histogramMean(batch);
  if (batch === null || mean === null) return [];
  const rate = rateOf(row) ?? 'unpaced';
  const cells = { path: label, rate, mean, p50: atLeast(histogramQuantile(batch, 0.5)), max: atLeast(highest(batch)) };
  return [{ kind: 'body', cells }];
}

/** The mean by the bins' lower bounds; null for no values. */
export function histogramMean({ lowerBounds, counts }: Histogram): number | null {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const sum = lowerBounds.reduce((weighted, bound, bin) => weighted + bound * (counts[bin] ?? 0), 0);
  return total === 0 ? null : sum / total;
}

function highest({ lowerBounds, counts }: Histogram): number | null {
  return lowerBounds[counts.findLastIndex((count) => count > 0)] ?? null;
}

function atLeast(value: number | null): CellValue {
  return value === null || value < EXACT_BELOW ? value : `≥ ${whole(value)}`;
}
