import type { RunRecord } from '../../reports/record.js';
import type { Table } from '../../reports/tables/table.js';
import { renderTerminal } from '../../reports/tables/table.js';
import { useColour } from '../../reports/tables/terminal.js';
import { warningsDigest } from '../../reports/warnings.js';
import { loadExperiment } from './experiments.js';
import { print, tell } from './output.js';

/** Width of tables where no terminal says its own. */
const plainWidth = 120;

export interface DrawnReport {
  record: RunRecord;
  /** Those for the terminal. */
  tables: Table[];
  /** Paths of what was written. */
  files: string[];
}

/**
 * Draws the tables and charts of a record into its folder.
 * @throws PktpathError (failed) when the folder cannot be written to, or the record's experiment is not known
 */
export async function drawReport(record: RunRecord, folder: string): Promise<DrawnReport> {
  const experiment = await loadExperiment(record.experiment.name);
  const { writeReport } = await import('../../reports/report.js');
  const parts = { tables: experiment.tables(record), charts: experiment.charts(record) };
  const files = await writeReport(record, parts, folder);
  return { record, tables: experiment.terminalTables(record), files };
}

/** Prints the tables on stdout, and the record's warnings on stderr. */
export function showReport({ record, tables }: DrawnReport): void {
  showTables(tables);
  for (const warning of warningsDigest(record)) tell(`warning: ${warning}`);
}

export function showTables(tables: readonly Table[]): void {
  // Node's types do not say that a pipe has no width.
  const { columns: width = plainWidth } = process.stdout as { columns?: number };
  const options = { width, colour: useColour(process.stdout) };
  print(tables.map((table) => `${renderTerminal(table, options)}\n`).join('\n'));
}
