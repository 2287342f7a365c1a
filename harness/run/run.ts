import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PktpathError } from '../errors.js';
import { asError, failure, notPossible } from '../errors.js';
import type { CpuTimes } from '../environment/cpu-times.js';
import type { RunRecord, Trial } from '../../reports/record.js';
import type { Arm, Ground, RoundSchedule } from './arms.js';
import type { Collaborators, Surroundings } from './collaborators.js';
import { settleCapacity } from './capacity.js';
import { Interrupted } from './interruption.js';
import { buildRecord } from './record-builder.js';
import type { RunEnd, RunFacts } from './record-builder.js';
import type { EarlierRun } from './earlier-run.js';
import { KeptTrials } from './kept-trials.js';
import { prepare } from './prepare.js';
import type { MeasuringFacts, Prepared } from './prepare.js';
import { silentWhile } from './progress.js';
import { planAt } from './run-plan.js';
import type { RunPlan } from './run-plan.js';
import { Teardown } from './teardown.js';
import { runSearches } from './search-loop.js';
import { sparingly } from './sparingly.js';
import { runSoakedTrials } from './soaked-trials.js';
import { runTrials } from './trial-loop.js';
import type { LoopArm, LoopSetting } from './trial-loop.js';

export interface RunOutcome {
  /** Null when the run ended before its first trial, or its first new one: then nothing was written. */
  record: RunRecord | null;
  /** The run was asked to stop. */
  interrupted: boolean;
  /** Why the run failed, the cause before what followed from it; empty when it did not. */
  problems: Error[];
}

/** The same of several arms. */
export interface ArmsOutcome extends Omit<RunOutcome, 'record'> {
  /** In the order of the grounds and their arms. */
  records: (RunRecord | null)[];
}

/**
 * Makes a run: lock, executor, facts, calibration, testbed, rounds. When it returns everything that it made is
 * removed, also after an error and an interruption, except what `problems` names. The record is kept after every turn
 * of a cell, and at the end; never before there is something in it that an earlier session's record has not.
 * @param runId names what the run makes
 * @param signal stops the run: the trial that runs is given up, what was measured is kept
 * @param earlier the run goes on with these trials; the plan is that of its record
 */
export async function performRun(
  plan: RunPlan,
  runId: string,
  tools: Collaborators,
  signal: AbortSignal,
  earlier: EarlierRun | null = null,
): Promise<RunOutcome> {
  const grounds = [{ tools, arms: [{ runId, plan, writeRecord: tools.writeRecord }] }];
  const { records, ...outcome } = await performArms(grounds, { runId, signal, earlier });
  return { ...outcome, record: records[0] ?? null };
}

export interface ArmsOptions {
  runId: string;
  signal: AbortSignal;
  /** Of a single arm that goes on. */
  earlier?: EarlierRun | null;
  /** Left out: the rounds of the first arm's plan. */
  schedule?: RoundSchedule;
}

/** The same for several arms that take turns in every round, each with a record of its own. */
export async function performArms(
  grounds: readonly Ground[],
  { runId, signal, earlier = null, schedule }: ArmsOptions,
): Promise<ArmsOutcome> {
  const teardown = new Teardown();
  const problems: Error[] = [];
  const running: RunningArm[] = [];
  const add = (error: unknown): void => void problems.push(asError(error));
  let interrupted = false;
  const starts = await Promise.all(grounds.map(({ tools }) => tools.readCpuTimes()));
  try {
    const scratchFolder = makeScratchFolder(teardown);
    for (const [index, ground] of grounds.entries()) {
      const ready = await prepare(ground, { runId, earlier }, signal, teardown);
      for (const [place, arm] of ground.arms.entries()) {
        const facts = ready.facts[place];
        if (facts === undefined) continue;
        const kept = new KeptTrials(earlier?.record ?? null);
        const around = { tools: ground.tools, start: starts[index] ?? null };
        running.push(new RunningArm(arm, around, { ...ready, facts, kept, signal, scratchFolder }));
      }
    }
    await settleCapacities(running);
    const records = (): RunRecord[] => running.map((arm) => arm.recordNow());
    const planned = running[0]?.plan.rounds ?? 0;
    const until = (done: number): number => schedule?.until(done, records) ?? planned;
    await runTrials(running, (done) => {
      if (schedule !== undefined) for (const arm of running) arm.madeRounds(done);
      return until(done);
    });
    for (const arm of running) {
      await runSoakedTrials(arm.setting, arm.trials);
      await runSearches(arm.setting, arm.trials, arm.facts.searches);
      arm.setting.kept.checkUsedUp();
    }
  } catch (error) {
    interrupted = error instanceof Interrupted || signal.aborted;
    if (!interrupted) add(error);
  }
  await teardown.run().catch(add);
  const status: RunEnd['status'] = interrupted || problems.length > 0 ? 'partial' : 'complete';
  const records: (RunRecord | null)[] = [];
  for (const arm of running) {
    const record = await arm.finish(status, add);
    if (record !== null && status === 'complete') problems.push(...unmeasured(record, arm.facts.unavailable));
    records.push(record);
  }
  return { records, interrupted, problems };
}

