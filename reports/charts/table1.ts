import { measuredRows } from '../cells.js';
import type { RunRecord } from '../record.js';
import type { Chart } from './chart.js';
import { probeCorrectionChart } from './probe-correction.js';
import { stageCostChart } from './stage-cost.js';
import { stageSharesChart } from './stage-shares.js';

/** Every chart of experiment table1, in the record's unit; none when no cell was measured. */
export function table1Charts(record: RunRecord): Chart[] {
  if (measuredRows(record).length === 0) return [];
  return [stageSharesChart(record), stageCostChart(record), probeCorrectionChart(record)];
}
