import { join } from 'node:path';
import { writeFileAtomic } from './atomic-file.js';
import type { Chart } from './charts/chart.js';
import { renderSvg } from './charts/svg.js';
import { htmlPage } from './html-page.js';
import { markdownPage } from './markdown-page.js';
import type { RunRecord } from './record.js';
import type { DrawnChart } from './report-parts.js';
import type { Table } from './tables/table.js';
import { slug } from './text.js';
import { trialsCsv } from './trials-csv.js';

/** What an experiment wants in its report; environment, warnings and method are in every one. */
export interface ReportParts {
  tables: Table[];
  charts: Chart[];
}

/**
 * Writes a run’s report from its record: `report.html` (self-contained), `report.md`, `trials.csv` and `charts/*.svg`.
 * Everything is drawn before the first file is written, and each file appears whole or not at all.
 *
 * @returns paths of the files written
 * @throws PktpathError (exit code 1) when a chart cannot be drawn or the folder cannot be written
 */
export async function writeReport(
  record: RunRecord,
  { tables, charts }: ReportParts,
  folder: string,
): Promise<string[]> {
  const drawn: DrawnChart[] = [];
  // One after another: see renderSvg.
  for (const chart of charts) {
    const id = slug(chart.id);
    const svg = chart.svg ?? (await renderSvg(chart.spec));
    drawn.push({ id, title: chart.title, svg, file: `charts/${id}.svg` });
  }
  const files: [name: string, text: string][] = [
    ...drawn.map(({ file, svg }): [string, string] => [file, `${svg}\n`]),
    ['trials.csv', trialsCsv(record)],
    ['report.md', markdownPage(record, tables, drawn)],
    // Last: where the other files are missing there is no page that looks complete.
    ['report.html', htmlPage(record, tables, drawn)],
  ];
  return files.map(([name, text]) => {
    const path = join(folder, name);
    writeFileAtomic(path, text);
    return path;
  });
}