/** An arm from its first trial on. */
class RunningArm implements LoopArm {
  readonly trials: Trial[] = [];
  readonly secondsPerRound: number[] = [];
  facts: RunFacts;
  setting: LoopSetting;

  constructor(
    private readonly arm: Arm,
    private readonly around: { tools: Surroundings; start: CpuTimes | null },
    ready: Omit<Prepared, 'facts'> & { facts: MeasuringFacts } & Pick<LoopSetting, 'kept' | 'signal' | 'scratchFolder'>,
  ) {
    const { tools } = around;
    const { facts, ...on } = ready;
    const { kept } = on;
    this.facts = { ...facts, ...(arm.pair === undefined ? {} : { pair: arm.pair }) };
    const write = sparingly(tools.now, () => arm.writeRecord(buildRecord(this.facts, this.trials, null)));
    const { plan, cellPlans, unavailable } = facts;
    this.setting = {
      ...on,
      ...{ plan, cellPlans, unavailable },
      tools: { ...tools, progress: silentWhile(() => kept.left > 0, tools.progress) },
      keep: () => {
        if (this.trials.length > kept.count) write();
      },
    };
  }

  get plan(): RunPlan {
    return this.setting.plan;
  }

  set plan(plan: RunPlan) {
    this.setting = { ...this.setting, plan };
    this.facts = { ...this.facts, plan };
  }

  /** So that the record says how many there were. */
  madeRounds(done: number): void {
    this.facts = { ...this.facts, plan: { ...this.facts.plan, rounds: done } };
  }

  /** As if it ended here, and well. */
  recordNow(): RunRecord {
    const finishedAt = this.around.tools.now().toISOString();
    return buildRecord(this.facts, this.trials, { finishedAt, status: 'complete' });
  }

  /** @returns null when there is nothing to keep */
  async finish(status: RunEnd['status'], add: (error: unknown) => void): Promise<RunRecord | null> {
    const { tools, start } = this.around;
    const { kept, unavailable } = this.setting;
    const nothingNew =
      this.facts.resumed.length === 0
        ? this.trials.length === 0 && unavailable.size === 0
        : this.trials.length <= kept.count && status === 'partial';
    if (nothingNew) return null;
    const environment = await tools.finishEnvironment(this.facts.environment, start);
    const machine = await tools.machine(this.secondsPerRound);
    const end = { finishedAt: tools.now().toISOString(), status };
    const record = buildRecord({ ...this.facts, environment, machine }, this.trials, end);
    try {
      this.arm.writeRecord(record);
    } catch (error) {
      add(error);
    }
    return record;
  }
}

/** What loads are multiples of is found once, so that arms have the same. */
async function settleCapacities([first, ...others]: readonly RunningArm[]): Promise<void> {
  if (first === undefined) return;
  const option = first.plan.capacity?.option;
  first.plan = await settleCapacity(first.setting, first.trials);
  const found = option === undefined ? undefined : first.plan.options[option];
  for (const arm of others) {
    if (arm.plan.capacity === null || option === undefined || typeof found !== 'number') continue;
    arm.plan = planAt(arm.plan, option, found);
  }
}

/** A temporary folder, made once and removed at the end. */
function makeScratchFolder(teardown: Teardown): () => string {
  let made: string | null = null;
  return () => {
    if (made !== null) return made;
    const folder = (made = mkdtempSync(join(tmpdir(), 'pktpath-')));
    teardown.add('the temporary files', () => rm(folder, { recursive: true, force: true }));
    return folder;
  };
}

/**
 * A complete run in which some cell has nothing to show has failed, unless this machine cannot give that cell: then it is
 * a row that says so. With nothing but such rows, the run is not possible here.
 */
function unmeasured(record: RunRecord, unavailable: ReadonlyMap<string, string>): PktpathError[] {
  const skipped = record.summary.filter((row) => row.status === 'skipped' && !unavailable.has(row.cell));
  if (record.summary.every((row) => unavailable.has(row.cell))) {
    const reasons = [...new Set(unavailable.values())].join('; ');
    return [notPossible(`this machine can give none of what was asked: ${reasons}`, 'see: pktpath doctor')];
  }
  if (skipped.length === 0) return [];
  const each = skipped.map((row) => `${row.cell}: ${row.reason ?? 'unknown'}`).join('\n  ');
  const count = `${String(skipped.length)} of ${String(record.summary.length)} cells`;
  return [failure(`${count} could not be measured:\n  ${each}`, 'a lower rate or a quieter machine may help')];
}
