import { metricNames } from '../metric-names.js';
import type { RunRecord } from '../record.js';
import { figure, measuredRoads, pacedRates, rateOf, roadsText } from '../roads.js';
import { microseconds, whole } from './format.js';
import type { CellValue, Column, Row, Table } from './table.js';

const quantiles = [
  ['p50', metricNames.latencyP50],
  ['p90', metricNames.latencyP90],
  ['p99', metricNames.latencyP99],
  ['p99.9', metricNames.latencyP999],
  ['max', metricNames.latencyMax],
  ['sender late, p99', metricNames.lateness],
] as const;

/** How long a packet waits, from the sender's clock to the reader's hand: medians of the trials' own quantiles. */
export function latencyTable(record: RunRecord): Table {
  const roads = measuredRoads(record);
  const rates = pacedRates(roads);
  const several = rates.length > 1;
  const rows = roads.flatMap(({ label, paced }) =>
    paced.flatMap((row): Row[] => {
      if (figure(row, metricNames.latencyP50) === null) return [];
      const cells: Record<string, CellValue> = { path: label, rate: rateOf(row) };
      for (const [name, metric] of quantiles) cells[name] = figure(row, metric)?.median ?? null;
      return [{ kind: 'body', cells }];
    }),
  );
  return {
    id: 'delay',
    title: `Delay from the sender’s clock to the reader’s hand (${roadsText(record, several ? null : (rates[0] ?? null))})`,
    columns: [
      { key: 'path', title: 'path', align: 'left', unit: null, format: whole },
      ...(several ? [{ key: 'rate', title: 'packets/s', align: 'right' as const, unit: null, format: whole }] : []),
      ...quantiles.map(([name]): Column => ({
        key: name,
        title: name,
        align: 'right',
        unit: 'µs',
        format: microseconds,
      })),
    ],
    rows,
    notes: [
      'Medians over trials without probes of each trial’s own quantile; bins are exact below 64 ns, then within 3.2 %.',
      'Sender late: by how much the sender missed its own schedule. It is not part of the delay.',
    ],
  };
}
