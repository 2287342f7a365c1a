import type { Command } from 'commander';
import { ExitCode } from '../errors.js';
import { print, printJson } from './output.js';

export function addCleanCommand(program: Command): void {
  program
    .command('clean')
    .description('remove whatever an interrupted run left on this machine')
    .option('--json', 'print what was removed as JSON')
    .action(async ({ json }: { json?: true }) => {
      const { clean, renderCleanReport } = await import('../clean/clean.js');
      const report = await clean();
      if (json === true) printJson(report);
      else print(renderCleanReport(report));
      if (report.failed.length > 0) process.exitCode = ExitCode.failed;
    });
}
