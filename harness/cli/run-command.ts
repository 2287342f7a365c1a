import type { Command } from 'commander';
import { anyNumber, collect, shardArgument, wholeNumber } from './arguments.js';
import { limits } from '../run/run-plan.js';
import { runExperiments } from './run-experiments.js';
import type { RunFlags } from './run-experiments.js';

const { rounds, durationSeconds } = limits;

export function addRunCommand(program: Command): void {
  const command = program
    .command('run')
    .description('run experiments or suites, and leave a record and a report of each')
    .argument('<experiment...>', 'experiments and suites; see pktpath list experiments');
  addMeasuringOptions(command)
    .option('--shard <i/n>', 'measure the i-th of n parts, for pktpath merge to put together', shardArgument)
    .option(
      '--resume [dir]',
      'go on with a run that ended too early: with the record in this folder, or in that of --out; its parameters need not be said again',
    )
    .option('--json', 'print the record on stdout')
    .action(async (names: string[], flags: RunFlags) => runExperiments(names, flags));
}

/** What is measured, how long, and on what. */
export function addMeasuringOptions(command: Command): Command {
  return command
    .option('--set <key=value>', 'set a parameter; may be given again', collect)
    .option('--trials <n>', `trials of each cell and kind, ${rounds.min} to ${rounds.max}`, wholeNumber(rounds))
    .option(
      '--duration <s>',
      `seconds that each trial sends for, ${durationSeconds.min} to ${durationSeconds.max}`,
      anyNumber(durationSeconds),
    )
    .option('--quick', 'fewer and shorter trials')
    .option('--dry-run', 'print what would be measured and how long it takes; touch nothing')
    .option('--kernel <names>', 'kernels to boot and measure, several with commas: host, debian:generic, …, or a path')
    .option('--boot <arguments>', 'kernel arguments; each list with commas, or given again, is a column', collect)
    .option('--cpu-model <model>', 'CPU that QEMU shows to the guest; may be given again', collect)
    .option('--testbed <name>', 'veth; with --kernel also i82557c, e1000, virtio-net')
    .option('--exact', 'with --kernel: count instructions, which repeat, not time')
    .option('--out <dir>', 'folder for the record and the report');
}
