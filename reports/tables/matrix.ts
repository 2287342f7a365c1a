import { ExitCode, PktpathError } from '../../harness/errors.js';
import { fullLabel, measuredRows } from '../cells.js';
import { closureTotals, floorPercent, stageFigures, stagesInOrder } from '../figures.js';
import type { RunRecord, StageRow, SummaryRow } from '../record.js';
import { slug } from '../text.js';
import { nanoseconds, percent } from './format.js';
import type { Column, Row, Table } from './table.js';

/**
 * Records of one experiment on several kernels, a table a road: stages in rows, kernels in columns, and by how much each
 * differs from the first.
 * @throws PktpathError (cannot compare) for records that do not measure the same in the same unit
 */
export function matrixTables(records: readonly RunRecord[]): Table[] {
  const [first] = records;
  if (first === undefined) return [];
  for (const record of records) checkLike(first, record);
  const labels = [...new Set(records.flatMap((record) => measuredRows(record).map(fullLabel)))];
  return labels.map((label) => matrixTable(label, records));
}

function checkLike(first: RunRecord, other: RunRecord): void {
  const kinds = [
    ['experiment', first.experiment.name, other.experiment.name],
    ['unit', unitOf(first), unitOf(other)],
    ['accelerator', acceleratorOf(first), acceleratorOf(other)],
  ] as const;
  for (const [what, one, another] of kinds) {
    if (one === another) continue;
    throw new PktpathError(`records of different ${what} cannot stand in one table: ${one} and ${another}`, {
      exitCode: ExitCode.cannotCompare,
      hint: 'give --exact to all, or leave host out',
    });
  }
}

function unitOf({ experiment }: RunRecord): string {
  return experiment.exact ? 'instructions' : 'ns';
}

function acceleratorOf({ machine }: RunRecord): string {
  return machine.kind === 'host' ? 'none' : machine.accelerator;
}

function columnName({ machine, environment }: RunRecord): string {
  if (machine.kind === 'host') return environment.kernelRelease;
  const { kernel, bootArguments, cpuModel, card } = machine;
  const words = [kernel.release, bootArguments, cpuModel === 'max' ? '' : `-cpu ${cpuModel}`, card];
  return words.filter((word) => word !== '').join(' ');
}

function matrixTable(label: string, records: readonly RunRecord[]): Table {
  const rows = records.map((record) => measuredRows(record).find((row) => fullLabel(row) === label));
  const unit = records[0] === undefined ? '' : unitOf(records[0]);
  const stages = stagesInOrder(rows.flatMap((row) => row?.stages ?? []));
  const names = [...new Set(stages.map(({ stage }) => stage))];
  const body = names
    .map((stage) =>
      cells(
        stage,
        rows.map((row) => stageOf(row, stage)),
        'body',
      ),
    )
    .filter(({ known }) => known)
    .map(({ row }) => row);
  const total = cells('total', rows.map(totalOf), 'total').row;
  return {
    id: `matrix-${slug(label)}`,
    title: `Kernels side by side, ${unit} for each packet: ${label}`,
    columns: [
      { key: 'stage', title: 'stage', align: 'left', unit: null, format: nanoseconds },
      ...records.flatMap((record, index): Column[] => [
        { key: `figure${String(index)}`, title: columnName(record), align: 'right', unit: null, format: nanoseconds },
        ...(index === 0
          ? []
          : [
              {
                key: `difference${String(index)}`,
                title: 'to the first',
                align: 'right',
                unit: '%',
                format: signed,
              } as const,
            ]),
      ]),
    ],
    rows: [...body, total],
    notes: [
      'A stage that a kernel does not have, or that cannot be told apart there, is a dash.',
      ...records.map((record, index) => floorNote(rows[index], columnName(record))),
    ],
  };
}

const signed = (value: number): string => `${value > 0 ? '+' : ''}${percent(value)}`;

function stageOf(row: SummaryRow | undefined, stage: string): number | null {
  const found: StageRow | undefined = row?.stages.find((each) => each.stage === stage);
  return found === undefined ? null : stageFigures(found).corrected;
}

function totalOf(row: SummaryRow | undefined): number | null {
  return row === undefined || row.closure === null ? null : closureTotals(row.closure).corrected;
}

function cells(
  stage: string,
  values: readonly (number | null)[],
  kind: 'body' | 'total',
): { row: Row; known: boolean } {
  const [base] = values;
  const entries = values.flatMap((value, index): [string, number | null][] => {
    const difference =
      value === null || base === undefined || base === null || base === 0 ? null : 100 * (value / base - 1);
    return [
      [`figure${String(index)}`, value],
      ...(index === 0 ? [] : [[`difference${String(index)}`, difference] satisfies [string, number | null]]),
    ];
  });
  return {
    row: { kind, cells: { stage, ...Object.fromEntries(entries) } },
    known: values.some((value) => value !== null),
  };
}

/** A difference below both floors means nothing. */
function floorNote(row: SummaryRow | undefined, name: string): string {
  const floor = row === undefined ? null : floorPercent(row);
  return `${name}: A/A floor ${floor === null ? 'not known' : `of the total ${floor.toFixed(3)} %`}`;
}
