import { cpus, loadavg, release } from 'node:os';
import type { RunLock } from '../clean/lock.js';
import { stageObjects } from '../doctor/probe-tiers.js';
import { cardDrivers } from '../lab/cards.js';
import type { Lab } from '../lab/lab.js';
import { guestMemoryMiB } from '../lab/prepare.js';
import type { PreparedGuest } from '../lab/prepare.js';
import { qemuVersion } from '../lab/qemu/program.js';
import type { Surroundings } from '../run/collaborators.js';
import { bootsOf } from '../run/run-plan.js';
import type { Progress } from '../run/progress.js';
import { identifyTool } from '../run/tool.js';
import type { Machine } from '../../reports/record.js';

/** What a run in a guest works with: the lab's guests measure, this process does the rest. */
export async function labCollaborators(
  lab: Lab,
  guest: PreparedGuest,
  progress: Progress,
  lock: RunLock,
): Promise<Surroundings> {
  const { resolveStagePlan } = await import('../plan/plan.js');
  const loadBefore = loadavg()[0] ?? 0;
  return {
    // taken before the guests were started
    acquireLock: () => Promise.resolve(lock),
    // a killed run's guests die with it
    removeLeftovers: () => Promise.resolve([]),
    startExecutor: () => Promise.resolve(lab.executor),
    bringUpTestbed: () => Promise.resolve(lab.testbed),
    resolvePlan: resolveStagePlan,
    probeObjects: stageObjects,
    collectEnvironment: (libraries) => lab.environment(libraries),
    // the host's load is with the machine
    finishEnvironment: (environment) => Promise.resolve(environment),
    // nobody takes time from a guest's clock
    readCpuTimes: () => Promise.resolve(null),
    readFrequencies: () => Promise.resolve(null),
    drivers: cardDrivers(guest.card),
    machine: (secondsPerRound) => describeMachine(guest, loadBefore, secondsPerRound),
    tool: identifyTool,
    progress,
    now: () => new Date(),
  };
}

async function describeMachine(
  { kernel, target, accelerator, exact, cpuModel, card }: PreparedGuest,
  loadBefore: number,
  secondsPerRound: readonly number[],
): Promise<Machine> {
  const { name, package: debian, packageVersion, release: kernelRelease, digest } = kernel;
  return {
    kind: 'guest',
    kernel: { name, package: debian, packageVersion, release: kernelRelease, digest },
    bootArguments: target.bootArguments,
    accelerator,
    cpuModel,
    memoryMiB: guestMemoryMiB,
    qemuVersion: await qemuVersion(),
    card,
    boots: bootsOf({ exact }),
    host: {
      kernelRelease: release(),
      cpuModel: cpus()[0]?.model ?? 'unknown',
      loadBefore,
      loadAfter: loadavg()[0] ?? 0,
      secondsPerRound: [...secondsPerRound],
    },
  };
}
