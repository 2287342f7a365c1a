import type { Command } from 'commander';
import { asError, ExitCode } from '../errors.js';
import type { Executor } from '../executor/executor.js';
import { print, printJson } from './output.js';

export function addDoctorCommand(program: Command): void {
  program
    .command('doctor')
    .description('what this machine can do, and the fix for what it cannot; exit code 4 when Table 1 cannot run')
    .option('--json', 'print the diagnosis as JSON')
    .action(async ({ json }: { json?: true }) => examine(json === true));
}

async function examine(json: boolean): Promise<void> {
  const [{ diagnose }, { renderDiagnosis }] = await Promise.all([
    import('../doctor/doctor.js'),
    import('../doctor/render.js'),
  ]);
  const executor = await startExecutor();
  const diagnosis = await diagnose(executor).finally(async () => {
    if (!(executor instanceof Error)) await executor.close();
  });
  if (json) printJson(diagnosis);
  else print(renderDiagnosis(diagnosis));
  process.exitCode = diagnosis.canRunTable1 ? ExitCode.ok : ExitCode.notPossible;
}

/** A native part that does not start is itself a finding. */
async function startExecutor(): Promise<Executor | Error> {
  try {
    const { startNativeExecutor } = await import('../executor/native.js');
    return await startNativeExecutor();
  } catch (error) {
    return asError(error);
  }
}
