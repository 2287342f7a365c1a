import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { usageError } from '../errors.js';
import type { GuestTarget } from '../lab/target.js';
import type { Experiment } from '../run/experiment.js';
import { checkSaid, checkSaidInFull, planRecorded } from '../run/resumed-plan.js';
import type { GuestPlace, RunPlan, RunRequest } from '../run/run-plan.js';
import { RECORD_FILE, readRecord } from '../../reports/record-io.js';
import type { RunRecord } from '../../reports/record.js';
import { tell } from './output.js';

/** Options of the command line that say where. */
export interface FolderFlags {
  out?: string;
  /** True: the folder of --out. */
  resume?: string | true;
}

/** @returns the folder that was named, by either option; undefined when none was */
export function namedFolder({ out, resume }: FolderFlags): string | undefined {
  if (out === '') throw usageError('--out names no folder');
  if (resume === undefined) return out;
  const folder = resume === true ? out : resume;
  const example = 'e.g. --resume results/table1-20261123-204410';
  if (folder === undefined || folder === '') throw usageError('--resume names no folder', example);
  if (out !== undefined && resolve(out) !== resolve(folder)) {
    throw usageError('--resume and --out name different folders', 'a run goes on in its own folder: leave --out out');
  }
  return folder;
}

/** One of the runs that go on, or have yet to begin. */
export interface Resumable {
  target: GuestTarget | null;
  folder: string;
  /** Null: there is none. */
  record: RunRecord | null;
  /** What the command says by itself. */
  asked: (guest: GuestPlace | null) => RunPlan;
}

/**
 * The record in a run's folder.
 * @returns null when there is none
 * @throws PktpathError (failed) for what is no record; (usage) for one of another experiment or another kind of machine
 */
export function recordIn(folder: string, { name }: Experiment, target: GuestTarget | null): RunRecord | null {
  if (!existsSync(join(folder, RECORD_FILE))) return null;
  const record = readRecord(folder);
  const { experiment, machine, run } = record;
  if (run.pair !== undefined) {
    throw usageError(
      `${folder} holds one arm of a pair, and the other has to take turns with it`,
      'measure both anew: pktpath ab',
    );
  }
  if (experiment.name !== name) throw usageError(`${folder} holds a record of ${experiment.name}, not of ${name}`);
  if (machine.kind === 'host' && target !== null) {
    throw usageError(`${folder} holds a record of this machine’s own kernel`, 'leave --kernel out');
  }
  if (machine.kind === 'guest' && target === null) {
    const { name: kernel } = machine.kernel;
    throw usageError(`${folder} holds a record of the kernel ${kernel}`, `say it again: --kernel ${kernel}`);
  }
  return record;
}

/** The plan of a run that goes on, held against what was said of it now. */
export function resumedPlan(
  experiment: Experiment,
  record: RunRecord,
  folder: string,
  request: RunRequest,
  allowedCpus: readonly number[],
): RunPlan {
  const plan = planRecorded(experiment, record, folder, { guest: request.guest ?? null, allowedCpus });
  checkSaid(plan, record, folder, request);
  return { ...plan, soaked: request.soaked ?? false };
}

/**
 * What has no record yet is made as the command says. So where some runs are to begin, the command has to say by itself all
 * that the others were begun with.
 * @throws PktpathError (usage) when there is nothing to go on with, or the command leaves something out
 */
export function checkResumable(
  runs: readonly Resumable[],
  expectedPlace: (target: GuestTarget | null) => GuestPlace | null,
): void {
  if (runs.every(({ record }) => record === null)) {
    const folders = runs.map(({ folder }) => folder).join(', ');
    throw usageError(`there is no run to go on with in ${folders}`, 'name the folder that holds run.json');
  }
  if (runs.every(({ record }) => record !== null)) return;
  for (const { record, target, folder, asked } of runs) {
    if (record === null) continue;
    const place = expectedPlace(target);
    // whether there is KVM only its run has found out
    checkSaidInFull(asked(place && { ...place, exact: record.experiment.exact }), record, folder);
  }
}

/** What becomes of a run, for the user. */
export function tellResumed({ run, experiment: { name }, trials }: RunRecord, folder: string): void {
  const count = `${String(trials.length)} trials`;
  if (run.status === 'complete') tell(`pktpath: ${name} is complete, ${count}: ${folder}`);
  else tell(`pktpath: ${name} goes on after ${count}: ${folder}`);
}
