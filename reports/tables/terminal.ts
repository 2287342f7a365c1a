import { styleText } from 'node:util';

/** A table whose figures are already text, safe to print. */
export interface TextTable {
  title: string;
  columns: TextColumn[];
  rows: TextRow[];
  notes: string[];
}

export interface TextColumn {
  title: string;
  /** Stands on a line of its own below the title; empty for none. */
  unit: string;
  align: 'left' | 'right';
  optional: boolean;
  /** One text a row; empty for rows of kind `span`, except in the first column. */
  cells: string[];
}

export type TextRow = { kind: 'body' | 'total' } | { kind: 'span'; label: string; text: string };

export interface TerminalOptions {
  /** Characters in a line; text columns are wrapped and optional columns left out to keep to it. */
  width: number;
  /** Bold titles and totals; see `useColour`. */
  colour: boolean;
}

/** Between columns; the narrow one where figures would be cut otherwise. */
const GAPS = ['  ', ' '] as const;
/** A wrapped text column is never made narrower than this. */
const MIN_TEXT = 14;
/** A word up to this long is kept whole. */
const MAX_WORD = 32;
/** Titles are wrapped to about this, so that figures decide how wide a column is. */
const TITLE_WIDTH = 10;
/** A part of a title up to this long is kept whole. */
const MAX_TITLE_PART = 16;

/** Whether a stream should be styled: it is a terminal, and NO_COLOR (no-color.org) is not set. */
export function useColour(stream: { isTTY?: boolean }, environment: NodeJS.ProcessEnv = process.env): boolean {
  return stream.isTTY === true && (environment['NO_COLOR'] ?? '') === '';
}

/** Lays a table out: aligned columns, wrapped text, notes below; ends without a line break. */
export function layOut(table: TextTable, options: TerminalOptions): string {
  const style = (format: 'bold' | 'dim', text: string): string =>
    options.colour ? styleText(format, text, { validateStream: false }) : text;
  const { columns, dropped, gap } = fit(table, options.width);
  const widths = columnWidths(columns, gap, options.width);
  const total = spread(widths, gap);

  const out = wrap(table.title, options.width).map((line) => style('bold', line));
  const titles = columns.map((column, index) => [
    ...wrap(column.title, widths[index] ?? TITLE_WIDTH),
    ...(column.unit === '' ? [] : [column.unit]),
  ]);
  out.push(...grid(columns, widths, titles, gap, true), '─'.repeat(Math.min(total, options.width)));
  table.rows.forEach((row, index) => {
    const lines = rowLines(row, index, columns, widths, gap, options.width);
    out.push(...(row.kind === 'total' ? lines.map((line) => style('bold', line)) : lines));
  });
  const omitted = dropped.map((column) => column.title).join(', ');
  const remark = `left out at ${String(options.width)} columns: ${omitted} (see the report)`;
  for (const note of [...table.notes, ...(dropped.length > 0 ? [remark] : [])]) {
    const [first = '', ...rest] = wrap(note, options.width - 2);
    out.push(style('dim', `· ${first}`), ...rest.map((line) => style('dim', `  ${line}`)));
  }
  // No-break spaces have done their work; a terminal’s reader may search or copy plain ones.
  return out.join('\n').replaceAll('\u00a0', ' ');
}

/** Splits text at spaces into lines of at most `width`; a longer word is broken, behind punctuation if it has any. */
export function wrap(text: string, width: number): string[] {
  const limit = Math.max(1, width);
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && lengthOf(line) + 1 + lengthOf(word) <= limit) {
      line += ` ${word}`;
      continue;
    }
    if (line !== '') lines.push(line);
    const pieces = breakWord(word, limit);
    line = pieces.pop() ?? '';
    lines.push(...pieces);
  }
  lines.push(line);
  return lines;
}

/** A word may be broken behind these. */
const BREAK = /[\p{P}\u00a0=]/u;

function breakWord(word: string, limit: number): string[] {
  const pieces: string[] = [];
  let rest = Array.from(word);
  while (rest.length > limit) {
    const head = rest.slice(0, limit);
    const mark = head.findLastIndex((character) => BREAK.test(character)) + 1;
    const length = mark > limit / 3 ? mark : limit;
    pieces.push(rest.slice(0, length).join(''));
    rest = rest.slice(length);
  }
  return [...pieces, rest.join('')];
}

