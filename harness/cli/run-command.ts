import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { runExperiments } from './run-experiments.js';
import type { RunFlags } from './run-experiments.js';

const most = { trials: 1000, seconds: 60 } as const;
/** A shorter trial has too few packets for a stage that is not met by each of them. */
const leastSeconds = 0.05;

export function addRunCommand(program: Command): void {
  program
    .command('run')
    .description('run experiments or suites, and leave a record and a report of each')
    .argument('<experiment...>', 'experiments and suites; see pktpath list experiments')
    .option('--set <key=value>', 'set a parameter; may be given again', collect)
    .option('--trials <n>', `trials of each cell and kind, 1 to ${most.trials}`, parseTrials)
    .option('--duration <s>', `seconds that each trial sends for, ${leastSeconds} to ${most.seconds}`, parseSeconds)
    .option('--quick', 'fewer and shorter trials')
    .option('--dry-run', 'print what would be measured and how long it takes; touch nothing')
    .option('--out <dir>', 'folder for the record and the report')
    .option('--json', 'print the record on stdout')
    .action(async (names: string[], flags: RunFlags) => runExperiments(names, flags));
}

function collect(value: string, previous: string[] | undefined): string[] {
  return [...(previous ?? []), value];
}

function parseTrials(text: string): number {
  const value = /^\d{1,6}$/.test(text) ? Number(text) : NaN;
  if (value >= 1 && value <= most.trials) return value;
  throw new InvalidArgumentError(`It must be a whole number from 1 to ${most.trials}.`);
}

function parseSeconds(text: string): number {
  const value = /^(\d+\.?\d*|\.\d+)$/.test(text) ? Number(text) : NaN;
  if (value >= leastSeconds && value <= most.seconds) return value;
  throw new InvalidArgumentError(`It must be a number of seconds from ${leastSeconds} to ${most.seconds}.`);
}
