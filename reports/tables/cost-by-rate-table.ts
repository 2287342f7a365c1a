import { intervalWords } from '../intervals.js';
import { metricNames } from '../metric-names.js';
import type { RunRecord } from '../record.js';
import { figure, measuredRoads, pacedAt, pacedRates, roadsText } from '../roads.js';
import { nanoseconds, whole } from './format.js';
import { bounded } from './road-cells.js';
import type { CellValue, Row, Table } from './table.js';

/** What a packet costs at each of the rates, probes taken out. Without rows where there is one rate, or none. */
export function costByRateTable(record: RunRecord): Table {
  const roads = measuredRoads(record);
  const rates = pacedRates(roads);
  const costs = roads.map((road) => ({
    road,
    estimates: rates.map((rate) => figure(pacedAt(road, rate), metricNames.corrected)),
  }));
  const known = costs.filter(({ estimates }) => estimates.some((each) => each !== null));
  const words = intervalWords(
    record,
    known.flatMap(({ estimates }) => estimates.flatMap((each) => (each === null ? [] : [each.n]))),
    known.flatMap(({ road }) => road.paced.map((row) => row.cell)),
  );
  const rows = known.map(({ road, estimates }): Row => {
    const cells: Record<string, CellValue> = { path: road.label };
    estimates.forEach((each, index) => {
      cells[`rate${String(index)}`] = each === null ? null : bounded(each);
    });
    return { kind: 'body', cells };
  });
  return {
    id: 'cost-by-rate',
    title: `CPU time for each packet by offered rate (${roadsText(record, null)})`,
    columns: [
      { key: 'path', title: 'path', align: 'left', unit: null, format: whole },
      ...rates.map((rate, index) => ({
        key: `rate${String(index)}`,
        title: `at ${String(rate)}\u00a0packets/s`,
        align: 'right' as const,
        unit: 'ns',
        format: nanoseconds,
      })),
    ],
    rows: rates.length < 2 ? [] : rows,
    notes: [`Of the receiver’s side, probes taken out; in brackets, its ${words.title}.`, ...words.notes],
  };
}
