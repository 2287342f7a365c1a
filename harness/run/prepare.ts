import { describeError, ExitCode, PktpathError } from '../errors.js';
import type { Executor } from '../executor/executor.js';
import { checkForeign } from '../generators/foreign-command.js';
import { checkFilters } from '../paths/check-filters.js';
import type { ResolvedPlan } from '../plan/plan.js';
import { plainReception } from '../testbed/reception.js';
import type { Testbed } from '../testbed/testbed.js';
import type { Calibration } from '../../reports/record.js';
import type { Arm, Ground } from './arms.js';
import type { Surroundings } from './collaborators.js';
import { checkSameMachine, checkSameSetting, checkUnchanged } from './earlier-run.js';
import type { EarlierRun } from './earlier-run.js';
import { checkInterrupted, unlessInterrupted } from './interruption.js';
import type { RunFacts } from './record-builder.js';
import { isExact } from './run-plan.js';
import type { RunPlan } from './run-plan.js';
import { chooseProbeObject } from './probe-object.js';
import { planCells } from './stage-plans.js';
import type { CellPlans } from './stage-plans.js';
import type { Teardown } from './teardown.js';

/** Hits of a batch last a few milliseconds, shorter than a scheduler's slice; quartiles over the batches. */
const calibration = { hitsPerBatch: 20_000, batches: 15 } as const;
/** Where instructions are counted each hit costs what the others do. */
const exactCalibration = { hitsPerBatch: 1000, batches: 3 } as const;

/** A ground with everything up to the first trial. */
export interface Prepared {
  executor: Executor;
  testbed: Testbed;
  /** Of each arm, in the order of the ground's. */
  facts: MeasuringFacts[];
}

/** What is known of a run that can be measured, not just read. */
export type MeasuringFacts = RunFacts & { cellPlans: CellPlans };

/**
 * Everything up to the first trial; what has to be undone is put into the teardown as it is made.
 * @param runId names what is made
 * @param earlier of an arm that goes on; then it is the only one
 */
export async function prepare(
  { arms, tools }: Ground,
  { runId, earlier }: { runId: string; earlier: EarlierRun | null },
  signal: AbortSignal,
  teardown: Teardown,
): Promise<Prepared> {
  const { progress } = tools;
  const asked = arms.map(({ plan }) => plan);
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
  for (const plan of asked) await unlessInterrupted(signal, () => checkInputs(plan, executor));
  const environment = await tools.collectEnvironment(await unlessInterrupted(signal, () => executor.versions()));
  const [tool, machine] = [await tools.tool(), await tools.machine([])];
  if (earlier !== null) checkSameMachine(earlier.record, { tool, environment, machine });
  const probing = await unlessInterrupted(signal, () => findProbes(asked, executor, tools));
  const [first] = asked;
  if (first === undefined) throw new RangeError('a ground without arms');
  let costs: Calibration | null = null;
  if (probing !== null) {
    progress.step('calibrating the probes');
    costs = await unlessInterrupted(signal, () => calibrate(executor, probing.calibration, first, tools.now));
  }

  progress.step('setting up the testbed');
  checkInterrupted(signal);
  const testbed = await tools.bringUpTestbed({ runId, ...first.testbed }, (tid, cpu) => executor.setAffinity(tid, cpu));
  // The executor's sockets and programs hold the interfaces, so it has to end before they go.
  teardown.add('the testbed', async () => {
    await executor.close();
    await testbed.down();
  });
  const before = earlier?.record;
  const shared = {
    ...{ tool, environment, machine },
    startedAt: before?.run.startedAt ?? startedAt,
    resumed: [
      ...(before?.run.resumed ?? []),
      ...(before === undefined ? [] : [{ at: startedAt, firstTrial: before.trials.length }]),
    ],
    calibrations: [...(before?.calibrations ?? []), ...(costs === null ? [] : [costs])],
  };
  const facts: MeasuringFacts[] = [];
  for (const [index, arm] of arms.entries()) {
    const cellPlans = probing?.cellPlans[index] ?? new Map<string, ResolvedPlan>();
    const described = await describeFor(arm, testbed);
    if (earlier !== null) checkSameSetting(earlier.record, { testbed: described, cellPlans });
    facts.push({
      ...shared,
      plan: probing === null ? withoutProbes(arm.plan) : arm.plan,
      runId: before?.run.id ?? arm.runId,
      testbed: described,
      cellPlans,
      unavailable: new Map(),
      searches: [],
    });
  }
  return { executor, testbed, facts };
}

/** The testbed as it is during the trials of an arm, of which each may take packets in otherwise. */
async function describeFor({ plan }: Arm, testbed: Testbed): Promise<ReturnType<Testbed['describe']>> {
  const { isolation } = plan.testbed;
  if (isolation !== testbed.isolation) await testbed.arrange(plainReception(isolation));
  return testbed.describe();
}

/**
 * The probes of each cell. Where instructions are counted, the emulator counts them without any: it needs nothing but the
 * addresses of the kernel's functions.
 * @returns null when this kernel takes no probes, and the emulator counts alone
 * @throws PktpathError (not possible) when it takes none, and nothing else measures
 */
async function findProbes(
  plans: readonly RunPlan[],
  executor: Executor,
  { probeObjects, drivers, resolvePlan, progress }: Surroundings,
): Promise<{ cellPlans: CellPlans[]; calibration: string } | null> {
  const exact = plans.every(isExact);
  try {
    const probes = await chooseProbeObject(executor, probeObjects, drivers);
    return {
      cellPlans: plans.map((plan) => planCells(plan, probes, resolvePlan, { drivers, exact })),
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
