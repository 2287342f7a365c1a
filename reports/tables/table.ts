import { escapeHtml, escapeMarkdown, printable } from '../text.js';
import type { NumberFormat } from './format.js';
import { layOut, type TerminalOptions } from './terminal.js';

/** An interval; an end that is null could not be given at the stated level. */
export interface Interval {
  low: number | null;
  high: number | null;
}

/** A figure with its interval in one cell, where a column for each would be too wide. */
export interface Bounded extends Interval {
  value: number;
}

/** Text that leads to a file, where the form of the table allows it. */
export interface Link {
  text: string;
  /** Relative to the page, percent-encoded. */
  href: string;
}

/** Text is printed as it is; a number or interval by its column's format; null as a dash. */
export type CellValue = string | number | Interval | Bounded | Link | null;

export interface Column {
  key: string;
  title: string;
  align: 'left' | 'right';
  /** Printed behind the title; null when it has none, or when the cells carry their own. */
  unit: string | null;
  format: NumberFormat;
  /** May be left out on a terminal that is too narrow, which then says so. */
  optional?: boolean;
}

export type Row =
  | { kind: 'body' | 'total'; cells: Record<string, CellValue> }
  /** A row whose text takes the place of all its figures: a skipped cell and its reason. */
  | { kind: 'span'; label: string; text: string };

/** A table as data; renderers give it a form. All text in it is taken as hostile. */
export interface Table {
  /** Unique in a report; becomes the anchor. */
  id: string;
  title: string;
  columns: Column[];
  rows: Row[];
  /** Printed below, one line each. */
  notes: string[];
}

/** Those tables that have rows. */
export function filled(...tables: Table[]): Table[] {
  return tables.filter((table) => table.rows.length > 0);
}

export const MISSING = '–';

/** The text of one cell, not yet escaped. */
export function cellText(column: Column, value: CellValue | undefined): string {
  if (value === null || value === undefined) return MISSING;
  if (typeof value === 'string') return printable(value);
  if (typeof value === 'number') return column.format(value);
  if (isLink(value)) return printable(value.text);
  const range = rangeText(column, value);
  if (!('value' in value)) return range;
  const figure = column.format(value.value);
  return range === MISSING ? figure : `${figure} (${range})`;
}

function isLink(value: CellValue | undefined): value is Link {
  return typeof value === 'object' && value !== null && 'href' in value;
}

function rangeText(column: Column, value: Interval): string {
  if (value.low === null && value.high === null) return MISSING;
  const end = (bound: number | null): string => (bound === null ? MISSING : column.format(bound));
  const negative = value.low === null || value.low < 0;
  return negative ? `${end(value.low)} to ${end(value.high)}` : `${end(value.low)}–${end(value.high)}`;
}

/** Title and unit, as printed above a column. */
export function columnTitle(column: Column): string {
  return column.unit === null ? column.title : `${column.title}, ${column.unit}`;
}

/** Plain text for a terminal, aligned; ends without a line break. */
export function renderTerminal(table: Table, options: TerminalOptions): string {
  const columns = table.columns.map((column, index) => ({
    title: printable(column.title),
    unit: column.unit === null ? '' : printable(column.unit),
    align: column.align,
    optional: column.optional === true,
    cells: table.rows.map((row) => {
      if (row.kind !== 'span') return cellText(column, row.cells[column.key]);
      return index === 0 ? printable(row.label) : '';
    }),
  }));
  const rows = table.rows.map((row) =>
    row.kind === 'span'
      ? { kind: row.kind, label: printable(row.label), text: printable(row.text) }
      : { kind: row.kind },
  );
  const text = { title: printable(table.title), columns, rows, notes: table.notes.map((note) => printable(note)) };
  return layOut(text, options);
}

/** GitHub-flavoured Markdown: heading of level `level`, pipe table, notes as a list. */
export function renderMarkdown(table: Table, level = 2): string {
  const line = (cells: string[]): string => `| ${cells.join(' | ')} |`;
  const lines = [
    line(table.columns.map((column) => escapeMarkdown(columnTitle(column)))),
    line(table.columns.map((column) => (column.align === 'right' ? '---:' : ':---'))),
  ];
  for (const row of table.rows) {
    if (row.kind === 'span') {
      const rest = table.columns.slice(2).map(() => '');
      lines.push(line([escapeMarkdown(row.label), escapeMarkdown(row.text), ...rest]));
      continue;
    }
    const cells = table.columns.map((column) => markdownCell(column, row.cells[column.key]));
    lines.push(line(row.kind === 'total' ? cells.map((cell) => (cell === '' ? '' : `**${cell}**`)) : cells));
  }
  const notes = table.notes.map((note) => `- ${escapeMarkdown(note)}`);
  const heading = `${'#'.repeat(level)} ${escapeMarkdown(table.title)}`;
  return [heading, '', ...lines, ...(notes.length === 0 ? [] : ['', ...notes])].join('\n');
}

function markdownCell(column: Column, value: CellValue | undefined): string {
  const text = escapeMarkdown(cellText(column, value));
  return isLink(value) ? `[${text}](${encodeParentheses(value.href)})` : text;
}

/** A link's address ends at the first one that is not encoded. */
function encodeParentheses(href: string): string {
  return href.replaceAll('(', '%28').replaceAll(')', '%29');
}

/** A section with heading, table and notes; classes are those of the page's style sheet. */
export function renderHtml(table: Table): string {
  const head = table.columns
    .map((column) => `<th scope="col" class="${column.align}">${htmlTitle(column)}</th>`)
    .join('');
  const body = table.rows.map((row) => htmlRow(table, row)).join('\n');
  const notes = table.notes.map((note) => `<li>${escapeHtml(note)}</li>`).join('\n');
  return [
    `<section id="${escapeHtml(table.id)}">`,
    `<h2>${escapeHtml(table.title)}</h2>`,
    `<div class="scroll"><table>\n<thead><tr>${head}</tr></thead>\n<tbody>\n${body}\n</tbody>\n</table></div>`,
    ...(notes === '' ? [] : [`<ul class="notes">\n${notes}\n</ul>`]),
    '</section>',
  ].join('\n');
}

function htmlTitle(column: Column): string {
  const unit = column.unit === null ? '' : `<span class="unit">${escapeHtml(column.unit)}</span>`;
  return `${escapeHtml(column.title)}${unit}`;
}

function htmlRow(table: Table, row: Row): string {
  if (row.kind === 'span') {
    const span = String(Math.max(1, table.columns.length - 1));
    const text = `<td class="left" colspan="${span}">${escapeHtml(row.text)}</td>`;
    return `<tr class="span"><th scope="row" class="left">${escapeHtml(row.label)}</th>${text}</tr>`;
  }
  const cells = table.columns.map((column, index) => {
    const text = htmlCell(column, row.cells[column.key]);
    return index === 0
      ? `<th scope="row" class="${column.align}">${text}</th>`
      : `<td class="${column.align}">${text}</td>`;
  });
  return `<tr class="${row.kind}">${cells.join('')}</tr>`;
}

/** The interval of a figure stands below it. */
function htmlCell(column: Column, value: CellValue | undefined): string {
  if (isLink(value)) return `<a href="${escapeHtml(value.href)}">${escapeHtml(value.text)}</a>`;
  if (typeof value !== 'object' || value === null || !('value' in value)) return escapeHtml(cellText(column, value));
  const range = rangeText(column, value);
  const below = range === MISSING ? '' : `<span class="range">${escapeHtml(range)}</span>`;
  return `${escapeHtml(column.format(value.value))}${below}`;
}
