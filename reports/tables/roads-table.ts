import { metricNames } from '../metric-names.js';
import type { RunRecord } from '../record.js';
import { mainRate, roadsOf, roadsText, skipReason } from '../roads.js';
import { kilopackets, lossPercent, microseconds, nanoseconds, percent, perPacket, whole } from './format.js';
import { cpuOf, deliveredOf, effectOf, goalText, medianOf, type RoadValue } from './road-cells.js';
import { costNotes, rateNotes } from './road-notes.js';
import type { Column, Row, Table } from './table.js';

/** A column of the comparison and how a road fills it. */
interface RoadColumn extends Column {
  value: RoadValue;
}

/** Every road side by side: what it takes, what it loses nothing of, what a packet costs and how long it waits. */
export function roadsTable(record: RunRecord): Table {
  const rate = mainRate(roadsOf(record));
  return {
    ...roadTable(record, [...rateColumns, ...costColumns]),
    id: 'paths',
    title: `Every road side by side (${roadsText(record, null)}; cost and delay at ${rateText(rate)})`,
    notes: [...rateNotes(record), ...costNotes(record)],
  };
}

/** The first half of it, for a terminal: rates. */
export function roadRatesTable(record: RunRecord): Table {
  return {
    ...roadTable(record, rateColumns),
    id: 'paths-rates',
    title: `What each road takes (${roadsText(record, null)}, as fast as the sender goes)`,
    notes: rateNotes(record),
  };
}

/** The second half of it, for a terminal: cost and delay. */
export function roadCostsTable(record: RunRecord): Table {
  const rate = mainRate(roadsOf(record));
  return {
    ...roadTable(record, costColumns),
    id: 'paths-cost',
    title: `What a packet costs on each road, and how long it waits (${roadsText(record, rate)})`,
    notes: costNotes(record),
  };
}

function roadTable(record: RunRecord, chosen: RoadColumn[]): Omit<Table, 'id' | 'title'> {
  const roads = roadsOf(record);
  const rate = mainRate(roads);
  const columns: Column[] = [{ key: 'path', title: 'path', align: 'left', unit: null, format: whole }, ...chosen];
  const rows = roads.flatMap((road): Row[] => {
    const reason = skipReason(road);
    if (reason !== null) return [{ kind: 'span', label: road.label, text: `skipped: ${reason}` }];
    const cells = Object.fromEntries(chosen.map(({ key, value }) => [key, value(road, record, rate)]));
    // A road that was measured only for the other half of the comparison.
    if (Object.values(cells).every((cell) => cell === null)) return [];
    return [{ kind: 'body', cells: { path: road.label, ...cells } }];
  });
  const none: Row = { kind: 'span', label: 'none', text: 'no path is in the record' };
  return { columns, rows: rows.length === 0 ? [none] : rows, notes: [] };
}

const right = { align: 'right' } as const;

const rateColumns: RoadColumn[] = [
  { key: 'delivered', title: 'delivered', ...right, unit: 'kpps', format: kilopackets, value: deliveredOf },
  {
    key: 'offered',
    optional: true,
    title: 'of offered',
    ...right,
    unit: 'kpps',
    format: kilopackets,
    value: medianOf(metricNames.offered, 'saturation'),
  },
  {
    key: 'loss',
    title: 'lost',
    ...right,
    unit: '%',
    format: lossPercent,
    value: medianOf(metricNames.loss, 'saturation'),
  },
  { key: 'ndr', title: 'NDR', ...right, unit: 'kpps', format: kilopackets, value: (road) => goalText(road, 'NDR') },
  { key: 'pdr', title: 'PDR', ...right, unit: 'kpps', format: kilopackets, value: (road) => goalText(road, 'PDR') },
  { key: 'observer', optional: true, title: 'takes from TCP', ...right, unit: '%', format: percent, value: effectOf },
];

const costColumns: RoadColumn[] = [
  { key: 'cpu', title: 'CPU time', ...right, unit: 'ns/packet', format: nanoseconds, value: cpuOf },
  {
    key: 'calls',
    title: 'system calls',
    ...right,
    unit: '/packet',
    format: perPacket,
    value: medianOf(metricNames.systemCalls, 'paced'),
  },
  {
    key: 'wakeUps',
    optional: true,
    title: 'wake-ups',
    ...right,
    unit: '/packet',
    format: perPacket,
    value: medianOf(metricNames.wakeUps, 'paced'),
  },
  {
    key: 'copied',
    optional: true,
    title: 'copied',
    ...right,
    unit: 'B/packet',
    format: whole,
    value: medianOf(metricNames.copiedBytes, 'paced'),
  },
  {
    key: 'p50',
    title: 'delay p50',
    ...right,
    unit: 'µs',
    format: microseconds,
    value: medianOf(metricNames.latencyP50, 'paced'),
  },
  {
    key: 'p99',
    title: 'delay p99',
    ...right,
    unit: 'µs',
    format: microseconds,
    value: medianOf(metricNames.latencyP99, 'paced'),
  },
];

function rateText(rate: number | null): string {
  return rate === null ? 'no paced rate' : `${String(rate)}\u00a0packets/s`;
}
