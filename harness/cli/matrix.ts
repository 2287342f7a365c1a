import { join } from 'node:path';
import { writeFileAtomic } from '../../reports/atomic-file.js';
import { matrixOf } from '../../reports/matrix/matrix.js';
import type { RunRecord } from '../../reports/record.js';
import { tell } from './output.js';
import { showTables } from './report-files.js';

/**
 * Puts the records of one experiment on several kernels side by side: on the terminal, and as matrix.md, matrix.html and
 * matrix.csv in the folder that theirs lie in.
 * @throws PktpathError (cannot compare) when they cannot stand in one table
 */
export function drawMatrix(records: readonly RunRecord[], folder: string, json: boolean): void {
  const { tables, files } = matrixOf(records);
  for (const [name, text] of files) writeFileAtomic(join(folder, name), text);
  if (!json) showTables(tables);
  tell(`matrix: ${join(folder, 'matrix.html')}`);
}
