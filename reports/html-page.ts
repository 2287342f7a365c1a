import { htmlShell } from './html-shell.js';
import { methodNotes } from './method-notes.js';
import type { RunRecord } from './record.js';
import { reportLead, type DrawnChart } from './report-parts.js';
import { environmentTable } from './tables/environment-table.js';
import { renderHtml, type Table } from './tables/table.js';
import { escapeHtml, printable } from './text.js';
import { warningsDigest, warningsList } from './warnings.js';

/** report.html: one file with style, tables and pictures inside; needs neither network nor script. */
export function htmlPage(record: RunRecord, tables: Table[], charts: DrawnChart[]): string {
  const { title } = record.experiment;
  const environment = environmentTable(record);
  return htmlShell({
    title: `${printable(title)}: Linux ${record.environment.kernelRelease}`,
    heading: title,
    lead: reportLead(record),
    warnings: warningsSection(record),
    links: [
      ...charts.map(({ id, title: text }) => [`chart-${id}`, text] as const),
      ...tables.map(({ id, title: text }) => [id, text] as const),
      ['method', 'How to read the figures'],
      [environment.id, environment.title],
    ],
    main: [...charts.map(figure), ...tables.map(renderHtml), methodSection(record), renderHtml(environment)],
  });
}

/** The first few of each kind; the rest can be unfolded, which takes no script. */
function warningsSection(record: RunRecord): string {
  const all = warningsList(record);
  if (all.length === 0) return '';
  const digest = warningsDigest(record);
  const list = (lines: string[]): string =>
    `<ul>\n${lines.map((line) => `<li>${escapeHtml(line)}</li>`).join('\n')}\n</ul>`;
  const folded = `<details><summary>All ${String(all.length)} warnings</summary>${list(all)}</details>`;
  const rest = digest.length < all.length ? folded : '';
  return `<section class="warnings" id="warnings"><h2>Warnings</h2>${list(digest)}${rest}</section>`;
}

function methodSection(record: RunRecord): string {
  const items = methodNotes(record).map(({ term, text }) => `<dt>${escapeHtml(term)}</dt><dd>${escapeHtml(text)}</dd>`);
  return `<section id="method"><h2>How to read the figures</h2><dl>\n${items.join('\n')}\n</dl></section>`;
}

function figure({ id, title, svg }: DrawnChart): string {
  return `<figure id="chart-${escapeHtml(id)}" role="group" aria-label="${escapeHtml(title)}">\n${inline(svg, id)}\n</figure>`;
}

/** Clip paths are numbered from 0 in each file; on one page the numbers need the chart’s name. */
function inline(svg: string, id: string): string {
  return svg.replace(/(\bid="|url\(#)(?=(?:clip|gradient|pattern)[\w-]*["')])/g, `$1${id}-`);
}
