import type { SummaryRow, Trial } from '../../reports/record.js';
import { noiseFloorOf } from '../statistics/noise-floor.js';
import { addUp } from './contributions.js';
import type { Contribution } from './contributions.js';
import type { MetricName } from './metrics.js';
import { unprobedFigures } from './trial-figures.js';

type NoiseFloors = NonNullable<SummaryRow['noiseFloors']>;

/** Metrics that are a figure of their own where nothing paces the sender. */
export const throughputMetrics = ['packetsPerSecond', 'bitsPerSecond'] as const satisfies MetricName[];

/**
 * By how much the figures of a noisy row move although nothing was changed: its total, its stages, and the throughput where
 * nothing paces the sender. What is not above zero in every trial has none.
 * @param contributions of each valid probed trial, in the order in which they were measured
 * @param unprobed the valid unprobed ones
 */
export function noiseFloorsOf(contributions: readonly Contribution[][], unprobed: readonly Trial[]): NoiseFloors {
  const stages = [...new Set(contributions.flat().map(({ stage }) => stage))];
  const amount = (wanted: (each: Contribution) => boolean): number[] =>
    contributions.map((trial) => addUp(trial.filter(wanted)).corrected);
  const paced = unprobed.some(({ generator }) => generator.offeredPacketsPerSecond !== null);
  const rates = unprobedFigures.filter(([name]) => !paced && throughputMetrics.some((each) => each === name));
  const figures: [string, number[]][] = [
    ['total', amount(() => true)],
    ...stages.map((stage): [string, number[]] => [stage, amount((each) => each.stage === stage)]),
    ...rates.map(([name, of]): [string, number[]] => [name, unprobed.map(of).filter((value) => value !== null)]),
  ];
  return figures.flatMap(([figure, values]) => {
    const floor = noiseFloorOf(values);
    return floor === null ? [] : [{ figure, ...floor }];
  });
}
