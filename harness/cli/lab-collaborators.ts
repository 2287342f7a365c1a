import { stageObjects } from '../doctor/probe-tiers.js';
import type { Lab } from '../lab/lab.js';
import type { Collaborators } from '../run/collaborators.js';
import type { Progress } from '../run/progress.js';
import { identifyTool } from '../run/tool.js';

/** What a run in a guest works with: the lab's guests measure, this process does the rest. */
export async function labCollaborators(
  lab: Lab,
  progress: Progress,
  writeRecord: Collaborators['writeRecord'],
): Promise<Collaborators> {
  const [{ acquireRunLock }, { resolveStagePlan }] = await Promise.all([
    import('../clean/lock.js'),
    import('../plan/plan.js'),
  ]);
  return {
    acquireLock: () => acquireRunLock(),
    startExecutor: () => Promise.resolve(lab.executor),
    bringUpTestbed: (options) => lab.bringUpTestbed(options),
    resolvePlan: resolveStagePlan,
    probeObjects: stageObjects,
    collectEnvironment: (libraries) => lab.environment(libraries),
    // what the host's load was is in the record's part on the machine
    finishEnvironment: (environment) => Promise.resolve(environment),
    // nobody takes time from a guest's clock
    readCpuTimes: () => Promise.resolve(null),
    tool: identifyTool,
    writeRecord,
    progress,
    now: () => new Date(),
  };
}
