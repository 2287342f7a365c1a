import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asError, describeError, ExitCode, failure, notPossible, PktpathError } from '../errors.js';
import type { Executor } from '../executor/executor.js';
import { checkForeign } from '../generators/foreign-command.js';
import { checkFilters } from '../paths/check-filters.js';
import type { ResolvedPlan } from '../plan/plan.js';
import type { Calibration, RunRecord, Trial } from '../../reports/record.js';
import type { Collaborators } from './collaborators.js';
import { settleCapacity } from './capacity.js';
import { checkInterrupted, Interrupted, unlessInterrupted } from './interruption.js';
import { buildRecord } from './record-builder.js';
import type { RunEnd, RunFacts } from './record-builder.js';
import { checkSameMachine, checkSameSetting, checkUnchanged } from './earlier-run.js';
import type { EarlierRun } from './earlier-run.js';
import { KeptTrials } from './kept-trials.js';
import { silentWhile } from './progress.js';
import { isExact } from './run-plan.js';
import type { RunPlan } from './run-plan.js';
import { chooseProbeObject } from './probe-object.js';
import { planCells } from './stage-plans.js';
import type { CellPlans } from './stage-plans.js';
import { Teardown } from './teardown.js';
import { runSearches } from './search-loop.js';
import { sparingly } from './sparingly.js';
import { runTrials } from './trial-loop.js';

/** Hits of a batch last a few milliseconds, shorter than a scheduler's slice; quartiles over the batches. */
const calibration = { hitsPerBatch: 20_000, batches: 15 } as const;
/** Where instructions are counted each hit costs what the others do. */
const exactCalibration = { hitsPerBatch: 1000, batches: 3 } as const;

export interface RunOutcome {
  /** Null when the run ended before its first trial, or its first new one: then nothing was written. */
  record: RunRecord | null;
  /** The run was asked to stop. */
  interrupted: boolean;
  /** Why the run failed, the cause before what followed from it; empty when it did not. */
  problems: Error[];
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
  const teardown = new Teardown();
  const trials: Trial[] = [];
  const kept = new KeptTrials(earlier?.record ?? null);
  let facts: RunFacts | null = null;
  const problems: Error[] = [];
  const secondsPerRound: number[] = [];
  const add = (error: unknown): void => void problems.push(asError(error));
  let interrupted = false;
  const start = await tools.readCpuTimes();
  try {
    const ready = await prepare(plan, { runId, earlier }, tools, signal, teardown);
    let known = (facts = ready.facts);
    const write = sparingly(tools.now, () => tools.writeRecord(buildRecord(known, trials, null)));
    const keep = (): void => {
      if (trials.length > kept.count) write();
    };
    const progress = silentWhile(() => kept.left > 0, tools.progress);
    const { cellPlans, unavailable } = known;
    const scratchFolder = makeScratchFolder(teardown);
    const before = {
      plan: known.plan,
      cellPlans,
      unavailable,
      ...ready,
      tools: { ...tools, progress },
      kept,
      signal,
      keep,
      scratchFolder,
    };
    const setting = { ...before, plan: await settleCapacity(before, trials) };
    known = facts = { ...known, plan: setting.plan };
    await runTrials(setting, trials, secondsPerRound);
    await runSearches(setting, trials, known.searches);
    kept.checkUsedUp();
  } catch (error) {
    interrupted = error instanceof Interrupted || signal.aborted;
    if (!interrupted) add(error);
  }
  await teardown.run().catch(add);
  const status: RunEnd['status'] = interrupted || problems.length > 0 ? 'partial' : 'complete';
  const nothingNew =
    earlier === null
      ? trials.length === 0 && facts?.unavailable.size === 0
      : trials.length <= kept.count && status === 'partial';
  if (facts === null || nothingNew) return { record: null, interrupted, problems };

