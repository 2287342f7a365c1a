import type { MetricName } from '../../harness/run/metrics.js';
import { figuresOf } from './figures.js';
import type { Figure } from './figures.js';
import type { Pair } from './pairs.js';
import { rowKey } from './row-key.js';
import { savingFigures } from './saving-figures.js';
import { searchFigures } from './search-figures.js';

/** What rows a comparison can have, by the report's tables. */
export const compareTableNames = ['totals', 'stages', 'groups', 'throughput', 'savings', 'searches'] as const;
export type CompareTableName = (typeof compareTableNames)[number];

/** Unless others are asked for. The rest is made of the same trials, or, as searches, of no distribution. */
const usual: readonly CompareTableName[] = ['totals', 'stages', 'throughput'];

/** Which figures of the records are compared. */
export interface Selection {
  tables?: readonly CompareTableName[];
  /** Only cells with one of these parameters, or of one of these paths: `frameBytes=64`, `path=tcp`. Of each key one has to fit. */
  rows?: readonly { key: string; value: string }[];
  /** Only columns of a matrix with one of these in their name. */
  columns?: readonly string[];
  /** Only rows with one of these in experiment, column, cell, stage or metric. */
  filters: readonly string[];
  /** Besides the tables. */
  metrics: readonly MetricName[];
}

/** The figures of all pairs that were asked for. */
export function selectedFigures(pairs: readonly Pair[], selection: Selection): Figure[] {
  const { tables = usual, columns = [], filters, metrics } = selection;
  const inColumn = (pair: Pair): boolean => columns.length === 0 || contains(pair.column ?? '', columns);
  return pairs
    .filter(inColumn)
    .flatMap((pair) => [
      ...figuresOf(pair, tables, metrics),
      ...(tables.includes('savings') ? savingFigures(pair) : []),
      ...(tables.includes('searches') ? searchFigures(pair) : []),
    ].filter((figure) => inRows(figure, pair, selection)))
    .filter((figure) => filters.length === 0 || contains(rowKey(figure), filters)); // prettier-ignore
}

/** What was asked for, in words; empty: everything. */
export function selectionText({ tables, rows = [], columns = [], filters }: Selection): string {
  const words = [
    ...(tables === undefined ? [] : [`table ${tables.join(' or ')}`]),
    ...(rows.length === 0 ? [] : [rows.map(({ key, value }) => `${key}=${value}`).join(' and ')]),
    ...(columns.length === 0 ? [] : [`column ${columns.join(' or ')}`]),
    ...(filters.length === 0 ? [] : [filters.join(' or ')]),
  ];
  return words.join(', ');
}

function contains(text: string, wanted: readonly string[]): boolean {
  const lower = text.toLowerCase();
  return wanted.some((each) => lower.includes(each.toLowerCase()));
}

function inRows({ cell }: Figure, { base, head }: Pair, { rows = [] }: Selection): boolean {
  if (rows.length === 0) return true;
  const known = [base, head].flatMap(({ summary, searches }) => [...summary, ...searches]);
  const own = known.find((each) => each.cell === cell);
  if (own === undefined) return false;
  const valueOf = (key: string): string | number | boolean | null | undefined =>
    key === 'path' ? own.path : Object.hasOwn(own.params, key) ? own.params[key] : undefined;
  const keys = new Set(rows.map(({ key }) => key));
  return [...keys].every((key) => {
    // as the key of a cell has it: null is as fast as it goes
    const value = valueOf(key);
    const text = value === null ? 'unpaced' : String(value);
    return value !== undefined && rows.some((each) => each.key === key && each.value === text);
  });
}
