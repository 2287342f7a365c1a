import { inPacketOrder } from '../../harness/plan/stages.js';
import { fullLabel, measuredRows } from '../cells.js';
import { closureTotals, stageFigures, totalFloors } from '../figures.js';
import type { Floors, RunRecord, StageRow, SummaryRow } from '../record.js';
import { isMixed } from '../visit-lengths.js';

/** One stage of one road on one kernel. */
export interface MatrixFigure {
  /** For each packet, corrected, in the unit of the record; null where it has no such stage. */
  value: number | null;
  /** Null: not known, as in ns. */
  floors: Floors | null;
  /** What one packet more or less at the ends of a trial's window is of it, percent. */
  edgePercent: number;
  /** Packets differ in it. */
  mixed: boolean;
}

/** A stage or the total, one figure a column. */
export interface MatrixLine {
  name: string;
  kind: 'body' | 'total';
  figures: MatrixFigure[];
}

export interface RoadMatrix {
  label: string;
  lines: MatrixLine[];
}

/**
 * The figures of every road that some record measured. A stage goes by its label, which says what is merged into it: where
 * one kernel cannot tell apart what another can, the two are not the same stage and stand on lines of their own.
 */
export function roadMatrices(records: readonly RunRecord[]): RoadMatrix[] {
  const labels = [...new Set(records.flatMap((record) => measuredRows(record).map(fullLabel)))];
  return labels.map((label) => {
    const rows = records.map((record) => measuredRows(record).find((row) => fullLabel(row) === label));
    const edges = rows.map((row, index) => edgeOf(row, records[index]));
    const seen = rows.flatMap((row) => row?.stages ?? []).filter((stage) => stageFigures(stage).corrected !== null);
    const names = new Set(inPacketOrder(seen, ({ stage }) => stage).map((stage) => stage.label));
    const stages = [...names].map((name): MatrixLine => ({
      ...{ name, kind: 'body' },
      figures: rows.map((row, index) => ({
        ...stageFigure(row?.stages.find((stage) => stage.label === name)),
        edgePercent: edges[index] ?? 0,
      })),
    }));
    const total = rows.map((row, index) => ({ ...totalFigure(row), edgePercent: edges[index] ?? 0 }));
    return { label, lines: [...stages, { name: 'total', kind: 'total', figures: total }] };
  });
}

/** What one packet more or less at the ends of a trial's window is of a row's figures, percent. */
export function edgeOf(row: SummaryRow | undefined, record: RunRecord | undefined): number {
  const own = record?.trials.filter(({ cell, valid, probed }) => cell === row?.cell && valid && probed) ?? [];
  const packets = own.map(({ wirePackets }) => wirePackets).filter((count) => count > 0);
  return packets.length === 0 ? 0 : 100 / Math.min(...packets);
}

type FigureAlone = Omit<MatrixFigure, 'edgePercent'>;

function stageFigure(stage: StageRow | undefined): FigureAlone {
  if (stage === undefined) return { value: null, floors: null, mixed: false };
  const counted = 'bootDifferencePercent' in stage;
  const value = stageFigures(stage).corrected;
  return { value, floors: counted ? stage : null, mixed: counted && isMixed(stage) };
}

function totalFigure(row: SummaryRow | undefined): FigureAlone {
  const value = row === undefined || row.closure === null ? null : closureTotals(row.closure).corrected;
  return { value, floors: row === undefined ? null : totalFloors(row), mixed: false };
}

export interface Difference {
  /** Of the first column's figure; null where there is none to take it of. */
  percent: number | null;
  /** Above what either figure moves by itself; null where that is not known. */
  real: boolean | null;
}

/**
 * By how much a figure differs from the first column's, and whether that is more than either of the two moves when nothing
 * is changed: the largest of A/A floor, repeatability, and one packet at the ends of the window, each of its own figure.
 */
export function differenceOf(base: MatrixFigure, other: MatrixFigure): Difference {
  if (base.value === null || other.value === null) return { percent: null, real: null };
  const moves = [base, other].map(movesBy).filter((each) => each !== null);
  const apart = other.value - base.value;
  return {
    percent: base.value === 0 ? null : (100 * apart) / Math.abs(base.value),
    real: moves.length < 2 ? null : Math.abs(apart) > Math.max(...moves),
  };
}

/** By how much a figure moves when nothing is changed, in its own unit; null without an A/A floor. */
export function movesBy({ value, floors, edgePercent }: Omit<MatrixFigure, 'mixed'>): number | null {
  if (value === null || floors === null || floors.bootDifferencePercent === null) return null;
  const most = Math.max(floors.bootDifferencePercent, floors.repeatabilityPercent ?? 0, edgePercent);
  return (most * Math.abs(value)) / 100;
}
