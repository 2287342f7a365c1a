import { totalFloors } from '../figures.js';
import { fullLabel, measuredRows } from '../cells.js';
import { slug } from '../text.js';
import { instructionNote } from '../tables/counted-notes.js';
import { nanoseconds, percent } from '../tables/format.js';
import type { CellValue, Column, Row, Table } from '../tables/table.js';
import { differingOptions, unitOf } from './columns.js';
import type { MatrixColumn } from './columns.js';
import { differenceOf } from './figures.js';
import type { MatrixLine, RoadMatrix } from './figures.js';

/** Behind a difference that is more than its figures move by themselves. */
const REAL = '*';

/** Stages of one road in rows, kernels in columns: each figure, its A/A floor, and its difference to the first column. */
export function matrixStageTable({ label, lines }: RoadMatrix, columns: readonly MatrixColumn[]): Table {
  const records = columns.map(({ record }) => record);
  const [first] = records;
  const counted = first?.experiment.exact === true;
  return {
    id: `matrix-${slug(label)}`,
    title: `Kernels side by side, ${first === undefined ? '' : unitOf(first)} for each packet: ${label}`,
    columns: [
      { key: 'stage', title: 'stage', align: 'left', unit: null, format: nanoseconds },
      ...columns.flatMap(({ title }, index) => columnsOf(title, index, counted)),
    ],
    rows: lines.map(rowOf),
    notes: [
      ...(counted
        ? [
            `${REAL}: a difference to the first column that is more than either figure moves by itself (A/A: two boots of ` +
              'the same guest; trials of one boot; one packet at the ends of a trial). One without is not to be told from nothing.',
            ...(lines.some(isMixedLine) ? [mixedNote] : []),
            instructionNote,
          ]
        : ['How much a figure moves by itself was not measured here (no second boot), so no difference is marked.']),
      'A dash: this kernel does not have the stage, or cannot tell it apart; a name in brackets is part of its parent.',
      ...columns.map((column) => `${column.title}: ${column.description}${floorText(column, label)}.`),
      ...differingOptions(records).map((option) => `Differs between the columns: ${option}.`),
    ],
  };
}

const mixedNote =
  '†: packets differ in this stage; its figure is a mean over several ways through it, and a difference may be one of ' +
  'how often each was taken.';

const isMixedLine = ({ figures }: MatrixLine): boolean => figures.some(({ mixed }) => mixed);

function columnsOf(title: string, index: number, counted: boolean): Column[] {
  const floor: Column = {
    ...{ key: `floor${String(index)}`, title: 'A/A', align: 'right', unit: '%' },
    format: (value) => value.toFixed(3),
  };
  const difference: Column = {
    ...{ key: `difference${String(index)}`, title: 'to the first', align: 'right', unit: '%', format: percent },
  };
  return [
    { key: `figure${String(index)}`, title, align: 'right', unit: null, format: nanoseconds },
    ...(counted ? [floor] : []),
    ...(index === 0 ? [] : [difference]),
  ];
}

function rowOf(line: MatrixLine): Row {
  const { name, kind, figures } = line;
  const [base] = figures;
  const cells: Record<string, CellValue> = { stage: isMixedLine(line) ? `${name} †` : name };
  for (const [index, figure] of figures.entries()) {
    cells[`figure${String(index)}`] = figure.value;
    cells[`floor${String(index)}`] = figure.value === null ? null : (figure.floors?.bootDifferencePercent ?? null);
    if (base !== undefined && index > 0) {
      const { percent: apart, real } = differenceOf(base, figure);
      cells[`difference${String(index)}`] =
        apart === null ? null : `${signed(apart)}${real === true ? ` ${REAL}` : ''}`;
    }
  }
  return { kind, cells };
}

/** One decimal; three, where one would look like zero. */
function signed(value: number): string {
  const text = Math.abs(value) < 0.05 ? value.toFixed(3) : percent(value);
  if (Number(text) === 0) return percent(0);
  return value > 0 ? `+${text}` : text;
}

function floorText({ record }: MatrixColumn, label: string): string {
  const row = measuredRows(record).find((each) => fullLabel(each) === label);
  const floors = row === undefined ? null : totalFloors(row);
  if (floors === null) return '';
  const text = (value: number | null): string => (value === null ? 'not known' : `${value.toFixed(3)} %`);
  const { bootDifferencePercent: boots, repeatabilityPercent: trials } = floors;
  return `; the total moves by ${text(boots)} from boot to boot${trials === null ? '' : `, ${text(trials)} within one`}`;
}
