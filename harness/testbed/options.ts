import { readFile } from 'node:fs/promises';
import { parseCpuList } from '../environment/cpu-list.js';
import { notPossible, usageError } from '../errors.js';
import { checkRunId } from './names.js';
import { isolations } from './testbed.js';
import type { TestbedOptions } from './testbed.js';

/** ETH_MIN_MTU and ETH_MAX_MTU of include/uapi/linux/if_ether.h: what veth takes. */
const mtuRange = { low: 68, high: 65_535 };

/**
 * @param onlineCpus the CPUs that the machine runs
 * @throws exit code 2 when an option is out of range, with the option's name and its bounds
 */
export function checkOptions(options: TestbedOptions, onlineCpus: readonly number[]): void {
  checkRunId(options.runId);
  if (!(isolations as readonly string[]).includes(options.isolation)) {
    throw usageError(`unknown isolation ${JSON.stringify(options.isolation)}`, `use one of: ${isolations.join(', ')}`);
  }
  const { mtu } = options;
  if (!Number.isInteger(mtu) || mtu < mtuRange.low || mtu > mtuRange.high) {
    throw usageError(`mtu ${String(mtu)} is not from ${String(mtuRange.low)} to ${String(mtuRange.high)} bytes`);
  }
  for (const key of ['receiverCpu', 'senderCpu'] as const) {
    if (!onlineCpus.includes(options[key])) {
      throw usageError(`${key} ${String(options[key])} is not online`, `online CPUs: ${onlineCpus.join(', ')}`);
    }
  }
  if (options.receiverCpu === options.senderCpu && options.sharedCpu !== true) {
    throw usageError(
      `receiver and sender share CPU ${String(options.senderCpu)}: the sender's work would be charged to the receiver`,
      'choose two CPUs',
    );
  }
}

/** @returns numbers of the CPUs that are online @throws exit code 4 when the kernel does not say */
export async function readOnlineCpus(): Promise<number[]> {
  const path = '/sys/devices/system/cpu/online';
  const text = await readFile(path, 'utf8').catch(() => '');
  const cpus = parseCpuList(text);
  if (cpus === null || cpus.length === 0) throw notPossible(`${path} does not list the CPUs`, 'mount sysfs on /sys');
  return cpus;
}
