import type { Compared, ComparedRow } from '../../reports/compare/compare.js';
import { signed, verdictText } from '../../reports/compare/table.js';
import { usualThresholdPercent } from '../../reports/compare/verdict.js';
import { percent, whole } from '../../reports/tables/format.js';
import type { Column, Row, Table } from '../../reports/tables/table.js';
import type { Simulation } from './simulation.js';

const left = (key: string, title: string): Column => ({ key, title, align: 'left', unit: null, format: whole });
const right = (key: string, title: string, unit: string | null = '%'): Column => ({
  ...{ key, title, unit, format: percent },
  align: 'right',
});

/** What was simulated, the many of a kind by their least and their most. */
export function simulationTable(simulations: readonly Simulation[]): Table {
  const groups = new Map<string, Simulation[]>();
  for (const each of simulations) {
    const { kind, name } = each;
    // of an interval all rounds and noises together
    const title = kind === 'coverage' ? name.replace(/, \d.*/, '') : name.replace(/;.*/, '');
    const key = `${kind}: ${title}`;
    groups.set(key, [...(groups.get(key) ?? []), each]);
  }
  const rows = [...groups].map(([what, own]): Row => {
    const percents = own.map((each) => each.percent);
    const [first] = own;
    const cells = { what, cases: own.length, from: Math.min(...percents), to: Math.max(...percents) };
    const bounds = first === undefined ? '' : `${String(first.least)} to ${String(first.most)}`;
    return { kind: 'body', cells: { ...cells, bounds, ok: own.every(({ ok }) => ok) ? 'ok' : 'OUT OF BOUNDS' } };
  });
  return {
    id: 'selftest-simulations',
    title: 'Simulated: how often each interval covers, a table raises a false alarm, a slowdown is told',
    columns: [
      left('what', 'what'),
      { ...right('cases', 'cases', null), format: whole },
      ...[right('from', 'least'), right('to', 'most'), left('bounds', 'has to be, %'), left('ok', 'result')],
    ],
    rows,
    notes: [
      'Over several numbers of rounds and shapes of noise; three standard deviations of the simulation are chance.',
    ],
  };
}

/** A figure of the A/A. */
export interface FloorRow {
  cell: string;
  figure: string;
  differencePercent: number | null;
  verdict: ComparedRow['verdict'];
  /** What better and worse have to be beyond the threshold by, with as many trials as there were. */
  floorPercent: number | null;
  /** The smallest effect that is called better or worse with so many rounds as a run has unless others are asked for. */
  tellsPercent: number | null;
}

/** @param rounds of a whole run; intervals narrow with the root of their number */
export function floorRows({ rows }: Compared, rounds: number): FloorRow[] {
  return rows.map(({ label, name, percent: differencePercent, verdict, floorPercent, base, head }) => {
    const trials = Math.min(base?.trials ?? 0, head?.trials ?? 0);
    const floor = floorPercent === null ? null : floorPercent * Math.sqrt(trials / rounds);
    const tellsPercent = floor === null ? null : (1 + usualThresholdPercent / 100) * (100 + floor) - 100;
    return { cell: label, figure: name, differencePercent, verdict, floorPercent, tellsPercent };
  });
}

/** The A/A, figure by figure. */
export function floorTable(compared: Compared, rounds: number): Table {
  const rows = floorRows(compared, rounds);
  return {
    id: 'selftest-aa',
    title: 'A/A: this machine against itself, nothing changed',
    columns: [
      left('cell', 'cell'),
      left('figure', 'figure'),
      ...[
        right('difference', 'difference'),
        right('floor', 'noise floor'),
        right('tells', `told at ${String(rounds)} rounds`),
      ],
      left('verdict', 'verdict'),
    ],
    rows: rows.map(({ cell, figure, differencePercent, floorPercent, tellsPercent }, index): Row => {
      const row = compared.rows[index];
      const again = rows[index - 1]?.cell === cell;
      const cells = {
        cell: again ? '' : cell,
        figure,
        difference: differencePercent === null ? null : signed(differencePercent),
      };
      const verdict = row === undefined ? '' : verdictText(row);
      return {
        kind: row?.kind === 'total' ? 'total' : 'body',
        cells: { ...cells, floor: floorPercent, tells: tellsPercent, verdict },
      };
    }),
    notes: [
      'Noise floor: half of the interval that better and worse are taken from, or by how much a run differs from itself.',
      `Told: the smallest effect that is called better or worse, above the usual threshold of ${String(usualThresholdPercent)} %.`,
    ],
  };
}

/** What of an A/A is a false alarm. */
export function falseAlarmsIn({ rows }: Compared): ComparedRow[] {
  return rows.filter(({ verdict }) => verdict === 'worse' || verdict === 'better');
}
