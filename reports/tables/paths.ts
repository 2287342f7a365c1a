import { frameViews, type FrameView } from '../frame-views.js';
import { metricOf } from '../intervals.js';
import { metricNames } from '../metric-names.js';
import type { RunRecord, SummaryRow } from '../record.js';
import { mainRate, measuredRoads, pacedAt, roadsText } from '../roads.js';
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
import { filled, type Table } from './table.js';

/** Every table of experiment paths, for the report's files, the comparison first; those without data are left out. */
export function pathsTables(record: RunRecord): Table[] {
  const [first, ...others] = frameViews(record);
  return [
    ...viewTables(first.record),
    ...others.flatMap((view) => viewTables(view.record).map((table) => ({ ...table, id: idIn(view, table) }))),
    ...filled(observerTable(record), grantedTable(record)),
    ...[first, ...others].flatMap((view) => stageTables(view.record)),
    probeCostTable(record),
    planTable(record),
  ];
}

/**
 * What fits a terminal, of the most important frame size: where packets were lost, both halves of the comparison, and
 * the article's figure.
 */
export function pathsTerminalTables(record: RunRecord): Table[] {
  const [first, ...others] = frameViews(record);
  const rates = roadRatesTable(first.record);
  const sizes = others.map(({ frameBytes }) => `${String(frameBytes)}\u00a0B`).join(', ');
  const more = others.length === 0 ? [] : [`The same for frames of ${sizes}: in the report.`];
  return [
    ...filled(dropsTable(first.record), observerTable(record)),
    roadCostsTable(first.record),
    { ...rates, notes: [...rates.notes, ...more] },
    // Last, since the end is what stays in sight.
    ...filled(articleSavingTable(first.record)),
  ];
}

function viewTables(record: RunRecord): Table[] {
  return [
    roadsTable(record),
    ...filled(articleSavingTable(record), savings(record), searchTable(record), dropsTable(record)),
    ...filled(costByRateTable(record), roadContextsTable(record), roadArticleTable(record)),
    ...filled(costTable(record, probedRows(record)), latencyTable(record), batchTable(record)),
  ];
}

/** Of each path at the rate that the comparison is of; other rates would be hundreds of tables. */
function stageTables(record: RunRecord): Table[] {
  const roads = measuredRoads(record);
  const rate = mainRate(roads);
  const rows = roads.map((road) => pacedAt(road, rate)).filter((row) => row !== undefined);
  return rows.filter((row) => row.stages.length > 0).map((row) => stageTable(record, row));
}

function idIn({ frameBytes }: FrameView, { id }: Table): string {
  return `${id}-${String(frameBytes)}`;
}

/** The comparisons of CPU time; those of observed transfers have a table of their own. */
function savings(record: RunRecord): Table {
  const comparisons = record.comparisons.filter((each) => each.metric !== 'observedBitsPerSecond');
  const title = `Savings of CPU time against TCP (${roadsText(record, null)})`;
  const table = savingTable(record, comparisons);
  return { ...table, title, rows: comparisons.length === 0 ? [] : table.rows };
}

/** The cells that were measured with probes. */
function probedRows(record: RunRecord): SummaryRow[] {
  const paced = measuredRoads(record).flatMap((road) => road.paced);
  return paced.filter((row) => metricOf(row, metricNames.corrected) !== undefined);
}
