import { measuredRows, representativeRows } from '../cells.js';
import type { RunRecord } from '../record.js';
import { guestNotes } from './counted-notes.js';
import { accessTable, countedStageTable, framesTable } from './counted-tables.js';
import { costTable } from './cost-table.js';
import { articleTable, contextTable } from './group-tables.js';
import { planTable } from './plan-table.js';
import { countedProbeCostTable, probeCostTable } from './probe-cost-table.js';
import { savingTable } from './saving-table.js';
import { stageTable } from './stage-table.js';
import type { Table } from './table.js';

/** Every table of experiment table1, for the report's files, the summary first. */
export function table1Tables(record: RunRecord): Table[] {
  if (record.experiment.exact) return countedTables(record);
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
  if (record.experiment.exact) return countedTables(record).filter(({ id }) => !detail.has(id));
  const chosen = representativeRows(measuredRows(record));
  return [
    ...chosen.map((row) => stageTable(record, row)),
    costTable(record),
    savingTable(record),
    // Last, since it is what the run was for and the end is what stays in sight.
    articleTable(record, chosen),
  ];
}

/** Tables of an exact run that a terminal leaves out. */
const detail = new Set(['accesses', 'frames', 'stage-plan', 'probe-cost', 'contexts']);

/** The same of an exact run, in instructions; what has to be known first stands below the last. */
function countedTables(record: RunRecord): Table[] {
  const article = articleTable(record);
  return [
    ...measuredRows(record).map((row) => countedStageTable(record, row)),
    accessTable(record),
    framesTable(record),
    countedProbeCostTable(record),
    planTable(record),
    contextTable(record),
    savingTable(record),
    { ...article, notes: [...article.notes, ...guestNotes(record)] },
  ];
}
