import { fitRounds } from '../../harness/statistics/fit.js';
import type { FitModel, RoundsFit } from '../../harness/statistics/fit.js';
import { valuesForLevel } from '../../harness/statistics/interval.js';
import { intervalWords } from '../intervals.js';
import type { RunRecord } from '../record.js';
import { perPacket, ratio } from '../tables/format.js';
import type { NumberFormat } from '../tables/format.js';
import { bounded } from '../tables/road-cells.js';
import type { Column, Row, Table } from '../tables/table.js';
import { measuredArms } from './curve.js';
import type { Arm, CurvePlan } from './curve.js';

/** A figure of a fit, as a column has it. */
export interface FitColumn {
  title: string;
  unit: string;
  format: NumberFormat;
}

/** What is fitted to a curve, and what its two figures are called. */
export interface FitPlan {
  curve: CurvePlan;
  model: FitModel;
  intercept: FitColumn;
  slope: FitColumn;
}

export interface ArmFit {
  arm: Arm;
  /** Null where there are too few points. */
  fit: RoundsFit | null;
}

/** Each arm's curve fitted in each round; arms of which nothing was measured are left out. */
export function armFits(record: RunRecord, { curve, model }: FitPlan): ArmFit[] {
  return measuredArms(record, curve).map((arm) => {
    const points = arm.points.flatMap(({ x, row }) => curve.metric.rounds(row).map((each) => ({ ...each, x })));
    return { arm, fit: fitRounds(model, points) };
  });
}

/** Intercept, slope and R² of each arm, and what shape that is. Without rows where nothing can be fitted. */
export function fitTable(record: RunRecord, plan: FitPlan): Table {
  const { curve, model, intercept, slope } = plan;
  const fits = armFits(record, plan);
  const known = fits.flatMap(({ fit }) => (fit === null ? [] : [fit]));
  const words = intervalWords(
    record,
    known.map((fit) => fit.slope.n),
    fits.flatMap(({ arm }) => arm.points.map(({ row }) => row.cell)),
  );
  const column = (key: string, { title, unit, format }: FitColumn): Column => ({
    ...{ key, title, unit, format },
    align: 'right',
  });
  const rows = fits.map(({ arm, fit }): Row => {
    if (fit === null) return { kind: 'span', label: arm.label, text: 'too few points for a fit' };
    const figures = { intercept: bounded(fit.intercept), slope: bounded(fit.slope), rSquared: fit.rSquared };
    return { kind: 'body', cells: { arm: arm.label, ...figures, shape: shapeOf(fit, model) } };
  });
  return {
    id: `${curve.id}-fit`,
    title: `${curve.title}: ${model === 'linear' ? 'a line' : 'a hyperbola'} fitted`,
    columns: [
      { key: 'arm', title: 'arm', align: 'left', unit: null, format: perPacket },
      column('intercept', intercept),
      column('slope', slope),
      { key: 'rSquared', title: 'R²', align: 'right', unit: null, format: ratio },
      { key: 'shape', title: 'shape', align: 'left', unit: null, format: perPacket },
    ],
    rows: known.length === 0 ? [] : rows,
    notes: [
      model === 'linear'
        ? `Least squares: ${intercept.title} + ${slope.title} · ${curve.x.title}, one fit a round.`
        : `Least squares: ${intercept.title} + ${slope.title} ∕ ${curve.x.title}, one fit a round.`,
      `Medians over rounds and, in brackets, their ${words.title}; R² of the fit through the medians.`,
      ...words.notes,
    ],
  };
}

/** From here on the fit says most of what the curve does. */
const GOOD_FIT = 0.9;

/**
 * Whether a curve has the model's shape, in words. Rising (line) or falling (hyperbola) only where the slope's interval
 * excludes zero. A small R² alone is no other shape: where the fit passes through every point's interval, the rest may be
 * noise.
 */
export function shapeOf({ slope, rSquared, withinNoise }: RoundsFit, model: FitModel): string {
  const { low, high } = slope;
  if (low === null || high === null) return 'unsure: too few rounds';
  if (low <= 0 && high >= 0) return 'no slope that can be told from none';
  const [expected, other] = model === 'linear' ? ['rises', 'falls'] : ['falls', 'rises'];
  const direction = low > 0 ? expected : other;
  const name = model === 'linear' ? 'a line' : 'a hyperbola';
  if (rSquared >= GOOD_FIT) return `${direction} as ${name}`;
  if (slope.n < valuesForLevel) return `${direction}; too few rounds to say how`;
  return withinNoise ? `${direction}; ${name} within its noise` : `${direction}, but not as ${name}`;
}
