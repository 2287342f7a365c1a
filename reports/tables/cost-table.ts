import { closureTotals, soakedOf, unprobedTotalBand } from '../figures.js';
import { cellLabel, orderedRows, ratesText } from '../cells.js';
import { intervalOf, isMissing, metricOf, MISSING_INTERVAL_NOTE, rowIntervalWords } from '../intervals.js';
import { metricNames } from '../metric-names.js';
import type { Ledger, RunRecord, SummaryRow } from '../record.js';
import { nanoseconds, perPacket, whole } from './format.js';
import { dropCount } from './row-notes.js';
import { markedRatio, ratioText } from './stage-table.js';
import type { Column, Row, Table } from './table.js';

/**
 * One row a cell: what a packet costs the receiver's side, with interval, beside the raw and the unprobed figure;
 * what was delivered; calls, wake-ups, drops.
 */
export function costTable(record: RunRecord, rows: SummaryRow[] = orderedRows(record)): Table {
  const measured = rows.filter((row) => row.status === 'measured');
  const words = rowIntervalWords(record, measured);
  const missing = measured.some((row) => isMissing(intervalOf(metricOf(row, metricNames.corrected))));
  const sources = [...new Set(measured.map((row) => row.closure?.unprobedSource ?? null))].filter(
    (each) => each !== null,
  );
  return {
    id: 'cost',
    title: `CPU time of the receiver’s side for each packet (${ratesText(rows)})`,
    columns: columns(words.title),
    rows: rows.map((row) => costRow(record, row)),
    notes: [
      ...(sources.length === 0
        ? []
        : [
            `Unprobed by: ${sources.join('; ')}. Ratio: corrected ∕ unprobed, both with the soaker where there is one; ! is outside 1 ± ${String(unprobedTotalBand)}.`,
          ]),
      ...words.notes,
      ...(missing ? [MISSING_INTERVAL_NOTE] : []),
    ],
  };
}

function columns(interval: string): Column[] {
  return [
    { key: 'cell', title: 'path and frame', align: 'left', unit: null, format: whole },
    { key: 'corrected', title: 'corrected', align: 'right', unit: 'ns', format: nanoseconds },
    { key: 'interval', title: interval, align: 'right', unit: 'ns', format: nanoseconds },
    { key: 'raw', title: 'raw', align: 'right', unit: 'ns', format: nanoseconds },
    { key: 'unprobed', title: 'unprobed', align: 'right', unit: 'ns', format: nanoseconds },
    { key: 'ratio', title: 'ratio', align: 'right', unit: null, format: perPacket },
    { key: 'rate', title: 'packets/s', align: 'right', unit: null, format: whole },
    { key: 'calls', title: 'calls', align: 'right', unit: '/packet', format: perPacket },
    { key: 'wakeUps', title: 'wake-ups', align: 'right', unit: '/packet', format: perPacket },
    { key: 'drops', title: 'drops', align: 'right', unit: null, format: whole },
  ];
}

function costRow(record: RunRecord, row: SummaryRow): Row {
  const label = cellLabel(row, record.summary);
  if (row.status === 'skipped') {
    return { kind: 'span', label, text: `skipped: ${row.reason ?? 'no reason recorded'}` };
  }
  const median = (name: string): number | null => metricOf(row, name)?.median ?? null;
  const totals = row.closure === null ? null : closureTotals(row.closure);
  const corrected = median(metricNames.corrected) ?? totals?.corrected ?? null;
  const soaked = row.closure === null ? undefined : soakedOf(row.closure);
  const unprobed = median(metricNames.unprobed) ?? totals?.unprobed ?? null;
  return {
    kind: 'body',
    cells: {
      cell: label,
      corrected,
      interval: intervalOf(metricOf(row, metricNames.corrected)),
      raw: median(metricNames.probed) ?? totals?.probed ?? null,
      unprobed,
      ratio: soaked === undefined ? plainRatio(corrected, unprobed) : markedRatio(soaked.ratio.median),
      rate: median(metricNames.rate),
      calls: median(metricNames.systemCalls),
      wakeUps: median(metricNames.wakeUps),
      drops: row.ledger === null ? null : dropText(row.ledger),
    },
  };
}

function plainRatio(corrected: number | null, unprobed: number | null): string | null {
  return corrected === null || unprobed === null ? null : ratioText(corrected, unprobed);
}

/** A stream's ledger counts bytes, and says so. */
function dropText(ledger: Ledger): number | string {
  const count = dropCount(ledger);
  return ledger.unit === 'bytes' && count > 0 ? `${String(count)}\u00a0B` : count;
}
