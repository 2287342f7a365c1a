import { statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { RECORD_FILE, readRecord } from '../../reports/record-io.js';
import { printJson, tell } from './output.js';
import { drawReport, showReport } from './report-files.js';

export function addReportCommand(program: Command): void {
  program
    .command('report')
    .description('draw the tables and charts of records again; needs no root')
    .argument('<run...>', 'folders that pktpath run wrote, or the run.json in them')
    .option('--json', 'print what was written on stdout')
    .action(async (runs: string[], { json }: { json?: true }) => reportRuns(runs, json === true));
}

/** All records are read before anything is written. */
async function reportRuns(runs: readonly string[], json: boolean): Promise<void> {
  const records = runs.map((run) => ({ record: readRecord(run), folder: folderOf(run) }));
  const written: { run: string; files: string[] }[] = [];
  for (const { record, folder } of records) {
    const drawn = await drawReport(record, folder);
    if (!json) showReport(drawn);
    tell(`report: ${join(folder, 'report.html')}`);
    written.push({ run: join(folder, RECORD_FILE), files: drawn.files });
  }
  if (json) printJson(written);
}

/** Beside the record. */
function folderOf(run: string): string {
  const path = resolve(run);
  return statSync(path).isDirectory() ? path : dirname(path);
}
