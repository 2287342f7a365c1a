import { metricNames } from '../metric-names.js';
import type { Ledger, RunRecord } from '../record.js';
import { figure, measuredRoads, roadsText } from '../roads.js';
import { lossPercent, whole } from './format.js';
import { dropCount } from './row-notes.js';
import type { CellValue, Column, Row, Table } from './table.js';

/** Where each road lost packets when they came as fast as the sender goes: counts by layer, all trials added up. */
export function dropsTable(record: RunRecord): Table {
  const ledgers = measuredRoads(record).flatMap(({ label, saturation }) => {
    // A stream's ledger is of bytes, and TCP sends again what is lost.
    if (saturation === null || saturation.ledger?.unit !== 'packets') return [];
    return [{ label, ledger: saturation.ledger, loss: figure(saturation, metricNames.loss)?.median ?? null }];
  });
  const layers = [...new Set(ledgers.flatMap(({ ledger }) => layersOf(ledger)))];
  const unexplained = ledgers.some(({ ledger }) => ledger.unexplained !== 0);
  const column = (key: string, title: string): Column => ({ key, title, align: 'right', unit: null, format: whole });
  return {
    id: 'drops',
    title: `Where packets were lost (${roadsText(record, null)}, as fast as the sender goes)`,
    columns: [
      { key: 'path', title: 'path', align: 'left', unit: null, format: whole },
      column('sent', 'sent'),
      column('delivered', 'delivered'),
      ...layers.map((layer, index) => column(`layer${String(index)}`, layer)),
      ...(unexplained ? [column('unexplained', 'UNEXPLAINED')] : []),
      { key: 'loss', title: 'lost', align: 'right', unit: '%', format: lossPercent },
    ],
    rows: ledgers.map(({ label, ledger, loss }): Row => {
      const { sent, delivered } = ledger;
      const cells: Record<string, CellValue> = { path: label, sent, delivered, unexplained: ledger.unexplained, loss };
      layers.forEach((layer, index) => {
        cells[`layer${String(index)}`] = Object.hasOwn(ledger.drops, layer) ? (ledger.drops[layer] ?? null) : 0;
      });
      return { kind: 'body', cells };
    }),
    notes: [
      'Counts of all accepted trials: sent = delivered + the drops. Lost: median over trials.',
      ...(ledgers.every(({ ledger }) => dropCount(ledger) === 0) ? ['No layer counted a drop.'] : []),
    ],
  };
}

function layersOf({ drops }: Ledger): string[] {
  return Object.entries(drops)
    .filter(([, count]) => count > 0)
    .map(([layer]) => layer);
}
