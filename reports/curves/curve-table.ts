import { intervalWords, isMissing, MISSING_INTERVAL_NOTE } from '../intervals.js';
import type { RunRecord } from '../record.js';
import { whole } from '../tables/format.js';
import { bounded } from '../tables/road-cells.js';
import type { CellValue, Row, Table } from '../tables/table.js';
import { armsOf, formatX, valuesOfX } from './curve.js';
import type { Arm, CurvePlan } from './curve.js';

/** So many arms stand on a narrow terminal. */
const ALWAYS_SHOWN = 3;

/**
 * A curve in figures: values of its parameter in rows, arms in columns, in each cell the median with its interval. An arm
 * of which nothing was measured is a row that says why; without any point there are no other rows.
 */
export function curveTable(record: RunRecord, plan: CurvePlan): Table {
  const { id, title, x, metric } = plan;
  const all = armsOf(record, plan);
  const arms = all.filter(({ points }) => points.length > 0);
  const skipped = all.filter(({ points }) => points.length === 0);
  const points = arms.flatMap((arm) => arm.points);
  const words = intervalWords(
    record,
    points.map(({ estimate }) => estimate.n),
    points.map(({ row }) => row.cell),
  );
  const body = valuesOfX(arms).map((value): Row => {
    const cells: Record<string, CellValue> = { x: value };
    arms.forEach((arm, index) => {
      const point = arm.points.find((each) => each.x === value);
      cells[`arm${String(index)}`] = point === undefined ? null : bounded(point.estimate);
    });
    return { kind: 'body', cells };
  });
  return {
    id,
    title,
    columns: [
      { key: 'x', title: x.title, align: 'right', unit: x.unit, format: x.format ?? whole },
      ...arms.map(({ label }, index) => ({
        key: `arm${String(index)}`,
        title: label,
        align: 'right' as const,
        unit: metric.unit,
        format: metric.format,
        optional: index >= ALWAYS_SHOWN,
      })),
    ],
    rows: [...body, ...skipped.map(skippedRow)],
    notes: [
      ...(points.length === 0 ? [] : [`${metric.title}: median and, in brackets, its ${words.title}.`, ...words.notes]),
      ...(points.some(({ estimate }) => isMissing(estimate)) ? [MISSING_INTERVAL_NOTE] : []),
      ...arms.flatMap((arm) => missingNotes(plan, arm)),
      ...(plan.notes ?? []),
    ],
  };
}

function skippedRow({ label, skipped }: Arm): Row {
  const reasons = [...new Set(skipped.map(({ reason }) => reason))];
  return { kind: 'span', label, text: `skipped: ${reasons.join('; ')}` };
}

/** Points that are missing of an arm that has others. */
function missingNotes(plan: CurvePlan, { label, skipped }: Arm): string[] {
  const reasons = [...new Set(skipped.map(({ reason }) => reason))];
  return reasons.map((reason) => {
    const at = skipped.filter((each) => each.reason === reason).map(({ x }) => formatX(plan, x));
    return `${label} at ${at.join(', ')}: skipped: ${reason}`;
  });
}
