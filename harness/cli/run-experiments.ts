import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { allowedCpus } from '../environment/allowed-cpus.js';
import { asError, failure, usageError } from '../errors.js';
import { performRun } from '../run/run.js';
import type { RunOutcome } from '../run/run.js';
import { planRun } from '../run/run-plan.js';
import type { RunPlan } from '../run/run-plan.js';
import { writeRecord } from '../../reports/record-io.js';
import type { RunRecord } from '../../reports/record.js';
import { dryRunJson, dryRunText } from './dry-run.js';
import { selectExperiments } from './experiments.js';
import { requireRoot } from './require-root.js';
import { realCollaborators } from './real-collaborators.js';
import { print, printJson, tell, tellError } from './output.js';
import { ProgressLine } from './progress-line.js';
import { drawReport, showReport } from './report-files.js';
import { defaultFolder, RunFolder, timeStamp } from './run-folder.js';
import { signalExitCode, withSignals } from './signals.js';

/** Options of `pktpath run` as the command line gives them. */
export interface RunFlags {
  set?: string[];
  trials?: number;
  duration?: number;
  quick?: true;
  dryRun?: true;
  out?: string;
  json?: true;
}

/**
 * `pktpath run`: everything that can be wrong with the words is found first, then what is wrong with the user and the
 * folder, and only then is anything made.
 */
export async function runExperiments(names: readonly string[], flags: RunFlags): Promise<void> {
  const plans = await planAll(names, flags);
  if (flags.dryRun === true) {
    if (flags.json === true) printJson(plans.map(dryRunJson));
    else print(plans.map(dryRunText).join('\n'));
    return;
  }
  requireRoot('measuring');
  const records: RunRecord[] = [];
  for (const plan of plans) {
    const record = await runOne(plan, folderOf(plan, plans.length, flags), flags.json === true);
    if (record === null) return;
    records.push(record);
  }
  if (flags.json === true) printJson(records.length === 1 ? records[0] : records);
}

async function planAll(names: readonly string[], flags: RunFlags): Promise<RunPlan[]> {
  const selected = await selectExperiments(names, flags.quick === true);
  const allowed = await allowedCpus();
  return selected.map(({ experiment, quick }) => {
    const { set: settings = [], trials: rounds = null, duration: durationSeconds = null } = flags;
    return planRun(experiment, { settings, quick, rounds, durationSeconds }, allowed);
  });
}

function folderOf(plan: RunPlan, runs: number, { out }: RunFlags): string {
  const { name } = plan.experiment;
  if (out === '') throw usageError('--out names no folder');
  if (out === undefined) return defaultFolder(name, new Date());
  return runs === 1 ? out : join(out, name);
}

/** @returns null when a signal ended it; then the exit code is set */
async function runOne(plan: RunPlan, path: string, json: boolean): Promise<RunRecord | null> {
  const { name } = plan.experiment;
  const folder = RunFolder.prepare(path);
  const progress = new ProgressLine(name);
  const runId = `${name}-${timeStamp(new Date())}-${randomBytes(2).toString('hex')}`;
  const keep = (record: RunRecord): void => void writeRecord(record, folder.path);
  const { result, received } = await withSignals(async (signal): Promise<RunOutcome> => {
    const tools = await realCollaborators(progress, keep);
    return performRun(plan, runId, tools, signal);
  }).finally(() => {
    progress.end();
    folder.discardIfEmpty();
  });
  if (received !== null) {
    for (const problem of result.problems) tellError(problem);
    if (result.record !== null) tell(`pktpath: interrupted; what was measured is in ${folder.path}`);
    process.exitCode = signalExitCode(received);
    return null;
  }
  if (result.record !== null) {
    progress.step('drawing the report');
    const drawn = await drawReport(result.record, folder.path)
      .catch(asError)
      .finally(() => progress.end());
    // why the run ended comes before what its end made impossible
    if (drawn instanceof Error) throwProblems([...result.problems, drawn]);
    else {
      if (!json) showReport(drawn);
      tell(`report: ${join(folder.path, 'report.html')}`);
    }
  }
  throwProblems(result.problems);
  if (result.record === null) throw failure(`${name} ended without a record`);
  return result.record;
}

/** The first problem is the cause of the others, and decides the exit code. */
function throwProblems([first, ...others]: readonly Error[]): void {
  for (const other of others) tellError(other);
  if (first !== undefined) throw first;
}
