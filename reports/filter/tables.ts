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
import { grantedTable } from '../tables/granted-table.js';
import { planTable } from '../tables/plan-table.js';
import { probeCostTable } from '../tables/probe-cost-table.js';
import type { Table } from '../tables/table.js';
import { filterClaims } from './claim.js';
import { lengthCrossings, shareCrossings } from './crossing-table.js';
import { lengthCurve, lengthFit, roadCurve, roadFit, shareCurve, shareFit } from './curves.js';

const filled = (...tables: Table[]): Table[] => tables.filter(({ rows }) => rows.length > 0);

/** The curves, what was fitted to them, where they cross, and the verdict. */
function mainTables(record: RunRecord): Table[] {
  return filled(
    curveTable(record, shareCurve(record)),
    curveTable(record, lengthCurve(record)),
    shareCrossings(record),
    lengthCrossings(record),
    claimsTable(filterClaims(record)),
  );
}

export const filterTerminalTables = mainTables;

export function filterTables(record: RunRecord): Table[] {
  const { exact } = record.experiment;
  return [
    ...mainTables(record),
    ...filled(
      fitTable(record, shareFit(record)),
      fitTable(record, lengthFit(record)),
      curveTable(record, roadCurve(record)),
      fitTable(record, roadFit(record)),
      ...(exact ? [accessTable(record), framesTable(record)] : [costTable(record, measuredRows(record))]),
      dropsTable(record),
      grantedTable(record),
      probeCostTable(record),
    ),
    planTable(record),
  ];
}

export function filterCharts(record: RunRecord): Chart[] {
  return [
    ...curveChart(record, shareCurve(record), { fit: shareFit(record) }),
    ...curveChart(record, lengthCurve(record), { fit: lengthFit(record) }),
    ...curveChart(record, roadCurve(record), { fit: roadFit(record) }),
  ];
}
