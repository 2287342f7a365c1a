import { fullLabel, measuredRows } from '../cells.js';
import { intervalOf, intervalWords } from '../intervals.js';
import type { Comparison, RunRecord } from '../record.js';
import { percent } from '../tables/format.js';
import { articleGroups, articleShareTexts } from '../tables/group-tables.js';
import { MISSING } from '../tables/table.js';
import type { CellValue, Column, Row, Table } from '../tables/table.js';
import { unitOf } from './columns.js';
import type { MatrixColumn } from './columns.js';

/** The article's Table 1 with a column a kernel: its groups for each road, its own shares first. */
export function matrixArticleTable(labels: readonly string[], columns: readonly MatrixColumn[]): Table {
  const article = articleShareTexts();
  const rows = labels.flatMap((label): Row[] => [
    { kind: 'span', label, text: '' },
    ...articleGroups.map(([group, name]): Row => {
      const shares = columns.map(({ record }): CellValue => {
        const row = measuredRows(record).find((each) => fullLabel(each) === label);
        const found = row?.groups.find((each) => each.grouping === 'article' && each.group === group);
        return found === undefined ? null : { value: found.sharePercent, low: found.shareLow, high: found.shareHigh };
      });
      return bodyRow({ name, article: article.get(group) ?? MISSING }, shares);
    }),
  ]);
  return {
    id: 'matrix-article',
    title: `Share of ${quantityOf(columns)} by the article’s groups, kernels side by side`,
    columns: [left('name', 'group'), right('article', 'article, 2.4.10 TCP'), ...figureColumns(columns)],
    rows,
    notes: rangeNotes(columns, 'share'),
  };
}

/** What each capture road saves against TCP on each kernel, beside the article's figure. */
export function matrixSavingTable(columns: readonly MatrixColumn[]): Table {
  const all = columns.flatMap(({ record }) => record.comparisons.map((each) => nameOf(each, record)));
  const rows = [...new Map(all.map((each) => [each.key, each])).values()].map(({ key, name, article }): Row => {
    const savings = columns.map(({ record }): CellValue => {
      const found = record.comparisons.find((each) => nameOf(each, record).key === key)?.savingPercent;
      return found === undefined ? null : { value: found.median, ...intervalOf(found) };
    });
    return bodyRow({ name, article }, savings);
  });
  return {
    id: 'matrix-savings',
    title: `Savings of ${quantityOf(columns)}, kernels side by side`,
    columns: [left('name', 'road against base'), right('article', 'article'), ...figureColumns(columns)],
    rows: rows.length === 0 ? [{ kind: 'span', label: 'none', text: 'no two measured cells could be compared' }] : rows,
    notes: [
      'Saving: 100 · (1 − arm ∕ base), median of the ratios within rounds; positive when the arm is cheaper.',
      ...rangeNotes(columns, 'saving'),
    ],
  };
}

interface Named {
  key: string;
  name: string;
  article: number | null;
}

function nameOf({ base, arm, metric, articlePercent }: Comparison, record: RunRecord): Named {
  const label = (cell: string): string => {
    const row = record.summary.find((each) => each.cell === cell);
    return row === undefined ? cell : fullLabel(row);
  };
  const name = `${label(arm)} against ${label(base)}`;
  return { key: `${name} ${metric}`, name, article: articlePercent };
}

function quantityOf([first]: readonly MatrixColumn[]): string {
  return first !== undefined && unitOf(first.record) === 'instructions' ? 'instructions' : 'CPU time';
}

function rangeNotes(columns: readonly MatrixColumn[], what: string): string[] {
  const words = columns.map(({ record }) => {
    const trials = measuredRows(record).map((row) => row.trials.probed);
    const cells = record.summary.map(({ cell }) => cell);
    return intervalWords(record, trials, cells);
  });
  const titles = [...new Set(words.map(({ title }) => title))].join(' or ');
  return [`With each ${what}, its ${titles}.`, ...new Set(words.flatMap(({ notes }) => notes))];
}

function bodyRow(named: Record<string, CellValue>, figures: readonly CellValue[]): Row {
  const cells = Object.fromEntries(figures.map((figure, index) => [`figure${String(index)}`, figure]));
  return { kind: 'body', cells: { ...named, ...cells } };
}

const left = (key: string, title: string): Column => ({ key, title, align: 'left', unit: null, format: percent });
const right = (key: string, title: string): Column => ({ key, title, align: 'right', unit: '%', format: percent });

function figureColumns(columns: readonly MatrixColumn[]): Column[] {
  return columns.map(({ title }, index) => right(`figure${String(index)}`, title));
}
