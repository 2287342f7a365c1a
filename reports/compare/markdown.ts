import { renderMarkdown } from '../tables/table.js';
import type { Table } from '../tables/table.js';
import { escapeMarkdown } from '../text.js';
import type { Compared, ComparedRow } from './compare.js';
import { compareTable, pairTitle, rowsOf, verdictsText } from './table.js';
import type { Pair } from './pairs.js';

/** For a pull request: what moved stands open, what did not and what nobody can tell is folded. */
export function compareMarkdown(compared: Compared): string {
  const sections = compared.pairs.flatMap((pair) => {
    const rows = rowsOf(pair, compared.rows);
    return rows.length === 0 ? [] : [section(pair, rows, compared)];
  });
  return `${sections.join('\n\n')}\n`;
}

function section(pair: Pair, rows: readonly ComparedRow[], compared: Compared): string {
  const { notes } = compareTable(pair, rows, compared);
  const part = (...verdicts: ComparedRow['verdict'][]): ComparedRow[] =>
    verdicts.flatMap((verdict) => rows.filter((row) => row.verdict === verdict));
  const [moved, unsure, same] = [part('worse', 'better'), part('unsure'), part('same')];
  const bare = (some: readonly ComparedRow[]): string => withoutHeading(compareTable(pair, some, compared));
  return [
    `## ${escapeMarkdown(pairTitle(pair))}`,
    `**${escapeMarkdown(verdictsText(rows))}**`,
    ...(moved.length === 0 ? ['Nothing is known to have moved.'] : [bare(moved)]),
    ...folded(`${String(unsure.length)} unsure`, unsure, bare),
    ...folded(`${String(same.length)} the same`, same, bare),
    notes
      .slice(1)
      .map((note) => `- ${escapeMarkdown(note)}`)
      .join('\n'),
  ].join('\n\n');
}

function folded(
  summary: string,
  rows: readonly ComparedRow[],
  render: (rows: readonly ComparedRow[]) => string,
): string[] {
  return rows.length === 0 ? [] : [`<details><summary>${summary}</summary>\n\n${render(rows)}\n\n</details>`];
}

/** The lines of the table alone. */
function withoutHeading(table: Table): string {
  return renderMarkdown({ ...table, notes: [] })
    .split('\n')
    .slice(2)
    .join('\n');
}
