import { join } from 'node:path';
import { writeFileAtomic } from '../../reports/atomic-file.js';
import type { RunRecord } from '../../reports/record.js';
import { matrixTables } from '../../reports/tables/matrix.js';
import { renderMarkdown } from '../../reports/tables/table.js';
import { tell } from './output.js';
import { showTables } from './report-files.js';

/**
 * Puts the records of one experiment on several kernels side by side: on the terminal, and as matrix.md in the folder
 * that theirs lie in.
 * @throws PktpathError (cannot compare) when they cannot stand in one table
 */
export function drawMatrix(records: readonly RunRecord[], folder: string, json: boolean): void {
  const tables = matrixTables(records);
  const file = join(folder, 'matrix.md');
  writeFileAtomic(file, `${tables.map((table) => renderMarkdown(table)).join('\n\n')}\n`);
  if (!json) showTables(tables);
  tell(`matrix: ${file}`);
}
