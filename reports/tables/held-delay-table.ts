import { roadLabel } from '../cells.js';
import { metricNames } from '../metric-names.js';
import type { RunRecord, SummaryRow } from '../record.js';
import { figure, rateOf } from '../roads.js';
import { histogramMean } from './batch-table.js';
import { perPacket, whole } from './format.js';
import type { Column, Row, Table } from './table.js';

/** A median this far from half of the time, or a last hundredth this far from its end, is not uniform. */
const MEDIAN_WITHIN = 0.1;
const P99_WITHIN = 0.15;

/** Packets on a fixed grid of so few a block come at a phase, not anywhere. */
const FEW_PACKETS = 4;

/**
 * Delays of the roads that hold packets back (cells with `timeoutMs`), beside what their mechanism implies: a packet comes
 * anywhere in the time that its block is open, so delays are uniform over that time, and it is the timeout or the time that
 * the block takes to fill, whichever is shorter. How long blocks were open is read from how many packets they brought.
 */
export function heldDelayTable(record: RunRecord): Table {
  const column = (key: string, title: string, unit: string | null, format = perPacket): Column => ({
    ...{ key, title, unit, format },
    align: 'right',
  });
  return {
    id: 'held',
    title: 'Delays of packets that are held back, and how long blocks were open',
    columns: [
      { key: 'arm', title: 'arm', align: 'left', unit: null, format: whole },
      column('rate', 'packets/s', null, whole),
      column('timeout', 'timeout', 'ms', whole),
      column('packets', 'packets a block', null, perPacket),
      column('open', 'open', 'ms'),
      column('median', 'p50 ∕ open', null),
      column('last', 'p99 ∕ open', null),
      { key: 'shape', title: 'shape', align: 'left', unit: null, format: whole },
    ],
    rows: record.summary.flatMap(heldRow),
    notes: [
      'Open: mean packets a block ∕ offered rate. Uniform delays have 0.50 of it at p50 and 0.99 at p99.',
      `Uniform: p50 within ${String(MEDIAN_WITHIN)} of 0.5, p99 within ${String(P99_WITHIN)} of 0.99.`,
    ],
  };
}

function heldRow(row: SummaryRow): Row[] {
  const [rate, { timeoutMs }, { batch }] = [rateOf(row), row.params, row.distributions];
  const packets = batch === null ? null : histogramMean(batch);
  const [p50, p99] = [figure(row, metricNames.latencyP50), figure(row, metricNames.latencyP99)];
  if (typeof timeoutMs !== 'number' || rate === null || packets === null || p50 === null || p99 === null) return [];
  const openNs = (packets * 1e9) / rate;
  const [median, last] = [p50.median / openNs, p99.median / openNs];
  const cells = { arm: roadLabel(row), rate, timeout: timeoutMs, packets, open: openNs / 1e6, median, last };
  return [{ kind: 'body', cells: { ...cells, shape: shapeOf(packets, median, last, openNs / 1e6 / timeoutMs) } }];
}

function shapeOf(packets: number, median: number, last: number, openOverTimeout: number): string {
  if (packets < FEW_PACKETS) return 'too few packets a block';
  const uniform = Math.abs(median - 0.5) <= MEDIAN_WITHIN && Math.abs(last - 0.99) <= P99_WITHIN;
  const end =
    openOverTimeout > 1.2 ? 'later than the timeout' : openOverTimeout > 0.8 ? 'timeout' : 'before the timeout';
  return `${uniform ? 'uniform' : 'not uniform'}, ended by: ${end}`;
}
