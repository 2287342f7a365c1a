import { join } from 'node:path';
import { macs } from '../testbed/names.js';
import { ensureCache } from '../lab/cache.js';
import type { GuestPlan } from '../lab/saved-guests.js';
import { guestMemoryMiB } from '../lab/prepare.js';
import type { PreparedGuest } from '../lab/prepare.js';
import type { GuestTarget } from '../lab/target.js';
import type { Arm, Ground, RoundSchedule } from '../run/arms.js';
import type { Collaborators } from '../run/collaborators.js';
import type { EarlierRun } from '../run/earlier-run.js';
import { Interrupted } from '../run/interruption.js';
import type { Progress } from '../run/progress.js';
import { performArms } from '../run/run.js';
import type { ArmsOutcome, RunOutcome } from '../run/run.js';
import { Teardown } from '../run/teardown.js';
import { bootsOf } from '../run/run-plan.js';
import type { GuestPlace, RunPlan } from '../run/run-plan.js';
import { realCollaborators } from './real-collaborators.js';

/** What several arms are measured with. */
export interface ArmsSetting {
  runId: string;
  progress: Progress;
  signal: AbortSignal;
  /** The guests’ console logs go below it. */
  folder: string;
  /** Null: the run begins. */
  earlier: EarlierRun | null;
  /** Left out: the rounds of their plan. */
  schedule?: RoundSchedule;
}

export interface Setting extends ArmsSetting {
  keep: Collaborators['writeRecord'];
}

/** A run on this machine's own kernel. */
export async function measureHere(plan: RunPlan, setting: Setting): Promise<RunOutcome> {
  return ofOne(await measureArmsHere([armOf(plan, setting)], setting));
}

/** The same for several that take turns. */
export async function measureArmsHere(arms: readonly Arm[], setting: ArmsSetting): Promise<ArmsOutcome> {
  const { runId, progress, signal, earlier, schedule } = setting;
  const tools = await realCollaborators(progress);
  return performArms([{ tools, arms }], { runId, signal, earlier, ...(schedule === undefined ? {} : { schedule }) });
}

/**
 * A run in a guest: the kernel is fetched, booted and saved where that has not been done, and the guest is gone when
 * this returns.
 * @param plan decides the run once the machine is known
 */
export async function measureInGuest(
  target: GuestTarget,
  plan: (place: GuestPlace) => RunPlan,
  setting: Setting,
): Promise<RunOutcome> {
  const arms = (place: GuestPlace): Arm[] => [armOf(plan(place), setting)];
  return ofOne(await measureArmsInGuests([{ target, arms }], setting));
}

function armOf(plan: RunPlan, { runId, keep }: Setting): Arm {
  return { runId, plan, writeRecord: keep };
}

function ofOne({ records, ...outcome }: ArmsOutcome): RunOutcome {
  return { ...outcome, record: records[0] ?? null };
}

/** A guest and what is measured in it, decided once the machine is known. */
export interface GuestGround {
  target: GuestTarget;
  arms: (place: GuestPlace) => Arm[];
}

/** The same for several, in a guest each or in one. */
export async function measureArmsInGuests(grounds: readonly GuestGround[], setting: ArmsSetting): Promise<ArmsOutcome> {
  const { runId, progress, signal, folder, earlier, schedule } = setting;
  const [{ acquireRunLock }, { prepareGuest }, { startLab }, { labCollaborators }] = await Promise.all([
    import('../clean/lock.js'),
    import('../lab/prepare.js'),
    import('../lab/lab.js'),
    import('./lab-collaborators.js'),
  ]);
  const tell = (step: string): void => progress.step(step);
  const end = new Teardown();
  try {
    const cache = await ensureCache();
    const decided: { guest: PreparedGuest; arms: Arm[] }[] = [];
    for (const { target, arms } of grounds) {
      const guest = await prepareGuest(target, { cache, tell, signal });
      if (guest.exact && !target.exact) progress.note(`instructions are counted, not time: ${guest.reason}`);
      decided.push({ guest, arms: arms(guest) });
    }
    // booting disturbs whoever measures as much as measuring does
    const lock = await acquireRunLock();
    end.add('the lock', () => lock.release());
    const measured: Ground[] = [];
    for (const [index, { guest, arms }] of decided.entries()) {
      const [first] = arms;
      if (first === undefined) throw new RangeError('a guest with nothing to measure');
      tell(`starting the guest, ${guest.kernel.release}`);
      const lab = await startLab({
        guests: guestPlans(guest, first.plan.testbed),
        exact: guest.exact,
        systemMap: guest.kernel.systemMap,
        scratch: join(folder, 'guest', ...(decided.length === 1 ? [] : [String(index + 1)])),
        ...{ cache, tell, signal },
      });
      end.add('the guest', () => lab.close());
      measured.push({ tools: await labCollaborators(lab, guest, progress, lock), arms });
    }
    return await performArms(measured, { runId, signal, earlier, ...(schedule === undefined ? {} : { schedule }) });
  } catch (error) {
    if (error instanceof Interrupted || signal.aborted) return { records: [], interrupted: true, problems: [] };
    throw error;
  } finally {
    await end.run();
  }
}

/** Of an exact run several boots, of another one. */
function guestPlans(
  { kernel, initramfs, target, accelerator, exact, cpuModel, card }: PreparedGuest,
  testbed: GuestPlan['testbed'],
): GuestPlan[] {
  const spec = {
    ...{ vmlinux: kernel.vmlinux, initramfs: initramfs.file, bootArguments: target.bootArguments },
    ...{ accelerator, exact, cpuModel, memoryMiB: guestMemoryMiB, card, macs },
  };
  const identity = `${kernel.digest} ${initramfs.digest}`;
  return Array.from({ length: bootsOf({ exact }) }, (_, boot) => ({ spec, identity, boot, testbed }));
}
