import { join } from 'node:path';
import { macs } from '../testbed/names.js';
import { ensureCache } from '../lab/cache.js';
import type { GuestPlan } from '../lab/saved-guests.js';
import { guestMemoryMiB } from '../lab/prepare.js';
import type { PreparedGuest } from '../lab/prepare.js';
import type { GuestTarget } from '../lab/target.js';
import type { Collaborators } from '../run/collaborators.js';
import type { EarlierRun } from '../run/earlier-run.js';
import { Interrupted } from '../run/interruption.js';
import type { Progress } from '../run/progress.js';
import { performRun } from '../run/run.js';
import type { RunOutcome } from '../run/run.js';
import { bootsOf } from '../run/run-plan.js';
import type { GuestPlace, RunPlan } from '../run/run-plan.js';
import { realCollaborators } from './real-collaborators.js';

export interface Setting {
  runId: string;
  progress: Progress;
  keep: Collaborators['writeRecord'];
  signal: AbortSignal;
  /** The run’s own folder; the guest’s console logs go below it. */
  folder: string;
  /** Null: the run begins. */
  earlier: EarlierRun | null;
}

/** A run on this machine's own kernel. */
export async function measureHere(
  plan: RunPlan,
  { runId, progress, keep, signal, earlier }: Setting,
): Promise<RunOutcome> {
  return performRun(plan, runId, await realCollaborators(progress, keep), signal, earlier);
}

/**
 * A run in a guest: the kernel is fetched, booted and saved where that has not been done, and the guest is gone when
 * this returns.
 * @param plan decides the run once the machine is known
 */
export async function measureInGuest(
  target: GuestTarget,
  plan: (place: GuestPlace) => RunPlan,
  { runId, progress, keep, signal, folder, earlier }: Setting,
): Promise<RunOutcome> {
  const [{ acquireRunLock }, { prepareGuest }, { startLab }, { labCollaborators }] = await Promise.all([
    import('../clean/lock.js'),
    import('../lab/prepare.js'),
    import('../lab/lab.js'),
    import('./lab-collaborators.js'),
  ]);
  const tell = (step: string): void => progress.step(step);
  try {
    const cache = await ensureCache();
    const guest = await prepareGuest(target, { cache, tell, signal });
    if (guest.exact && !target.exact) progress.note(`instructions are counted, not time: ${guest.reason}`);
    const decided = plan(guest);
    // booting disturbs whoever measures as much as measuring does
    const lock = await acquireRunLock();
    try {
      tell(`starting the guest, ${guest.kernel.release}`);
      const lab = await startLab({
        guests: guestPlans(guest, decided.testbed),
        exact: guest.exact,
        systemMap: guest.kernel.systemMap,
        scratch: join(folder, 'guest'),
        ...{ cache, tell, signal },
      });
      try {
        const tools = await labCollaborators(lab, guest, progress, keep, lock);
        return await performRun(decided, runId, tools, signal, earlier);
      } finally {
        await lab.close();
      }
    } finally {
      await lock.release();
    }
  } catch (error) {
    if (error instanceof Interrupted || signal.aborted) return { record: null, interrupted: true, problems: [] };
    throw error;
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
