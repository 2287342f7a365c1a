import { articleShares } from '../../harness/plan/stages.js';
import { cellLabel, measuredRows, orderedRows, ratesText } from '../cells.js';
import { rowIntervalWords } from '../intervals.js';
import type { GroupRow, RunRecord, SummaryRow } from '../record.js';
import { percent } from './format.js';
import { MISSING, type CellValue, type Column, type Row, type Table } from './table.js';

type Grouping = GroupRow['grouping'];

export const articleGroups: [group: string, label: string][] = [
  ['interrupt', 'interrupt + driver-rx'],
  ['softirq', 'softirq'],
  ['copy', 'copy'],
  ['system-call', 'system call'],
  ['not-in-article', 'not in the article'],
];

export const contexts: [group: string, label: string][] = [
  ['hardirq', 'hard interrupt'],
  ['softirq', 'softirq'],
  ['napi-thread', 'NAPI thread'],
  ['system-call', 'system call'],
  ['user', 'user'],
];

const articleColumn: Column = {
  key: 'article',
  title: 'article, 2.4.10 TCP',
  align: 'right',
  unit: '%',
  format: percent,
};

/** The article's Table 1 for today: its groups down, one column a cell, its own shares first. */
export function articleTable(record: RunRecord, rows: SummaryRow[] = orderedRows(record)): Table {
  const table = groupTable(record, rows, 'article', articleGroups);
  const article = articleShareTexts();
  const body = table.rows.map((row, index): Row => {
    const group = articleGroups[index]?.[0];
    if (row.kind === 'span' || group === undefined) return row;
    return { ...row, cells: { ...row.cells, article: article.get(group) ?? MISSING } };
  });
  const [first, ...others] = table.columns;
  return {
    ...table,
    id: 'article-groups',
    title: `Share of ${quantity(record)} by the article’s groups (${ratesText(rows)})`,
    columns: [...(first === undefined ? [] : [first]), articleColumn, ...others],
    rows: body,
    notes: [...table.notes, articleNote],
  };
}

/** The article's own shares by group; it says "5 to 6" of system calls itself, and does not name the rest. */
export function articleShareTexts(): Map<string, string> {
  const shares = Object.entries(articleShares).map(([group, share]): [string, string] => [group, percent(share)]);
  return new Map([...shares, ['system-call', '5 to 6']]);
}

const articleNote =
  'In 2.4 the card’s receive ran in hard interrupt context; with NAPI the same work, driver-rx, runs in softirq or in ' +
  'a thread. It is counted with interrupt here, as the article counted it.';

const quantity = ({ experiment }: RunRecord): string => (experiment.exact ? 'instructions' : 'CPU time');

/** The same time by the context that runs it today. */
export function contextTable(record: RunRecord, rows: SummaryRow[] = orderedRows(record)): Table {
  return {
    ...groupTable(record, rows, 'context', contexts),
    id: 'contexts',
    title: `Share of ${quantity(record)} by context (${ratesText(rows)})`,
  };
}

function groupTable(
  record: RunRecord,
  rows: SummaryRow[],
  grouping: Grouping,
  groups: [group: string, label: string][],
): Omit<Table, 'id' | 'title'> {
  const measured = rows.filter((row) => row.status === 'measured');
  const known = new Set(groups.map(([group]) => group));
  const others = measured.flatMap((row) =>
    row.groups.filter((each) => each.grouping === grouping && !known.has(each.group)).map((each) => each.group),
  );
  const listed = [...groups, ...[...new Set(others)].map((group): [string, string] => [group, group])];
  const words = rowIntervalWords(record, measured);
  const columns: Column[] = [
    { key: 'group', title: 'group', align: 'left', unit: null, format: percent },
    ...measured.map((row, index): Column => {
      const title = cellLabel(row, measuredRows(record));
      return { key: `cell${String(index)}`, title, align: 'right', unit: '%', format: percent };
    }),
  ];
  const body = listed.map(([group, label]): Row => {
    const cells: Record<string, CellValue> = { group: label };
    measured.forEach((row, index) => {
      const found = row.groups.find((each) => each.grouping === grouping && each.group === group);
      cells[`cell${String(index)}`] =
        found === undefined ? null : { value: found.sharePercent, low: found.shareLow, high: found.shareHigh };
    });
    return { kind: 'body', cells };
  });
  const skipped = rows.filter((row) => row.status === 'skipped');
  const spans = skipped.map((row): Row => ({
    kind: 'span',
    label: cellLabel(row, rows),
    text: `skipped: ${row.reason ?? 'no reason recorded'}`,
  }));
  const notes = [`With each share, its ${words.title}.`, ...words.notes];
  return { columns, rows: [...body, ...spans], notes };
}
