import { linearFit } from '../../harness/statistics/fit.js';
import type { LinearFit } from '../../harness/statistics/fit.js';
import { estimate } from '../../harness/statistics/interval.js';
import { measuredArms, valuesOfX } from '../curves/curve.js';
import type { Arm, CurvePlan } from '../curves/curve.js';
import type { Estimate, RunRecord, SummaryRow } from '../record.js';
import { allPlaces, placeOf } from './curves.js';
import type { Place } from './curves.js';

/** A line for each round. */
type Lines = ReadonlyMap<number, LinearFit>;

/** What a filter saves against another way, by a parameter that both, or it alone, depend on. */
export interface Advantage {
  place: Place;
  against: Place;
  /** The ends of the measured range. */
  first: number;
  last: number;
  /** The other's cost less the filter's at some x, by the lines of each round. */
  saves: (x: number) => Estimate;
  /** Where the lines cross, wherever that is; null when a round's are parallel. */
  crossing: Estimate | null;
}

/** Each place against another over one curve; those of which either has no line are left out. */
export function advantages(record: RunRecord, curve: CurvePlan, against: Place): Advantage[] {
  const arms = new Map(measuredArms(record, curve).map((arm) => [placeOfArm(arm), arm]));
  const base = arms.get(against);
  if (base === undefined) return [];
  return advantagesOver([...arms.values()], curve, against, linesOf(base, curve));
}

/** The same against a cost that does not depend on the parameter: that of one row. */
export function advantagesOverRow(record: RunRecord, curve: CurvePlan, row: SummaryRow): Advantage[] {
  const flat = curve.metric
    .rounds(row)
    .map(({ round, value }) => [round, { intercept: value, slope: 0, rSquared: 1 }] as const);
  return advantagesOver(measuredArms(record, curve), curve, placeOf(row) ?? 'none', new Map(flat));
}

function advantagesOver(arms: readonly Arm[], curve: CurvePlan, against: Place, base: Lines): Advantage[] {
  return arms
    .map((arm) => ({ arm, place: placeOfArm(arm) }))
    .filter(({ place }) => place !== against && place !== 'none')
    .sort((a, b) => allPlaces.indexOf(a.place) - allPlaces.indexOf(b.place))
    .flatMap(({ arm, place }) => advantageOf(arm, place, curve, against, base));
}

function advantageOf(arm: Arm, place: Place, curve: CurvePlan, against: Place, base: Lines): Advantage[] {
  const pairs = [...linesOf(arm, curve)].flatMap(([round, own]) => {
    const other = base.get(round);
    return other === undefined ? [] : [{ own, other }];
  });
  const xs = valuesOfX([arm]);
  const [first, last] = [xs[0], xs.at(-1)];
  if (pairs.length === 0 || first === undefined || last === undefined) return [];
  const at = ({ intercept, slope }: LinearFit, x: number): number => intercept + slope * x;
  const crossings = pairs.map(({ own, other }) => (other.intercept - own.intercept) / (own.slope - other.slope));
  return [
    {
      ...{ place, against, first, last },
      saves: (x) => estimate(pairs.map(({ own, other }) => at(other, x) - at(own, x))),
      crossing: crossings.every(Number.isFinite) ? estimate(crossings) : null,
    },
  ];
}

/** A least-squares line in each round that has every x. */
function linesOf(arm: Arm, { metric }: CurvePlan): Lines {
  const xs = valuesOfX([arm]);
  if (xs.length < 2) return new Map();
  const points = arm.points.flatMap(({ x, row }) => metric.rounds(row).map((each) => ({ ...each, x })));
  const rounds = [...new Set(points.map(({ round }) => round))];
  const lines = rounds.flatMap((round): [number, LinearFit][] => {
    const own = points.filter((each) => each.round === round);
    if (own.length !== xs.length) return [];
    return [
      [
        round,
        linearFit(
          own.map(({ x }) => x),
          own.map(({ value }) => value),
        ),
      ],
    ];
  });
  return new Map(lines);
}

function placeOfArm({ points }: Arm): Place {
  const [first] = points;
  return (first === undefined ? null : placeOf(first.row)) ?? 'none';
}

/** Whether an interval leaves zero out, and on which side; 0 where it does not, or there is none. */
export function signOf({ low, high }: Estimate): -1 | 0 | 1 {
  if (low === null || high === null) return 0;
  return low > 0 ? 1 : high < 0 ? -1 : 0;
}
