import type { RunRecord, SummaryRow } from '../record.js';
import { measuredRoads, type Road } from '../roads.js';
import { whole } from './format.js';
import type { CellValue, Column, Row, Table } from './table.js';

/** Grants with a column of their own; others are named in the last column. */
const columns: Column[] = [
  { key: 'xdpMode', title: 'XDP mode', align: 'left', unit: null, format: whole },
  { key: 'tpacketVersion', title: 'TPACKET version', align: 'right', unit: null, format: whole },
  { key: 'ringBytes', title: 'ring', align: 'right', unit: 'B', format: whole },
  { key: 'receiveBufferBytes', title: 'receive buffer', align: 'right', unit: 'B', format: whole },
];

/** What the kernel granted each road, read back from it; one row where all cells of a road were granted the same. */
export function grantedTable(record: RunRecord): Table {
  return {
    id: 'granted',
    title: 'What the kernel granted',
    columns: [
      { key: 'path', title: 'path', align: 'left', unit: null, format: whole },
      ...columns,
      { key: 'others', title: 'others', align: 'left', unit: null, format: whole },
    ],
    rows: measuredRoads(record).flatMap(roadRows),
    notes: [
      'Read back from the kernel after the set-up of the last accepted trial; what was asked is among the options.',
    ],
  };
}

function roadRows({ label, rows }: Road): Row[] {
  const granted = rows.map((row) => row.granted).filter((each) => Object.keys(each).length > 0);
  const distinct = new Map(granted.map((each) => [JSON.stringify(Object.entries(each).sort()), each]));
  return [...distinct.values()].map((each): Row => ({ kind: 'body', cells: { path: label, ...grantCells(each) } }));
}

function grantCells(granted: SummaryRow['granted']): Record<string, CellValue> {
  const known = columns.map(({ key }): [string, CellValue] => {
    const value = Object.hasOwn(granted, key) ? granted[key] : null;
    return [key, typeof value === 'boolean' ? String(value) : (value ?? null)];
  });
  const others = Object.entries(granted)
    .filter(([key]) => !columns.some((column) => column.key === key))
    .map(([key, value]) => `${key} ${String(value)}`);
  return { ...Object.fromEntries(known), others: others.join(', ') };
}
