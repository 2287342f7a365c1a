import { statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { RECORD_FILE, readRecord } from '../../reports/record-io.js';
import { printJson, tell } from './output.js';
import { isSuite, SUITE_FILE } from '../../reports/suite-file.js';
import { drawReport, showReport } from './report-files.js';
import { drawSuite, recordedMembers } from './suite-page.js';

export function addReportCommand(program: Command): void {
  program
    .command('report')
    .description('draw the tables and charts of records again; needs no root')
    .argument('<run...>', 'folders that pktpath run wrote, of a run or of a suite, or the run.json in them')
    .option('--json', 'print what was written on stdout')
    .action(async (runs: string[], { json }: { json?: true }) => reportRuns(runs, json === true));
}

/** All records are read before anything is written. */
async function reportRuns(runs: readonly string[], json: boolean): Promise<void> {
  const suites = runs.filter(isSuite);
  const single = runs.flatMap((run) => (isSuite(run) ? recordedMembers(run) : [run]));
  const records = single.map((run) => ({ record: readRecord(run), folder: folderOf(run) }));
  const written: { run: string; files: string[] }[] = [];
  for (const { record, folder } of records) {
    const drawn = await drawReport(record, folder);
    if (!json) showReport(drawn);
    tell(`report: ${join(folder, 'report.html')}`);
    written.push({ run: join(folder, RECORD_FILE), files: drawn.files });
  }
  for (const suite of suites)
    written.push({ run: join(resolve(suite), SUITE_FILE), files: await drawSuite(suite, json) });
  if (json) printJson(written);
}

/** Beside the record. */
function folderOf(run: string): string {
  const path = resolve(run);
  return statSync(path).isDirectory() ? path : dirname(path);
}
