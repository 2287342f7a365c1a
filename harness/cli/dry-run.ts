import { optionText } from '../run/parameter.js';
import type { RunPlan } from '../run/run-plan.js';
import { shardText } from '../run/sharding.js';
import { estimateTime } from '../run/time-estimate.js';
import { durationText } from './progress-line.js';

/** What several runs would do, for a person; of more than one, how long they take together. */
export function dryRunsText(plans: readonly RunPlan[]): string {
  const seconds = plans.reduce((sum, plan) => sum + estimateTime(plan).seconds, 0);
  const total = `${plans.length} runs; about ${durationText(seconds)} in all\n`;
  return [...plans.map(dryRunText), ...(plans.length > 1 ? [total] : [])].join('\n');
}

/** What a run would do, for a person. */
function dryRunText(plan: RunPlan): string {
  const { experiment, rounds, durationSeconds, options, testbed } = plan;
  const { cells, trials, soakedTrials, searches, seconds } = estimateTime(plan);
  const part = plan.shard === undefined ? '' : ` (shard ${shardText(plan.shard)}, of ${plan.shard.cells.length} cells)`;
  const values = Object.entries(options).map(([key, value]) => `  ${key}=${optionText(value)}`);
  return [
    `${experiment.name}: ${experiment.title}`,
    `${cells} cells${part}, ${rounds} rounds, probed and unprobed = ${trials} trials of ${durationSeconds} s` +
      (soakedTrials === 0 ? '' : `, ${soakedTrials} with a soaker`) +
      `${searches === 0 ? '' : `, and ${searches} searches for a loss-free rate`}; about ${durationText(seconds)}`,
    ...plan.cells.map((cell) => `  ${cell.key}`),
    `isolation ${testbed.isolation}, receiver on CPU ${testbed.receiverCpu}, sender on CPU ${testbed.senderCpu}`,
    'options',
    ...values,
    '',
  ].join('\n');
}

/** The same, for a program. */
export function dryRunJson(plan: RunPlan): unknown {
  const { experiment, quick, seed, rounds, durationSeconds, options, cells, shard } = plan;
  const { trials, soakedTrials, searches, seconds } = estimateTime(plan);
  return {
    name: experiment.name,
    title: experiment.title,
    quick,
    seed,
    rounds,
    durationSeconds,
    trials,
    soakedTrials,
    searches,
    estimatedSeconds: Math.round(seconds),
    options,
    cells: cells.map(({ key, path, params }) => ({ cell: key, path: path.name, params })),
    ...(shard === undefined ? {} : { shard }),
  };
}
