import { describeError } from '../errors.js';
import type { Executor } from '../executor/executor.js';
import { isolations } from '../testbed/testbed.js';
import type { Isolation } from '../testbed/testbed.js';
import { bringUpVeth } from '../testbed/veth.js';
import type { Check } from './diagnosis.js';

/** What became of one isolation: null when it came up. */
export interface TestbedTrial {
  isolation: Isolation;
  error: string | null;
}

/** Brings a testbed of each isolation up, reads its counters, and takes it down again. */
export async function tryTestbeds(executor: Executor, cpus: readonly [number, number]): Promise<TestbedTrial[]> {
  const trials: TestbedTrial[] = [];
  for (const isolation of isolations) {
    try {
      const options = { runId: `doctor-${String(process.pid)}`, isolation, mtu: 1500 };
      const testbed = await bringUpVeth({ ...options, receiverCpu: cpus[1], senderCpu: cpus[0] }, (tid, cpu) =>
        executor.setAffinity(tid, cpu),
      );
      try {
        await testbed.counters();
      } finally {
        await testbed.down();
      }
      trials.push({ isolation, error: null });
    } catch (error) {
      trials.push({ isolation, error: describeError(error) });
    }
  }
  return trials;
}

/** @param trials a string says why none was made */
export function checkTestbeds(trials: readonly TestbedTrial[] | string): Check[] {
  if (typeof trials === 'string') {
    return [{ group: 'testbed', name: 'network namespaces', status: 'warn', found: `not tried: ${trials}`, fix: null }];
  }
  const lack = trials.some((trial) => trial.error === null) ? 'warn' : 'fail';
  return trials.map(({ isolation, error }): Check => {
    const check = { group: 'testbed', name: `isolation ${isolation}` } as const;
    if (error === null)
      return { ...check, status: 'ok', found: 'namespaces and veth pair came up and went', fix: null };
    const fix =
      'use a kernel with CONFIG_NET_NS=y, CONFIG_VETH and, for rps, CONFIG_RPS=y; for NAPI threads, 5.12 or later';
    return { ...check, status: lack, found: error, fix };
  });
}
