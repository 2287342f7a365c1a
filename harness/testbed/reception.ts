import { failure, notPossible } from '../errors.js';
import type { Anchor } from './anchor.js';
import { hasNapi } from './testbed.js';
import type { Isolation, Reception } from './testbed.js';

/** The receiver's interface, and where its settings are reached. */
export interface ReceivingEnd {
  anchor: Anchor;
  interface: string;
}

/** As the kernel brings a device up: each notification at once. */
export function plainReception(isolation: Isolation): Reception {
  return { isolation, groFlushTimeoutNs: 0, deferHardIrqs: 0, pollOnReceiver: false, machineSysctls: {} };
}

/** Every notification that is put off: so many polls no run lives to see (the attribute takes an int). */
export const forGood = 2 ** 31 - 1;

/** @throws exit code 4 for what does not go together on any device */
export function checkReception({ isolation, groFlushTimeoutNs, deferHardIrqs, pollOnReceiver }: Reception): void {
  if ((groFlushTimeoutNs > 0 || deferHardIrqs > 0) && !hasNapi(isolation)) {
    throw notPossible(`isolation ${isolation} has no NAPI whose notification could be put off`, 'try napi-thread');
  }
  if (pollOnReceiver && (isolation !== 'napi-softirq' || deferHardIrqs !== forGood || groFlushTimeoutNs === 0)) {
    throw notPossible('only NAPI in softirq that a timer polls for good stays on the receiver’s CPU');
  }
}

/**
 * Sets when the device's NAPI tells of packets, and reads it back: /sys/class/net/IF/gro_flush_timeout and
 * napi_defer_hard_irqs (Documentation/networking/napi.rst).
 * @throws exit code 4 when the kernel has no such setting; exit code 1 when it did not take it
 */
export async function setNotification(
  { anchor, interface: name }: ReceivingEnd,
  { groFlushTimeoutNs, deferHardIrqs }: Pick<Reception, 'groFlushTimeoutNs' | 'deferHardIrqs'>,
): Promise<void> {
  const wanted = { gro_flush_timeout: groFlushTimeoutNs, napi_defer_hard_irqs: deferHardIrqs };
  for (const [setting, value] of Object.entries(wanted)) {
    const file = `${name}/${setting}`;
    const now = await anchor.readSys(file).catch(() => null);
    if (now === null && value === 0) continue;
    if (now === null) throw notPossible(`this kernel has no ${setting} (Linux 5.8 and later do)`);
    await anchor.writeSys(file, String(value));
    const granted = await anchor.readSys(file);
    if (granted !== String(value)) throw failure(`${file}: asked for ${String(value)}, the kernel has ${granted}`);
  }
}
