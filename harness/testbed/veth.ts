import { notPossible } from '../errors.js';
import type { Testbed as TestbedRecord } from '../../reports/record.js';
import { checkEthtool } from './features.js';
import { steer } from './isolation.js';
import { createPair, deletePair, endNames } from './link.js';
import type { EndName } from './link.js';
import { interfaceIndexes, interfaceNames } from './names.js';
import { NamespacedTestbed } from './namespaced.js';
import { checkOptions, readOnlineCpus } from './options.js';
import { recordTestbed } from './testbed-record.js';
import type { EndRecord } from './testbed-record.js';
import type { Testbed, TestbedOptions } from './testbed.js';

export type SetAffinity = (tid: number, cpu: number) => Promise<void>;

/**
 * Brings up the testbed: sender and receiver in a network namespace each, joined by a veth pair. Nothing outside the
 * two namespaces changes. When it fails half-way, what it made is removed before the promise rejects.
 *
 * @param setAffinity pins a thread to one CPU
 * @throws exit code 2 for an option out of range; 4 when this machine cannot do it (no root, a program or kernel
 *   feature is missing); 1 when the kernel refuses a step
 */
export async function bringUpVeth(options: TestbedOptions, setAffinity: SetAffinity): Promise<Testbed> {
  checkOptions(options, await readOnlineCpus());
  if (process.geteuid?.() !== 0) throw notPossible('network namespaces need root', 'run it as root, e.g. with sudo');
  await checkEthtool();
  return new VethTestbed(options, setAffinity).bringUp();
}

class VethTestbed extends NamespacedTestbed {
  constructor(
    options: TestbedOptions,
    private readonly setAffinity: SetAffinity,
  ) {
    super(options);
  }

  protected join(): Promise<void> {
    return createPair(this.namespaces, this.options.mtu);
  }

  protected async steer(): Promise<void> {
    // One after the other: a new NAPI thread is told by what was there before it.
    for (const end of endNames) {
      const place = { anchor: this.anchor(end), interface: interfaceNames[end], cpu: this.cpu(end) };
      this.steering[end] = await steer(place, this.isolation, this.setAffinity);
    }
  }

  protected async part([first]: readonly EndName[]): Promise<void> {
    // It may not have come to a pair; whether one is left shows when the namespaces go, and takes it with them.
    if (first !== undefined) await deletePair(this.namespaces[first], first).catch(() => undefined);
  }

  protected record(receiver: EndRecord, sender: EndRecord): TestbedRecord {
    return recordTestbed(this.options, receiver, sender);
  }

  protected interfaceIndex(end: EndName): number {
    return interfaceIndexes[end];
  }

  protected interrupt(): number {
    return 0;
  }
}
