import { stageObjects } from '../doctor/probe-tiers.js';
import { readCpuTimes } from '../environment/cpu-times.js';
import { collectEnvironment, finishEnvironment } from '../environment/environment.js';
import type { Surroundings } from '../run/collaborators.js';
import { readFrequencies } from '../environment/frequency.js';
import { noDrivers } from '../plan/targets.js';
import type { Progress } from '../run/progress.js';
import { identifyTool } from '../run/tool.js';

/** What a real run works with. Loaded late: nothing but a run needs the native part. */
export async function realCollaborators(progress: Progress): Promise<Surroundings> {
  const [{ clean, removedBy }, { acquireRunLock }, { startNativeExecutor }, { bringUpVeth }, { resolveStagePlan }] =
    await Promise.all([
      import('../clean/clean.js'),
      import('../clean/lock.js'),
      import('../executor/native.js'),
      import('../testbed/veth.js'),
      import('../plan/plan.js'),
    ]);
  return {
    acquireLock: () => acquireRunLock(),
    removeLeftovers: async () => removedBy(await clean()),
    startExecutor: startNativeExecutor,
    bringUpTestbed: bringUpVeth,
    resolvePlan: resolveStagePlan,
    probeObjects: stageObjects,
    collectEnvironment: (libraries) => collectEnvironment(libraries),
    finishEnvironment: (environment, start) => finishEnvironment(environment, start),
    readCpuTimes: () => readCpuTimes(),
    readFrequencies: (cpus) => readFrequencies(cpus),
    drivers: noDrivers,
    machine: () => Promise.resolve({ kind: 'host' }),
    tool: identifyTool,
    progress,
    now: () => new Date(),
  };
}
