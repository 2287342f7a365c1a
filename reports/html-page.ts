import { styleSheet } from './html-style.js';
import { methodNotes } from './method-notes.js';
import type { RunRecord } from './record.js';
import { reportLead, type DrawnChart } from './report-parts.js';
import { environmentTable } from './tables/environment-table.js';
import { renderHtml, type Table } from './tables/table.js';
import { escapeHtml } from './text.js';
import { warningsDigest, warningsList } from './warnings.js';

/** Nothing is fetched and nothing runs, whatever a record smuggled into a text. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

/** report.html: one file with style, tables and pictures inside; needs neither network nor script. */
export function htmlPage(record: RunRecord, tables: Table[], charts: DrawnChart[]): string {
  const title = escapeHtml(record.experiment.title);
  const environment = environmentTable(record);
  const links = [
    ...charts.map(({ id, title: text }) => [`chart-${id}`, text] as const),
    ...tables.map(({ id, title: text }) => [id, text] as const),
    ['method', 'How to read the figures'] as const,
    [environment.id, environment.title] as const,
  ];
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${POLICY}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${title}: Linux ${escapeHtml(record.environment.kernelRelease)}</title>`,
    `<style>${styleSheet}</style>`,
    '</head>',
    '<body>',
    `<header><h1>${title}</h1>`,
    ...reportLead(record).map((line) => `<p class="lead">${escapeHtml(line)}</p>`),
    '</header>',
    warningsSection(record),
    `<nav aria-label="Sections"><ul>\n${links.map(([id, text]) => linkTo(id, text)).join('\n')}\n</ul></nav>`,
    '<main>',
    ...charts.map(figure),
    ...tables.map(renderHtml),
    methodSection(),
    renderHtml(environment),
    '</main>',
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

function linkTo(id: string, text: string): string {
  return `<li><a href="#${escapeHtml(id)}">${escapeHtml(text)}</a></li>`;
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

function methodSection(): string {
  const items = methodNotes.map(({ term, text }) => `<dt>${escapeHtml(term)}</dt><dd>${escapeHtml(text)}</dd>`);
  return `<section id="method"><h2>How to read the figures</h2><dl>\n${items.join('\n')}\n</dl></section>`;
}

function figure({ id, title, svg }: DrawnChart): string {
  return `<figure id="chart-${escapeHtml(id)}" role="group" aria-label="${escapeHtml(title)}">\n${inline(svg, id)}\n</figure>`;
}

/** Clip paths are numbered from 0 in each file; on one page the numbers need the chart’s name. */
function inline(svg: string, id: string): string {
  return svg.replace(/(\bid="|url\(#)(?=(?:clip|gradient|pattern)[\w-]*["')])/g, `$1${id}-`);
}
