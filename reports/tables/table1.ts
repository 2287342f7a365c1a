import { measuredRows, representativeRows } from '../cells.js';
import type { RunRecord } from '../record.js';
import { costTable } from './cost-table.js';
import { articleTable, contextTable } from './group-tables.js';
import { planTable } from './plan-table.js';
import { probeCostTable } from './probe-cost-table.js';
import { savingTable } from './saving-table.js';
import { stageTable } from './stage-table.js';
import type { Table } from './table.js';

/** Every table of experiment table1, for the report's files, the summary first. */
export function table1Tables(record: RunRecord): Table[] {
  return [
    articleTable(record),
    costTable(record),
    savingTable(record),
    contextTable(record),
    ...measuredRows(record).map((row) => stageTable(record, row)),
    probeCostTable(record),
    planTable(record),
  ];
}

/** What fits a terminal: the summaries, and one frame size of each path. Skipped cells are in the cost table. */
export function terminalTables(record: RunRecord): Table[] {
  const chosen = representativeRows(measuredRows(record));
  return [
    ...chosen.map((row) => stageTable(record, row)),
    costTable(record),
    savingTable(record),
    // Last, since it is what the run was for and the end is what stays in sight.
    articleTable(record, chosen),
  ];
}
