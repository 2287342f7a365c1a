import { measuredRows } from '../cells.js';
import type { RunRecord } from '../record.js';
import type { Chart } from './chart.js';
import { probeCorrectionChart } from './probe-correction.js';
import { stageNanosecondsChart } from './stage-nanoseconds.js';
import { stageSharesChart } from './stage-shares.js';

/** Every chart of experiment table1; none when no cell was measured, or instructions were. */
export function table1Charts(record: RunRecord): Chart[] {
  // their axes are in nanoseconds, which an instruction is not
  if (record.experiment.exact || measuredRows(record).length === 0) return [];
  return [stageSharesChart(record), stageNanosecondsChart(record), probeCorrectionChart(record)];
}
