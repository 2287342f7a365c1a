import { metricOf } from '../intervals.js';
import { metricNames } from '../metric-names.js';
import type { RunRecord, SummaryRow } from '../record.js';
import { measuredRoads } from '../roads.js';
import { articleSavingTable } from './article-c5.js';
import { batchTable } from './batch-table.js';
import { costByRateTable } from './cost-by-rate-table.js';
import { costTable } from './cost-table.js';
import { dropsTable } from './drops-table.js';
import { grantedTable } from './granted-table.js';
import { latencyTable } from './latency-table.js';
import { observerTable } from './observer-table.js';
import { planTable } from './plan-table.js';
import { probeCostTable } from './probe-cost-table.js';
import { roadArticleTable, roadContextsTable } from './road-groups-table.js';
import { roadCostsTable, roadRatesTable, roadsTable } from './roads-table.js';
import { savingTable } from './saving-table.js';
import { searchTable } from './search-table.js';
import { stageTable } from './stage-table.js';
import type { Table } from './table.js';

/** Every table of experiment paths, for the report's files, the comparison first; those without data are left out. */
export function pathsTables(record: RunRecord): Table[] {
  const probed = probedRows(record);
  return [
    roadsTable(record),
    ...filled(articleSavingTable(record), savings(record)),
    ...filled(observerTable(record), searchTable(record), dropsTable(record)),
    ...filled(costByRateTable(record), roadContextsTable(record), roadArticleTable(record)),
    ...filled(costTable(record, probed), latencyTable(record), batchTable(record), grantedTable(record)),
    ...probed.map((row) => stageTable(record, row)),
    probeCostTable(record),
    planTable(record),
  ];
}

/** What fits a terminal: where packets were lost, both halves of the comparison, and the article's figure. */
export function pathsTerminalTables(record: RunRecord): Table[] {
  return [
    ...filled(dropsTable(record), observerTable(record)),
    roadCostsTable(record),
    roadRatesTable(record),
    // Last, since the end is what stays in sight.
    ...filled(articleSavingTable(record)),
  ];
}

function filled(...tables: Table[]): Table[] {
  return tables.filter((table) => table.rows.length > 0);
}

/** The comparisons of CPU time; those of observed transfers have a table of their own. */
function savings(record: RunRecord): Table {
  const comparisons = record.comparisons.filter((each) => each.metric !== 'observedBitsPerSecond');
  const table = savingTable(record, comparisons);
  return { ...table, title: 'Savings of CPU time against TCP', rows: comparisons.length === 0 ? [] : table.rows };
}

/** The cells that have stages: measured with probes. */
function probedRows(record: RunRecord): SummaryRow[] {
  const paced = measuredRoads(record).flatMap((road) => road.paced);
  return paced.filter((row) => row.stages.length > 0 || metricOf(row, metricNames.corrected) !== undefined);
}
