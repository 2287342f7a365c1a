import { dirname, join } from 'node:path';
import { allowedCpus } from '../environment/allowed-cpus.js';
import { asError, failure } from '../errors.js';
import { expectedPlace, readTargets, targetName, targetSlug } from '../lab/target.js';
import type { TargetFlags } from '../lab/target.js';
import type { RunOutcome } from '../run/run.js';
import { planRun } from '../run/run-plan.js';
import type { Shard } from '../run/sharding.js';
import type { GuestPlace, RunPlan, RunRequest } from '../run/run-plan.js';
import { readRecord, writeRecord } from '../../reports/record-io.js';
import type { RunRecord } from '../../reports/record.js';
import { dryRunJson, dryRunsText } from './dry-run.js';
import { claimsSuite, selectExperiments } from './experiments.js';
import { requireRoot } from './require-root.js';
import { drawMatrix } from './matrix.js';
import { measureHere, measureInGuest } from './measure.js';
import { print, printJson, tell, tellError } from './output.js';
import { ProgressLine } from './progress-line.js';
import { checkResumable, namedFolder, recordIn, resumedPlan, tellResumed } from './resume.js';
import type { FolderFlags, Resumable } from './resume.js';
import { drawReport, showReport } from './report-files.js';
import { defaultFolder, newRunId, RunFolder } from './run-folder.js';
import { beginShard, checkShardFolder, sharesOf } from './shards.js';
import { signalExitCode, withSignals } from './signals.js';
import { SuiteRun } from './suite-run.js';

/** Options of `pktpath run` as the command line gives them. */
export interface RunFlags extends TargetFlags, FolderFlags {
  set?: string[];
  trials?: number;
  duration?: number;
  quick?: true;
  dryRun?: true;
  shard?: Shard;
  json?: true;
}

/** One experiment on one kernel. */
interface Job extends Resumable {
  experiment: string;
  /** Decides what can be decided before the machine is known. */
  plan: (guest: GuestPlace | null) => RunPlan;
  /** It is a shard’s part of a run, */
  isPart: boolean;
  /** and there is nothing in it. */
  isEmpty: boolean;
}

/**
 * `pktpath run`: everything that can be wrong with the words is found first, then what is wrong with the user and the
 * folder, and only then is anything made.
 */
export async function runExperiments(names: readonly string[], flags: RunFlags): Promise<void> {
  const named = namedFolder(flags);
  const suiteName = claimsSuite(names);
  const suiteFolder = suiteName === undefined ? undefined : (named ?? defaultFolder(suiteName, new Date()));
  const experiments = await jobsOf(names, flags, suiteFolder ?? named);
  const all = experiments.flat();
  const plans = all.map(({ target, plan }) => plan(expectedPlace(target)));
  if (flags.dryRun === true) {
    for (const { record, folder } of all) if (record !== null) tellResumed(record, folder);
    if (flags.json === true) printJson(plans.map(dryRunJson));
    else print(dryRunsText(plans));
    return;
  }
  const own = experiments.map((jobs) => jobs.filter(({ isEmpty }) => !isEmpty));
  const shardFolder = flags.shard === undefined ? null : checkShardFolder(named);
  if (own.flat().some(({ record }) => record?.run.status !== 'complete')) requireRoot('measuring');
  if (flags.shard !== undefined && shardFolder !== null) {
    await beginShard(flags.shard, { folder: shardFolder, suite: suiteName ?? null }, all, plans);
  }
  const json = flags.json === true;
  // a shard may have no part of a suite
  if (suiteName === undefined || suiteFolder === undefined || own.flat().length === 0) {
    await runAll(own, json, async (job) => completed(job, json));
    return;
  }
  const suite = new SuiteRun(suiteName, suiteFolder, own.flat(), flags.resume !== undefined);
  await runAll(own, json, async (job) => suite.make(job.folder, async () => completed(job, json)));
  await suite.end(json);
}

