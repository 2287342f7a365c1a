import { measuredRows } from '../cells.js';
import type { Chart } from '../charts/chart.js';
import { claimsTable } from '../claims/claim.js';
import { curveChart } from '../curves/curve-chart.js';
import { curveTable } from '../curves/curve-table.js';
import { fitTable } from '../curves/fit.js';
import type { RunRecord } from '../record.js';
import { accessTable, framesTable } from '../tables/counted-tables.js';
import { costTable } from '../tables/cost-table.js';
import { dropsTable } from '../tables/drops-table.js';
import { instrumentTables } from '../tables/instrument-tables.js';
import { filled } from '../tables/table.js';
import type { Table } from '../tables/table.js';
import { filterClaims } from './claim.js';
import { lengthCrossings, shareCrossings } from './crossing-table.js';
import { lengthCurve, lengthFit, readerCurve, readerFit, roadCurve, roadFit, shareCurve, shareFit } from './curves.js';

/** The curves, where they cross, and the verdict: what a terminal shows. */
export function filterTerminalTables(record: RunRecord): Table[] {
  return filled(
    curveTable(record, shareCurve(record)),
    curveTable(record, readerCurve(record)),
    curveTable(record, lengthCurve(record)),
    shareCrossings(record),
    lengthCrossings(record),
    claimsTable(filterClaims(record)),
  );
}

/** The same, what was fitted to the curves, the other roads, and what every report ends with. */
export function filterTables(record: RunRecord): Table[] {
  const fits = [shareFit, readerFit, lengthFit].map((plan) => fitTable(record, plan(record)));
  const roads = [curveTable(record, roadCurve(record)), fitTable(record, roadFit(record))];
  const { exact } = record.experiment;
  const costs = exact ? [accessTable(record), framesTable(record)] : [costTable(record, measuredRows(record))];
  return [
    ...filterTerminalTables(record),
    ...filled(...fits, ...roads, ...costs, dropsTable(record)),
    ...instrumentTables(record),
  ];
}

export function filterCharts(record: RunRecord): Chart[] {
  return [
    ...curveChart(record, shareCurve(record), { fit: shareFit(record) }),
    ...curveChart(record, readerCurve(record), { fit: readerFit(record) }),
    ...curveChart(record, lengthCurve(record), { fit: lengthFit(record) }),
    ...curveChart(record, roadCurve(record), { fit: roadFit(record) }),
  ];
}