  const environment = await tools.finishEnvironment(facts.environment, start);
  const machine = await tools.machine(secondsPerRound);
  const record = buildRecord({ ...facts, environment, machine }, trials, {
    finishedAt: tools.now().toISOString(),
    status,
  });
  try {
    tools.writeRecord(record);
  } catch (error) {
    add(error);
  }
  if (status === 'complete') problems.push(...unmeasured(record, facts.unavailable));
  return { record, interrupted, problems };
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

interface Ready {
  facts: RunFacts & { cellPlans: CellPlans };
  executor: Executor;
  testbed: Awaited<ReturnType<Collaborators['bringUpTestbed']>>;
}

/** Everything up to the first trial; what has to be undone is put into the teardown as it is made. */
async function prepare(
  asked: RunPlan,
  { runId, earlier }: { runId: string; earlier: EarlierRun | null },
  tools: Collaborators,
  signal: AbortSignal,
  teardown: Teardown,
): Promise<Ready> {
  const { progress } = tools;
  const startedAt = tools.now().toISOString();
  const lock = await tools.acquireLock();
  teardown.add('the lock', () => lock.release());
  checkInterrupted(signal);
  if (earlier !== null) {
    checkUnchanged(earlier);
    for (const left of await tools.removeLeftovers()) progress.note(`removed what a killed run left: ${left}`);
  }

  progress.step('finding out what this kernel can be asked');
  const executor = await tools.startExecutor();
  teardown.add('the process that measures', () => executor.close());
  await unlessInterrupted(signal, () => checkInputs(asked, executor));
  const environment = await tools.collectEnvironment(await unlessInterrupted(signal, () => executor.versions()));
  const [tool, machine] = [await tools.tool(), await tools.machine([])];
  if (earlier !== null) checkSameMachine(earlier.record, { tool, environment, machine });
  const probing = await unlessInterrupted(signal, () => findProbes(asked, executor, tools));
  const plan = probing === null ? withoutProbes(asked) : asked;
  const cellPlans = probing?.cellPlans ?? new Map<string, ResolvedPlan>();
  let costs: Calibration | null = null;
  if (probing !== null) {
    progress.step('calibrating the probes');
    costs = await unlessInterrupted(signal, () => calibrate(executor, probing.calibration, plan, tools.now));
  }

  progress.step('setting up the testbed');
  checkInterrupted(signal);
  const testbed = await tools.bringUpTestbed({ runId, ...plan.testbed }, (tid, cpu) => executor.setAffinity(tid, cpu));
  // The executor's sockets and programs hold the interfaces, so it has to end before they go.
  teardown.add('the testbed', async () => {
    await executor.close();
    await testbed.down();
  });
  const described = testbed.describe();
  if (earlier !== null) checkSameSetting(earlier.record, { testbed: described, cellPlans });
  const before = earlier?.record;
  const again = before === undefined ? [] : [{ at: startedAt, firstTrial: before.trials.length }];
  const facts = {
    plan,
    runId: before?.run.id ?? runId,
    tool,
    startedAt: before?.run.startedAt ?? startedAt,
    resumed: [...(before?.run.resumed ?? []), ...again],
    environment,
    testbed: described,
    machine,
    cellPlans,
    calibrations: [...(before?.calibrations ?? []), ...(costs === null ? [] : [costs])],
    unavailable: new Map<string, string>(),
    searches: [],
  };
  return { facts, executor, testbed };
}

/**
 * The probes of each cell. Where instructions are counted, the emulator counts them without any: it needs nothing but the
 * addresses of the kernel's functions.
 * @returns null when this kernel takes no probes, and the emulator counts alone
 * @throws PktpathError (not possible) when it takes none, and nothing else measures
 */
async function findProbes(
  plan: RunPlan,
  executor: Executor,
  { probeObjects, drivers, resolvePlan, progress }: Collaborators,
): Promise<{ cellPlans: CellPlans; calibration: string } | null> {
  const exact = isExact(plan);
  try {
    const probes = await chooseProbeObject(executor, probeObjects, drivers);
    return {
      cellPlans: planCells(plan, probes, resolvePlan, { drivers, exact }),
      calibration: probes.calibration,
    };
  } catch (error) {
    if (!exact || !(error instanceof PktpathError) || error.exitCode !== ExitCode.notPossible) throw error;
    progress.note(`the emulator counts alone: ${describeError(error)}`);
    return null;
  }
}

function withoutProbes(plan: RunPlan): RunPlan {
  return { ...plan, cells: plan.cells.map((cell) => ({ ...cell, unprobedOnly: true })) };
}

/** What a user wrote, and what only a library or a file can tell of. @throws PktpathError (usage) */
async function checkInputs({ cells, searches }: RunPlan, executor: Executor): Promise<void> {
  const all = [...cells, ...searches.map(({ cell }) => cell)];
  await checkFilters(
    executor,
    all.map(({ path }) => path),
  );
  await checkForeign(all.flatMap(({ foreign }) => foreign ?? []));
}

async function calibrate(executor: Executor, object: string, plan: RunPlan, now: () => Date): Promise<Calibration> {
  const exact = isExact(plan);
  const { hitsPerBatch, batches } = exact ? exactCalibration : calibration;
  const cpu = plan.testbed.receiverCpu;
  const at = now().toISOString();
  const result = await executor.calibrate(object, cpu, hitsPerBatch, batches, exact);
  return { at, cpu, object, ...result };
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