/** @param make the record of a job; null ends them all, undefined is left out */
async function runAll(
  experiments: readonly Job[][],
  json: boolean,
  make: (job: Job) => Promise<RunRecord | null | undefined>,
): Promise<void> {
  const records: RunRecord[] = [];
  for (const jobs of experiments) {
    const own: RunRecord[] = [];
    for (const job of jobs) {
      const record = await make(job);
      if (record === null) return;
      if (record !== undefined) own.push(record);
    }
    // columns of a shard need not have the same cells
    if (own.length > 1 && jobs.every(({ isPart }) => !isPart)) drawMatrix(own, dirname(jobs[0]?.folder ?? '.'), json);
    records.push(...own);
  }
  if (json) printJson(records.length === 1 ? records[0] : records);
}

/** For each experiment its jobs, one a kernel. */
async function jobsOf(names: readonly string[], flags: RunFlags, named: string | undefined): Promise<Job[][]> {
  const targets = readTargets(flags);
  const selected = await selectExperiments(names, flags.quick === true);
  const allowed = await allowedCpus();
  const { set: settings = [], trials: rounds = null, duration: durationSeconds = null } = flags;
  const wholes = selected.flatMap(({ experiment, quick }) => targets.map((target) => ({ experiment, quick, target })));
  const shares = sharesOf(flags.shard, wholes, ({ experiment, quick, target }) =>
    planRun(
      experiment,
      { settings, quick, rounds, durationSeconds, guest: expectedPlace(target), soaked: true },
      allowed,
    ),
  );
  const jobs = selected.map(({ experiment, quick }, row) => {
    const whole = folderOf(experiment.name, selected.length, named);
    return targets.map((target, column): Job => {
      const folder = targets.length === 1 ? whole : join(whole, targetSlug(target, targets));
      const record = flags.resume === undefined ? null : recordIn(folder, experiment, target);
      const share = shares?.[row * targets.length + column];
      const sharing = share === undefined ? {} : { shard: share };
      const request = (guest: GuestPlace | null): RunRequest => ({
        ...{ settings, quick, rounds, durationSeconds, guest, soaked: true },
        ...sharing,
      });
      const asked = (guest: GuestPlace | null): RunPlan => planRun(experiment, request(guest), allowed);
      const goesOn = (earlier: RunRecord) => (guest: GuestPlace | null) =>
        resumedPlan(experiment, earlier, folder, request(guest), allowed);
      const plan = record === null ? asked : goesOn(record);
      // a run that goes on has the part that it was begun with
      const isPart = share !== undefined || record?.experiment.shard !== undefined;
      const isEmpty = record === null && share?.cells.size === 0;
      return { experiment: experiment.name, target, folder, record, asked, plan, isPart, isEmpty };
    });
  });
  const begun = jobs.flat().filter(({ isEmpty }) => !isEmpty);
  if (flags.resume !== undefined && begun.length > 0) checkResumable(begun, expectedPlace);
  return jobs;
}

function folderOf(experiment: string, experiments: number, named: string | undefined): string {
  if (named === undefined) return defaultFolder(experiment, new Date());
  return experiments === 1 ? named : join(named, experiment);
}

/** @returns as runOne; a record that is complete as it stands, with nothing measured */
async function completed(job: Job, json: boolean): Promise<RunRecord | null> {
  const { record, folder } = job;
  if (record === null) return runOne(job, json);
  tellResumed(record, folder);
  return record.run.status === 'complete' ? record : runOne(job, json);
}

/** @returns null when a signal ended it; then the exit code is set */
async function runOne(job: Job, json: boolean): Promise<RunRecord | null> {
  const { name } = job.plan(expectedPlace(job.target)).experiment;
  const folder = job.record === null ? RunFolder.prepare(job.folder) : RunFolder.reopen(job.folder);
  const progress = new ProgressLine(job.target === null ? name : `${name} ${targetName(job.target)}`);
  const runId = newRunId(name);
  const keep = (record: RunRecord): void => void writeRecord(record, folder.path);
  const earlier = job.record && { record: job.record, reread: () => readRecord(folder.path) };
  const { result, received } = await withSignals(async (signal): Promise<RunOutcome> => {
    const setting = { runId, progress, keep, signal, folder: folder.path, earlier };
    return job.target === null ? measureHere(job.plan(null), setting) : measureInGuest(job.target, job.plan, setting);
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
