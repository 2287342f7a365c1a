import type { Command } from 'commander';
import { limits } from '../run/run-plan.js';
import { runPair } from './ab-run.js';
import type { AbFlags } from './ab-run.js';
import { anyNumber, collect, wholeNumber } from './arguments.js';
import { addVerdictOptions } from './compare-command.js';
import { addMeasuringOptions } from './run-command.js';

export function addAbCommand(program: Command): void {
  const command = program
    .command('ab')
    .description('measure two settings, boot lines or kernels in turns, and compare them')
    .argument('<experiment>', 'see pktpath list experiments')
    .requiredOption('--a <settings>', 'KEY=VALUE, kernel=NAME, boot=ARGUMENTS, cpu-model=MODEL; or default', collect)
    .requiredOption('--b <settings>', 'what the other arm is, likewise; may be given again', collect);
  addVerdictOptions(addMeasuringOptions(command))
    .option('--max-rounds <n>', 'end after so many rounds at most, clear or not', wholeNumber(limits.rounds))
    .option(
      '--time-limit <minutes>',
      'begin no round after this (default: 10 with --quick, else 30)',
      anyNumber({ min: 0.1, max: 1440 }),
    )
    .option('--aa', 'a third arm, the first once more: what this machine makes of no difference')
    .addHelpText('after', '\nWithout --trials there are rounds until every verdict is clear.')
    .action(async (name: string, flags: AbFlags) => runPair(name, flags));
}
