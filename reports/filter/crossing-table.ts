import { intervalWords } from '../intervals.js';
import type { RunRecord } from '../record.js';
import type { CurvePlan } from '../curves/curve.js';
import { formatX, measuredArms } from '../curves/curve.js';
import { nanoseconds, percent } from '../tables/format.js';
import { bounded } from '../tables/road-cells.js';
import type { CellValue, Row, Table } from '../tables/table.js';
import { advantages, advantagesOverRow, signOf } from './advantage.js';
import type { Advantage } from './advantage.js';
import { lengthCurve, lengthsPercent, mainRoad, placeNames, placeOf, shareCurve } from './curves.js';

/** Up to which share of wanted packets a filter pays, against filtering in the reader and against none. */
export function shareCrossings(record: RunRecord): Table {
  const curve = shareCurve(record);
  const all = [...advantages(record, curve, 'user'), ...advantages(record, curve, 'none')];
  return crossingTable(record, curve, all, 'Up to which share of wanted packets filtering pays');
}

/** Up to which length a filter pays, against the same filter in the reader and against none. */
export function lengthCrossings(record: RunRecord): Table {
  const curve = lengthCurve(record);
  const unfiltered = record.summary.find(
    (row) => row.path === mainRoad && placeOf(row) === 'none' && row.params['wantedPercent'] === lengthsPercent(record),
  );
  const all = [
    ...advantages(record, curve, 'user'),
    ...(unfiltered?.status === 'measured' ? advantagesOverRow(record, curve, unfiltered) : []),
  ];
  const title = `Up to which length filtering pays, ${String(lengthsPercent(record))} % wanted`;
  return crossingTable(record, curve, all, title);
}

function crossingTable(record: RunRecord, curve: CurvePlan, all: readonly Advantage[], title: string): Table {
  const [{ first, last } = { first: 0, last: 0 }] = all;
  const { unit, format } = { ...curve.metric, format: nanoseconds };
  const at = (x: number): string => `saves at ${formatX(curve, x)} ${curve.x.unit ?? ''}`;
  const words = intervalWords(
    record,
    all.map((each) => each.saves(each.first).n),
    measuredArms(record, curve).flatMap(({ points }) => points.map(({ row }) => row.cell)),
  );
  const rows = all.map((each): Row => ({
    kind: 'body',
    cells: {
      filter: placeNames[each.place],
      against: placeNames[each.against],
      first: bounded(each.saves(each.first)),
      last: bounded(each.saves(each.last)),
      crossing: crossingCell(each, curve),
    },
  }));
  return {
    id: `${curve.id}-crossing`,
    title,
    columns: [
      { key: 'filter', title: 'filter', align: 'left', unit: null, format },
      { key: 'against', title: 'against', align: 'left', unit: null, format },
      { key: 'first', title: at(first), align: 'right', unit, format },
      { key: 'last', title: at(last), align: 'right', unit, format },
      { key: 'crossing', title: 'pays up to', align: 'right', unit: curve.x.unit, format: percent },
    ],
    rows,
    notes: [
      `By a line through each round’s figures; medians over rounds and, in brackets, their ${words.title}.`,
      ...words.notes,
      'A crossing is given only where the saving’s interval excludes zero at both ends of what was measured.',
    ],
  };
}

/** In words where the lines do not cross within what was measured, or where it cannot be told. */
function crossingCell({ saves, first, last, crossing }: Advantage, curve: CurvePlan): CellValue {
  const [atFirst, atLast] = [signOf(saves(first)), signOf(saves(last))];
  const end = formatX(curve, last);
  if (atFirst > 0 && atLast > 0) return `all: no crossing up to ${end}`;
  if (atFirst < 0 && atLast < 0) return 'none: never pays';
  if (atFirst * atLast < 0 && crossing !== null) {
    return atFirst > 0 ? bounded(crossing) : `from ${percent(crossing.median)} on`;
  }
  if (atFirst > 0) return `cannot be told at ${end}`;
  return atFirst < 0 ? `dearer at ${formatX(curve, first)}, cannot be told at ${end}` : 'cannot be told';
}
