import type { TopLevelSpec } from 'vega-lite';
import type { Road } from '../roads.js';
import { chartConfig, type TitleSpec } from './chart.js';
import { families, familyOf } from './families.js';
import { curveMark } from './palette.js';
import { roadName } from './road-title.js';

/** One point of a road's curve. */
export interface CurvePoint {
  road: string;
  x: number;
  y: number;
  low: number | null;
  high: number | null;
}

export interface Curve {
  road: Road;
  points: Omit<CurvePoint, 'road'>[];
}

/** An axis that every panel has, so that panels can be held against each other. */
export interface PanelAxis {
  title: string;
  scale: object;
  axis: object;
}

const PANEL = { width: 300, height: 190 };

interface PanelOptions {
  x: PanelAxis;
  y: PanelAxis;
  title: TitleSpec;
  /** Points on the curves; a curve of many has none. */
  points: boolean;
  interpolate?: 'linear' | 'step-before';
  /** Faint lines lead the eye along points that scatter. */
  lineOpacity?: number;
}

/** One panel a family of roads, two in a row, all on the same scales; null when there is no curve. */
export function familyPanels(
  curves: Curve[],
  { x, y, title, points, interpolate, lineOpacity }: PanelOptions,
): TopLevelSpec | null {
  const drawn = curves.filter((curve) => curve.points.length > 0);
  const present = families.filter((family) => drawn.some(({ road }) => familyOf(road) === family));
  if (present.length === 0) return null;
  const panels = present.map((family) => {
    const own = drawn.filter(({ road }) => familyOf(road) === family);
    const names = own.map(({ road }) => roadName(road));
    const values = own.flatMap((curve, index) => curve.points.map((point) => ({ road: names[index], ...point })));
    const legend = {
      title: family,
      orient: 'right',
      titleFontWeight: 'bold',
      symbolStrokeWidth: 2,
      symbolType: points ? 'circle' : 'stroke',
    };
    const colour = {
      field: 'road',
      type: 'nominal',
      scale: { domain: names, range: names.map((_, index) => curveMark(index).colour) },
      legend,
    };
    const shape = {
      field: 'road',
      type: 'nominal',
      scale: { domain: names, range: names.map((_, index) => curveMark(index).shape) },
      legend,
    };
    const place = { x: { type: 'quantitative', ...x }, y: { type: 'quantitative', ...y } };
    const bounded = values.filter(({ low, high }) => low !== null && high !== null);
    return {
      ...PANEL,
      data: { values },
      layer: [
        {
          mark: {
            type: 'line',
            strokeWidth: 1.8,
            opacity: lineOpacity ?? 1,
            clip: true,
            interpolate: interpolate ?? 'linear',
          },
          encoding: {
            x: { ...place.x, field: 'x' },
            y: { ...place.y, field: 'y' },
            order: { field: 'x' },
            color: colour,
          },
        },
        ...(bounded.length === 0
          ? []
          : [
              {
                data: { values: bounded },
                mark: { type: 'rule', strokeWidth: 1.2, clip: true },
                encoding: {
                  x: { ...place.x, field: 'x' },
                  y: { ...place.y, field: 'low' },
                  y2: { field: 'high' },
                  color: colour,
                },
              },
            ]),
        ...(points
          ? [
              {
                mark: { type: 'point', filled: true, size: 38, opacity: 1 },
                encoding: { x: { ...place.x, field: 'x' }, y: { ...place.y, field: 'y' }, color: colour, shape },
              },
            ]
          : []),
      ],
    };
  });
  return {
    title,
    config: chartConfig,
    columns: 2,
    concat: panels,
    spacing: 30,
    resolve: {
      scale: { color: 'independent', shape: 'independent' },
      legend: { color: 'independent', shape: 'independent' },
    },
  } as unknown as TopLevelSpec;
}
