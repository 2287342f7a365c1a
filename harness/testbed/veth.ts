import { isDeepStrictEqual } from 'node:util';
import { notPossible } from '../errors.js';
import type { Testbed as TestbedRecord } from '../../reports/record.js';
import { run } from './command.js';
import { checkEthtool, setFeatures, wantedFeatures } from './features.js';
import { steer, unsteer } from './isolation.js';
import type { End } from './isolation.js';
import { createPair, deletePair, endNames } from './link.js';
import type { EndName } from './link.js';
import { MachineSysctls } from './machine-sysctls.js';
import { addresses, interfaceIndexes, interfaceNames } from './names.js';
import { NamespacedTestbed } from './namespaced.js';
import { checkOptions, readOnlineCpus } from './options.js';
import { checkReception, plainReception, setNotification } from './reception.js';
import { recordTestbed } from './testbed-record.js';
import type { EndRecord } from './testbed-record.js';
import type { Isolation, Reception, Testbed, TestbedOptions } from './testbed.js';

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
  private reception: Reception;

  constructor(
    options: TestbedOptions,
    private readonly setAffinity: SetAffinity,
  ) {
    super(options);
    this.reception = plainReception(options.isolation);
  }

  protected join(): Promise<void> {
    return createPair(this.namespaces, this.options.mtu);
  }

  protected async steer(): Promise<void> {
    // One after the other: a new NAPI thread is told by what was there before it.
    for (const end of endNames) {
      this.steering[end] = await steer(this.steered(end), this.isolation, this.setAffinity);
    }
  }

  async arrange(wanted: Reception): Promise<void> {
    if (isDeepStrictEqual(wanted, this.reception)) return;
    checkReception(wanted);
    const { isolation } = wanted;
    // a NAPI instance that is polled for good could not be taken away
    await this.notify(plainReception(this.isolation));
    await this.machineSysctls?.restore();
    this.machineSysctls = undefined;
    if (isolation !== this.isolation) await this.isolate(isolation);
    if (Object.keys(wanted.machineSysctls).length > 0) {
      this.machineSysctls = await MachineSysctls.set(wanted.machineSysctls);
    }
    await this.notify(wanted);
    if (wanted.pollOnReceiver) await this.pollOnReceiver();
    this.reception = wanted;
  }

  /** Both ends without a NAPI instance and without steering, then with what the isolation wants. */
  private async isolate(isolation: Isolation): Promise<void> {
    for (const end of endNames) {
      const place = this.steered(end);
      await unsteer(place);
      await setFeatures(this.namespaces[end], interfaceNames[end], { 'generic-receive-offload': 'off' });
      this.after[end] = await setFeatures(this.namespaces[end], interfaceNames[end], wantedFeatures(isolation));
      this.steering[end] = await steer(place, isolation, this.setAffinity);
    }
    this.isolation = isolation;
  }

  private async notify(reception: Reception): Promise<void> {
    this.reception = plainReception(this.isolation);
    await setNotification({ anchor: this.anchor('receiver'), interface: interfaceNames.receiver }, reception);
  }

  /** One datagram from the receiver's CPU: its poll ends there, so the timer is armed there, and so on from then on. */
  private async pollOnReceiver(): Promise<void> {
    const datagram = `echo > /dev/udp/${addresses.receiver}/9`;
    const command = ['taskset', '-c', String(this.cpu('receiver')), 'bash', '-c', datagram];
    await run('ip', ['netns', 'exec', this.namespaces.sender, ...command]);
  }

  private steered(end: EndName): End {
    return { anchor: this.anchor(end), interface: interfaceNames[end], cpu: this.cpu(end) };
  }

  protected async part([first]: readonly EndName[]): Promise<void> {
    // It may not have come to a pair; whether one is left shows when the namespaces go, and takes it with them.
    if (first !== undefined) await deletePair(this.namespaces[first], first).catch(() => undefined);
  }

  protected record(receiver: EndRecord, sender: EndRecord): TestbedRecord {
    return recordTestbed({ ...this.options, isolation: this.isolation }, receiver, sender);
  }

  protected interfaceIndex(end: EndName): number {
    return interfaceIndexes[end];
  }

  protected interrupt(): number {
    return 0;
  }
}
