import { frameViews } from '../frame-views.js';
import type { RunRecord } from '../record.js';
import type { Chart } from './chart.js';
import { roadContextsChart } from './road-contexts.js';
import { roadCostChart } from './road-cost.js';
import { roadDelayChart } from './road-delay.js';
import { roadLossChart } from './road-loss.js';
import { roadRatesChart } from './road-rates.js';

/** Every chart of experiment paths for which the record has data, once for each frame size. */
export function pathsCharts(record: RunRecord): Chart[] {
  const [first, ...others] = frameViews(record);
  return [
    ...viewCharts(first.record),
    ...others.flatMap((view) =>
      viewCharts(view.record).map((chart) => ({ ...chart, id: `${chart.id}-${String(view.frameBytes)}` })),
    ),
  ];
}

function viewCharts(record: RunRecord): Chart[] {
  return [
    ...roadRatesChart(record),
    ...roadLossChart(record),
    ...roadContextsChart(record),
    ...roadCostChart(record),
    ...roadDelayChart(record),
  ];
}
