import { roadLabel } from '../cells.js';
import type { Estimate, RunRecord, SummaryRow } from '../record.js';
import { whole, type NumberFormat } from '../tables/format.js';
import type { CurveMetric } from './metric.js';

/** The parameter that a curve is drawn over. */
export interface CurveX {
  /** Key in the cells' params. */
  key: string;
  title: string;
  unit: string | null;
  /** Of a cell; its parameter of that key when nobody says. Null leaves the cell out. */
  of?: (row: SummaryRow) => number | null;
  /** In tables; whole numbers when nobody says. */
  format?: NumberFormat;
}

/** What a curve is of: one metric over one parameter, a curve an arm. Read from a record alone. */
export interface CurvePlan {
  /** Becomes the table's anchor and the chart's file. */
  id: string;
  title: string;
  x: CurveX;
  metric: CurveMetric;
  /** Which cells: all that have the parameter when nobody says. Each arm has one cell for each x. */
  rows?: (row: SummaryRow) => boolean;
  /** Names the arm of a cell: its road and variant when nobody says. */
  arm?: (row: SummaryRow) => string;
  /** Printed below the table. */
  notes?: string[];
}

export interface CurvePoint {
  x: number;
  row: SummaryRow;
  estimate: Estimate;
}

export interface Arm {
  label: string;
  /** Measured, by x. */
  points: CurvePoint[];
  /** Cells that could not be measured, and why. */
  skipped: { x: number; reason: string }[];
}

/**
 * The arms of a plan in the order of the record, those that could not be measured too. A cell that was measured, and of
 * which the metric was not taken, is no point.
 */
export function armsOf(record: RunRecord, plan: CurvePlan): Arm[] {
  const { rows: wanted = () => true, arm: nameOf = roadLabel, metric } = plan;
  const arms = new Map<string, Arm>();
  for (const row of record.summary.filter(wanted)) {
    const x = xOf(plan, row);
    if (x === null) continue;
    const label = nameOf(row);
    const arm = arms.get(label) ?? { label, points: [], skipped: [] };
    arms.set(label, arm);
    const estimate = metric.estimate(row);
    if (row.status === 'skipped') arm.skipped.push({ x, reason: row.reason ?? 'no reason recorded' });
    else if (estimate !== null) arm.points.push({ x, row, estimate });
  }
  for (const arm of arms.values()) arm.points.sort((a, b) => a.x - b.x);
  return [...arms.values()].filter(({ points, skipped }) => points.length + skipped.length > 0);
}

/** The arms that have a point. */
export function measuredArms(record: RunRecord, plan: CurvePlan): Arm[] {
  return armsOf(record, plan).filter(({ points }) => points.length > 0);
}

function xOf({ x }: CurvePlan, row: SummaryRow): number | null {
  if (x.of !== undefined) return x.of(row);
  const { params } = row;
  const value = Object.hasOwn(params, x.key) ? params[x.key] : undefined;
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

/** Every x of some arms, smallest first. */
export function valuesOfX(arms: readonly Arm[]): number[] {
  return [...new Set(arms.flatMap(({ points }) => points.map(({ x }) => x)))].sort((a, b) => a - b);
}

export function formatX({ x }: Pick<CurvePlan, 'x'>, value: number): string {
  return (x.format ?? whole)(value);
}