interface Fit {
  columns: TextColumn[];
  dropped: TextColumn[];
  gap: string;
}

/** Narrows the gaps, then leaves out optional columns, last first, until what remains fits with text at its narrowest. */
function fit(table: TextTable, width: number): Fit {
  const columns = [...table.columns];
  const dropped: TextColumn[] = [];
  for (;;) {
    const gap = GAPS.find((each) => spread(columns.map(narrowest), each) <= width);
    const index = columns.findLastIndex((column) => column.optional);
    if (gap !== undefined || index < 0) return { columns, dropped, gap: gap ?? ' ' };
    dropped.unshift(...columns.splice(index, 1));
  }
}

/** Characters that columns of these widths take side by side. */
function spread(widths: number[], gap: string): number {
  return widths.reduce((sum, width) => sum + width, 0) + gap.length * Math.max(0, widths.length - 1);
}

/** Characters, not UTF-16 units. */
const lengthOf = (text: string): number => Array.from(text).length;

const longest = (lines: string[]): number => lines.reduce((most, line) => Math.max(most, lengthOf(line)), 0);

/** Lines of a title none of whose words is broken but behind punctuation. */
function titleLines(title: string): string[] {
  const parts = title.split(' ').flatMap((word) => word.split(/(?<=[\p{P}\u00a0=])/u));
  return wrap(title, Math.max(TITLE_WIDTH, Math.min(longest(parts), MAX_TITLE_PART)));
}

function natural(column: TextColumn): number {
  return Math.max(longest(titleLines(column.title)), column.unit.length, longest(column.cells));
}

/** Figures keep their width; text may be wrapped, but not within a word that is not very long. */
function narrowest(column: TextColumn): number {
  const words = column.cells.flatMap((text) => text.split(' '));
  const title = Math.max(longest(titleLines(column.title)), column.unit.length);
  const least = column.align === 'right' ? longest(words) : Math.max(MIN_TEXT, Math.min(longest(words), MAX_WORD));
  return Math.min(natural(column), Math.max(title, least));
}

/** Natural widths, the surplus taken from the columns that can be wrapped, widest first. */
function columnWidths(columns: TextColumn[], gap: string, width: number): number[] {
  const widths = columns.map(natural);
  const floors = columns.map(narrowest);
  for (let surplus = spread(widths, gap) - width; surplus > 0; surplus -= 1) {
    let widest = -1;
    widths.forEach((each, index) => {
      const shrinks = each > (floors[index] ?? 0);
      if (shrinks && (widest < 0 || each > (widths[widest] ?? 0))) widest = index;
    });
    if (widest < 0) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return widths;
}

function rowLines(
  row: TextRow,
  at: number,
  columns: TextColumn[],
  widths: number[],
  gap: string,
  width: number,
): string[] {
  if (row.kind !== 'span') {
    const cells = columns.map((column, index) => wrap(column.cells[at] ?? '', widths[index] ?? 1));
    return grid(columns, widths, cells, gap, false);
  }
  const first = widths[0] ?? 0;
  const label = wrap(row.label, first);
  const text = wrap(row.text, Math.max(MIN_TEXT, width - first - gap.length));
  const count = Math.max(label.length, text.length);
  return Array.from({ length: count }, (_, index) =>
    `${(label[index] ?? '').padEnd(first)}${gap}${text[index] ?? ''}`.trimEnd(),
  );
}

/** Cells of several lines side by side; titles stand at the bottom of their row, values at the top. */
function grid(columns: TextColumn[], widths: number[], cells: string[][], gap: string, bottom: boolean): string[] {
  const height = cells.reduce((most, lines) => Math.max(most, lines.length), 1);
  return Array.from({ length: height }, (_, index) =>
    columns
      .map((column, position) => {
        const lines = cells[position] ?? [];
        const text = lines[bottom ? index - (height - lines.length) : index] ?? '';
        const space = ' '.repeat(Math.max(0, (widths[position] ?? 0) - lengthOf(text)));
        return column.align === 'right' ? space + text : text + space;
      })
      .join(gap)
      .trimEnd(),
  );
}
