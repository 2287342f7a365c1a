import { matrixColumns } from '../matrix/columns.js';
import { MISSING } from '../tables/table.js';
import type { Column, Row, Table } from '../tables/table.js';
import { nanoseconds, perPacket, whole } from '../tables/format.js';
import { slug } from '../text.js';
import { armText } from './arms.js';
import type { ArmsOfPair } from './arms.js';
import { countVerdicts } from './compare.js';
import type { Compared, ComparedRow } from './compare.js';
import type { Pair } from './pairs.js';
import { usualThresholdPercent } from './verdict.js';

/** One table a pair, each with what its two runs were. */
export function compareTables(compared: Compared): Table[] {
  return compared.pairs.flatMap((pair) => {
    const rows = rowsOf(pair, compared.rows);
    return rows.length === 0 ? [] : [compareTable(pair, rows, compared)];
  });
}

export function rowsOf({ experiment, column }: Pair, rows: readonly ComparedRow[]): ComparedRow[] {
  return rows.filter((row) => row.experiment === experiment && row.column === column);
}

/** Of some rows of a pair. */
export function compareTable(pair: Pair, rows: readonly ComparedRow[], compared: Compared): Table {
  return {
    id: slug(`compare ${pair.experiment} ${pair.column ?? ''}`),
    title: pairTitle(pair),
    columns,
    rows: rows.map((row, index) => bodyRow(row, rows[index - 1]?.cell === row.cell)),
    notes: [verdictsText(rows), ...pairNotes(pair), ...methodNotes(pair, compared)],
  };
}

/** "table1: 6.1.0 → 6.18.44". */
export function pairTitle({ base, head, experiment, column, arms }: Pair): string {
  const of = column === null ? experiment : `${experiment} on ${column}`;
  const titles = matrixColumns([base, head]).map(({ title, record: { run } }) => {
    return arms === null || run.pair === undefined ? title : armText(run.pair);
  });
  return `${of}: ${titles.join(' → ')}`;
}

/** "2 worse, 1 better, 20 same, 7 unsure". */
export function verdictsText(rows: readonly ComparedRow[]): string {
  const counts = countVerdicts(rows);
  return Object.entries(counts)
    .map(([verdict, count]) => `${String(count)} ${verdict}`)
    .join(', ');
}

const text = (value: number): string => value.toString();

const columns: Column[] = [
  { key: 'cell', title: 'cell', align: 'left', unit: null, format: text },
  { key: 'name', title: 'stage', align: 'left', unit: null, format: text },
  { key: 'base', title: 'BASE', align: 'right', unit: null, format: text },
  { key: 'head', title: 'HEAD', align: 'right', unit: null, format: text },
  { key: 'effect', title: 'difference', align: 'right', unit: '%', format: text },
  { key: 'interval', title: '95 % interval', align: 'right', unit: '%', format: text },
  { key: 'verdict', title: 'verdict', align: 'left', unit: null, format: text },
];

/** @param again the row above is of the same cell */
function bodyRow(row: ComparedRow, again: boolean): Row {
  const { label, kind, name, base, head, percent, low, high } = row;
  return {
    kind: kind === 'total' ? 'total' : 'body',
    cells: {
      cell: again ? '' : label,
      name: kind === 'metric' ? `${name}, ${row.unit}` : name,
      base: base === null ? null : figureText(base.median),
      head: head === null ? null : figureText(head.median),
      effect: percent === null ? null : signed(percent),
      interval: low === null || high === null ? null : `${signed(low)} to ${signed(high)}`,
      verdict: verdictText(row),
    },
  };
}

export function verdictText({ verdict, reason }: Pick<ComparedRow, 'verdict' | 'reason'>): string {
  return reason === null ? verdict : `${verdict}: ${reason}`;
}

/** Whole from 1000 on, where a decimal says nothing. */
export function figureText(value: number): string {
  const size = Math.abs(value);
  return size >= 1000 ? whole(value) : size >= 1 ? nanoseconds(value) : perPacket(value);
}

/** With a sign, and a digit more where it is small. */
export function signed(percent: number | null): string {
  if (percent === null) return MISSING;
  const digits = Math.abs(percent) < 0.95 ? 2 : 1;
  const figure = Math.abs(percent) >= 1e6 ? percent.toExponential(1) : percent.toFixed(digits);
  return percent > 0 && Number(figure) !== 0 ? `+${figure}` : figure.replace(/^-(0\.?0*)$/, '$1');
}

/** The two runs in full. */
function pairNotes({ base, head }: Pair): string[] {
  return matrixColumns([base, head]).map(({ description, record }, index) => {
    return `${index === 0 ? 'BASE' : 'HEAD'}: ${description}; run ${record.run.id}, ${record.run.startedAt}`;
  });
}

function turnsNote({ looks }: ArmsOfPair): string {
  const looked = looks > 1 ? `; the 5 % are shared by ${String(looks)} looks, made or not` : '';
  return `Both took turns in every round, and the interval is of the ratios within rounds (Wilcoxon’s signed ranks)${looked}.`;
}

function methodNotes({ base, arms }: Pair, { thresholdPercent, noisyRows }: Compared): string[] {
  if (base.experiment.exact) {
    const more = thresholdPercent === null ? '' : `, and more than ${String(thresholdPercent)} %`;
    return [
      `Better and worse: more than either figure moves when nothing is changed${more}. Counts repeat, so there is no interval.`,
    ];
  }
  const threshold = String(thresholdPercent ?? usualThresholdPercent);
  return [
    `Better and worse: the interval lies wholly beyond ${threshold} %, also when widened so that ${String(noisyRows)} rows together raise a false alarm in at most 5 %, half of it for totals and throughput, half for stages; and no run differs by as much from itself. The same: the 95 % interval lies wholly within.`,
    arms !== null
      ? turnsNote(arms)
      : 'The interval is of what scatters from trial to trial; what moves from run to run on this machine is in it only with --again, a second run of BASE.',
  ];
}
