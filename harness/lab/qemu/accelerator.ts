import { access, constants, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describeError } from '../../errors.js';
import { Guest } from '../guest.js';
import { macs } from '../../testbed/names.js';
import { startMachine } from './machine.js';

export interface Accelerator {
  accelerator: 'tcg' | 'kvm';
  /** Why, in words. */
  reason: string;
}

/** A guest under KVM is up in a second or two; where KVM does not work it hangs, or QEMU refuses. */
const patienceMs = 20_000;

/**
 * Whether a guest really runs under KVM on this machine: the device may be there, and a guest hang all the same.
 * @param files of the guest that is to run
 */
export async function probeAccelerator(
  files: { vmlinux: string; initramfs: string },
  signal: AbortSignal,
): Promise<Accelerator> {
  try {
    await access('/dev/kvm', constants.R_OK | constants.W_OK);
  } catch {
    return { accelerator: 'tcg', reason: 'KVM is not to be had: /dev/kvm cannot be opened' };
  }
  const folder = await mkdtemp(join(tmpdir(), 'pktpath-kvm-'));
  try {
    const spec = {
      ...files,
      bootArguments: '',
      accelerator: 'kvm',
      exact: false,
      cpuModel: 'host',
      memoryMiB: 768,
    } as const;
    const guest = new Guest(await startMachine({ ...spec, card: 'veth', macs }, { folder, signal }));
    try {
      const up = guest.ready.then(() => true);
      const ran = await Promise.race([up, guest.machine.failed, delay(patienceMs, false, { signal })]);
      if (ran) return { accelerator: 'kvm', reason: 'a guest runs under KVM' };
      return {
        accelerator: 'tcg',
        reason: `KVM does not work here: the guest was not up in ${String(patienceMs / 1000)} s`,
      };
    } finally {
      await guest.quit();
    }
  } catch (error) {
    signal.throwIfAborted();
    return { accelerator: 'tcg', reason: `KVM does not work here: ${describeError(error).split('\n')[0] ?? ''}` };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
