import { Command } from 'commander';
import { toolVersion } from '../run/tool.js';
import { addAbCommand } from './ab-command.js';
import { addCleanCommand } from './clean-command.js';
import { addCompareCommand } from './compare-command.js';
import { addDoctorCommand } from './doctor-command.js';
import { addListCommand } from './list-command.js';
import { addMergeCommand } from './merge-command.js';
import { addReceiveCommand } from './receive-command.js';
import { addReportCommand } from './report-command.js';
import { addRunCommand } from './run-command.js';
import { addSelftestCommand } from './selftest-command.js';
import { addSendCommand } from './send-command.js';

/** The command line. Commander's own complaints are thrown, never an exit from within. */
export async function buildProgram(): Promise<Command> {
  const program = new Command('pktpath')
    .description('what receiving a packet costs on Linux, stage by stage')
    .version(await toolVersion())
    .exitOverride()
    .showSuggestionAfterError()
    .configureOutput({
      outputError: (text, write) => write(text.replace(/^error: /, 'pktpath: ')),
    })
    .addHelpText(
      'after',
      '\nExit codes: 0 ok, 1 failed, 2 bad usage, 3 worse, 4 not possible on this machine, 5 not to be compared.',
    );
  // After the settings: commands inherit those of their parent at the time they are made.
  const commands = [
    addRunCommand,
    addReportCommand,
    addCompareCommand,
    addMergeCommand,
    addAbCommand,
    addSelftestCommand,
    addSendCommand,
    addReceiveCommand,
    addDoctorCommand,
    addListCommand,
    addCleanCommand,
  ];
  for (const add of commands) add(program);
  return program;
}
