import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { articleReport } from '../../reports/article/article.js';
import type { ArticleRun } from '../../reports/article/finding.js';
import { writeFileAtomic } from '../../reports/atomic-file.js';
import { RECORD_FILE, readRecord } from '../../reports/record-io.js';
import { readSuite } from '../../reports/suite-file.js';
import { loadExperiment } from './experiments.js';
import { tell } from './output.js';
import { showTables } from './report-files.js';

/** Folders of a suite's runs that have a record. */
export function recordedMembers(folder: string): string[] {
  return readSuite(folder)
    .members.map((member) => join(folder, member.folder))
    .filter(hasRecord);
}

/**
 * Draws the page of a suite's claims into its folder, from its list of runs and their records alone.
 * @returns paths of what was written
 * @throws PktpathError (failed) when the list or a record is broken, or the folder cannot be written to
 */
export async function drawSuite(folder: string, json: boolean): Promise<string[]> {
  const runs: ArticleRun[] = [];
  for (const member of readSuite(folder).members) {
    const record = hasRecord(join(folder, member.folder)) ? readRecord(join(folder, member.folder)) : null;
    const experiment = record === null ? null : await loadExperiment(record.experiment.name);
    runs.push({ ...member, record, claims: record === null ? [] : (experiment?.claims?.(record) ?? []) });
  }
  const { table, files } = articleReport(runs);
  const written = files.map(([name, text]) => {
    const path = join(resolve(folder), name);
    writeFileAtomic(path, text);
    return path;
  });
  if (!json) showTables([table]);
  tell(`article: ${written.at(-1) ?? ''}`);
  return written;
}

function hasRecord(folder: string): boolean {
  return existsSync(join(folder, RECORD_FILE));
}
