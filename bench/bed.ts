import { randomBytes } from 'node:crypto';
import { acquireRunLock } from '../harness/clean/lock.js';
import { stageObjects } from '../harness/doctor/probe-tiers.js';
import type { Executor } from '../harness/executor/executor.js';
import { startNativeExecutor } from '../harness/executor/native.js';
import { chooseCpus } from '../harness/run/common-parameters.js';
import type { CpuChoice } from '../harness/run/common-parameters.js';
import { unlessInterrupted } from '../harness/run/interruption.js';
import { chooseProbeObject } from '../harness/run/probe-object.js';
import type { ProbeObject } from '../harness/run/probe-object.js';
import { Teardown } from '../harness/run/teardown.js';
import type { Testbed } from '../harness/testbed/testbed.js';
import { bringUpVeth } from '../harness/testbed/veth.js';

/** What measures, and where. */
export interface Bed {
  executor: Executor;
  testbed: Testbed;
  cpus: CpuChoice;
  probes: ProbeObject;
  signal: AbortSignal;
}

/** The testbed of `pktpath run`'s defaults, so that the figures are about what it does. */
const isolation = 'napi-thread';
const mtu = 1500;

/**
 * Sets up what trials need, hands it to the work, and removes it whatever comes.
 * @throws what the set-up, the work or the removal throw; PktpathError (failed) while a run holds the lock
 */
export async function withBed<T>(signal: AbortSignal, work: (bed: Bed) => Promise<T>): Promise<T> {
  const teardown = new Teardown();
  try {
    const lock = await acquireRunLock();
    teardown.add('the lock', () => lock.release());
    const executor = await startNativeExecutor();
    teardown.add('the process that measures', () => executor.close());
    const cpus = chooseCpus({ receiverCpu: null, senderCpu: null }, await executor.allowedCpus());
    const probes = await unlessInterrupted(signal, () => chooseProbeObject(executor, stageObjects));
    const runId = `bench-${randomBytes(4).toString('hex')}`;
    const testbed = await bringUpVeth({ runId, isolation, mtu, ...cpus }, (tid, cpu) => executor.setAffinity(tid, cpu));
    // The executor's sockets and programs hold the interfaces, so it has to end before they go.
    teardown.add('the testbed', async () => {
      await executor.close();
      await testbed.down();
    });
    return await work({ executor, testbed, cpus, probes, signal });
  } finally {
    await teardown.run();
  }
}
