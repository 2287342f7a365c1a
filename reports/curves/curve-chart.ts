import type { TopLevelSpec } from 'vega-lite';
import { fitted } from '../../harness/statistics/fit.js';
import { chartConfig, curveTitle, drawable, PLOT_WIDTH, type Chart } from '../charts/chart.js';
import { curveMark } from '../charts/palette.js';
import { around } from '../charts/road-cost.js';
import { onLogAxis } from '../charts/road-rates.js';
import { legendName } from '../charts/road-title.js';
import type { RunRecord } from '../record.js';
import { printable } from '../text.js';
import { measuredArms, valuesOfX } from './curve.js';
import type { Arm, CurvePlan } from './curve.js';
import { armFits } from './fit.js';
import type { FitPlan } from './fit.js';

export interface ChartOptions {
  logX?: boolean;
  logY?: boolean;
  /** Drawn dashed through the points, in place of lines from point to point. */
  fit?: FitPlan;
  /** Below the title, in grey. */
  more?: string;
}

const HEIGHT = 340;

/** Points of a fitted curve. */
const FIT_POINTS = 60;

/** From so many values on an axis chooses its own ticks. */
const MANY_VALUES = 9;

interface Point {
  arm: string;
  x: number;
  y: number;
  low: number | null;
  high: number | null;
}

/** A curve for each arm, with the interval of each median; empty when there is no point. */
export function curveChart(record: RunRecord, plan: CurvePlan, options: ChartOptions = {}): Chart[] {
  const { logX = false, logY = false, fit, more } = options;
  const arms = measuredArms(record, plan);
  const onX = logX ? onLogAxis : drawable;
  const onY = logY ? onLogAxis : drawable;
  const points = arms.flatMap((arm) => pointsOf(arm)).filter(({ x, y }) => onX(x) && onY(y));
  if (points.length === 0) return [];
  const bounded = points.filter(({ low, high }) => onY(low) && onY(high));
  const curves = fit === undefined ? [] : fitPoints(record, fit, logX).filter(({ y }) => onY(y));
  const names = [...new Set(points.map(({ arm }) => arm))];
  const ends = [...points, ...curves].flatMap(({ y, low, high }) => [y, low ?? y, high ?? y]).filter(onY);
  const values = valuesOfX(arms).filter(onX);
  const x = {
    type: 'quantitative',
    title: titleWith(plan.x.title, plan.x.unit),
    scale: { ...(logX ? { type: 'log' } : { zero: false }), nice: false, padding: 12 },
    axis: { format: values.every(isRound) ? '~s' : '~f', labelOverlap: 'greedy', ...ticksAt(values) },
  };
  const y = {
    type: 'quantitative',
    title: titleWith(plan.metric.title, plan.metric.unit),
    scale: logY ? { type: 'log', domain: around(ends), nice: false } : { zero: true, nice: true },
    axis: { format: '~f', tickCount: 6 },
  };
  const marks = names.map((_, index) => curveMark(index));
  const legend = { orient: 'right', title: null, symbolType: 'circle', symbolStrokeWidth: 2 };
  const colour = {
    field: 'arm',
    type: 'nominal',
    scale: { domain: names, range: marks.map(({ colour }) => colour) },
    legend,
  };
  const shape = {
    field: 'arm',
    type: 'nominal',
    scale: { domain: names, range: marks.map(({ shape }) => shape) },
    legend,
  };
  const place = { x: { ...x, field: 'x' }, y: { ...y, field: 'y' } };
  const line = { type: 'line', strokeWidth: 1.8, clip: true, ...(fit === undefined ? {} : { strokeDash: [5, 4] }) };
  const spec = {
    title: curveTitle(plan.title, record, rowsOf(arms), more),
    config: chartConfig,
    width: PLOT_WIDTH,
    height: HEIGHT,
    layer: [
      {
        data: { values: fit === undefined ? points : curves },
        mark: line,
        encoding: { ...place, order: { field: 'x' }, color: colour },
      },
      {
        data: { values: bounded },
        mark: { type: 'rule', strokeWidth: 1.4, clip: true },
        encoding: { x: place.x, y: { ...y, field: 'low' }, y2: { field: 'high' }, color: colour },
      },
      {
        data: { values: points },
        mark: { type: 'point', filled: true, size: 42, opacity: 1 },
        encoding: { ...place, color: colour, shape },
      },
    ],
  };
  return [{ id: plan.id, title: plan.title, spec: spec as unknown as TopLevelSpec }];
}

function pointsOf(arm: Arm): Point[] {
  return arm.points.map(({ x, estimate: { median, low, high } }) => ({
    arm: legendName(arm.label),
    x,
    y: median,
    low,
    high,
  }));
}

/** Each fit from its arm's first x to its last. */
function fitPoints(record: RunRecord, plan: FitPlan, logX: boolean): Point[] {
  return armFits(record, plan).flatMap(({ arm, fit }) => {
    const [first, last] = [arm.points[0]?.x, arm.points.at(-1)?.x];
    if (fit === null || first === undefined || last === undefined) return [];
    const medians = { intercept: fit.intercept.median, slope: fit.slope.median };
    return Array.from({ length: FIT_POINTS + 1 }, (_, step): Point => {
      const share = step / FIT_POINTS;
      const x = logX && first > 0 ? first * (last / first) ** share : first + (last - first) * share;
      return { arm: legendName(arm.label), x, y: fitted(plan.model, medians, x), low: null, high: null };
    });
  });
}

function rowsOf(arms: readonly Arm[]) {
  return arms.flatMap(({ points }) => points.map(({ row }) => row));
}

/** "10k" says as much as 10000; "65.536k" does not help, and "50m" for 0.05 is not read. */
function isRound(value: number): boolean {
  return Number.isInteger(value) && (value < 1000 || value % 500 === 0);
}

function titleWith(title: string, unit: string | null): string {
  return printable(unit === null ? title : `${title}, ${unit}`);
}

function ticksAt(values: readonly number[]): object {
  return values.length < MANY_VALUES ? { values } : {};
}
