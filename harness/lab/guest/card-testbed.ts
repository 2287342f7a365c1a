import { readdir, readFile, readlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { failure, notPossible } from '../../errors.js';
import { run } from '../../testbed/command.js';
import { checkEthtool } from '../../testbed/features.js';
import { endNames } from '../../testbed/link.js';
import type { EndName } from '../../testbed/link.js';
import { interfaceNames, macs } from '../../testbed/names.js';
import { NamespacedTestbed } from '../../testbed/namespaced.js';
import type { EndRecord } from '../../testbed/testbed-record.js';
import { recordTestbed } from '../../testbed/testbed-record.js';
import type { Testbed, TestbedOptions } from '../../testbed/testbed.js';
import type { Testbed as TestbedRecord } from '../../../reports/record.js';
import type { Card } from '../cards.js';
import { parseInterrupts } from './interrupts.js';

const classNet = '/sys/class/net';

/**
 * Brings up the lab's testbed: the guest's two cards, told by their MAC addresses, move into a network namespace each.
 * Runs in a guest only, whose cards are joined to each other and to nothing else.
 * @throws exit code 1 when a card is not there or the kernel refuses a step
 */
export async function bringUpCards(card: Card, options: TestbedOptions): Promise<Testbed> {
  await checkEthtool();
  return new CardTestbed(card, options).bringUp();
}

class CardTestbed extends NamespacedTestbed {
  private readonly indexes: Partial<Record<EndName, number>> = {};
  private readonly interrupts: Partial<Record<EndName, number>> = {};
  private readonly found: Partial<Record<EndName, string>> = {};

  constructor(
    private readonly card: Card,
    options: TestbedOptions,
  ) {
    super(options);
  }

  protected async join(): Promise<void> {
    for (const end of endNames) {
      const device = (this.found[end] = await findByMac(macs[end], this.card));
      const [name, namespace] = [interfaceNames[end], this.namespaces[end]];
      await run('ip', ['link', 'set', 'dev', device, 'down']);
      await run('ip', ['link', 'set', 'dev', device, 'name', name, 'mtu', String(this.options.mtu)]);
      await run('ip', ['link', 'set', 'dev', name, 'netns', namespace]);
      this.indexes[end] = Number(await this.anchor(end).readSys(`${name}/ifindex`));
    }
    if (this.indexes.receiver === this.indexes.sender) {
      throw failure('both cards have one interface index, and BPF tells devices apart by that alone');
    }
  }

  protected async steer(): Promise<void> {
    const table = await readFile('/proc/interrupts', 'utf8');
    for (const end of endNames) {
      const anchor = this.anchor(end);
      const name = interfaceNames[end];
      // a virtio card's queues are named after its device, e.g. virtio1-input.0
      const device = basename(await anchor.readLink(`${name}/device`));
      const legacy = Number(await anchor.readSys(`${name}/device/irq`).catch(() => '0'));
      this.interrupts[end] = parseInterrupts(table, [name, `${device}-input.0`]) ?? legacy;
      this.steering[end] = { rpsCpus: '', threaded: '', napiThread: null };
    }
    if (this.interrupts.receiver === this.interrupts.sender) {
      throw failure(`both cards share interrupt ${String(this.interrupts.receiver)}`);
    }
  }

  arrange(): Promise<void> {
    throw notPossible('a guest takes packets in as it was booted to');
  }

  /** Back where they were found, so that another testbed finds them. */
  protected async part(present: readonly EndName[]): Promise<void> {
    for (const end of present) {
      const device = this.found[end];
      if (device === undefined || this.indexes[end] === undefined) continue;
      const namespace = this.namespaces[end];
      await run('ip', ['-n', namespace, 'link', 'set', 'dev', interfaceNames[end], 'down']);
      await run('ip', ['-n', namespace, 'address', 'flush', 'dev', interfaceNames[end]]);
      await run('ip', ['-n', namespace, 'link', 'set', 'dev', interfaceNames[end], 'name', device]);
      await run('ip', ['-n', namespace, 'link', 'set', 'dev', device, 'netns', '1']);
    }
  }

  protected record(receiver: EndRecord, sender: EndRecord): TestbedRecord {
    const record = recordTestbed(this.options, receiver, sender);
    const ends = endNames.map((end) => [end, this.interfaceIndex(end), this.interrupt(end)] as const);
    return {
      ...record,
      kind: 'lab',
      card: this.card,
      addresses: {
        ...record.addresses,
        ...Object.fromEntries(ends.map(([end, index]) => [`${end} interfaceIndex`, index])),
      },
      interrupts: Object.fromEntries(ends.map(([end, , irq]) => [end, irq])),
    };
  }

  protected interfaceIndex(end: EndName): number {
    return this.indexes[end] ?? 0;
  }

  protected interrupt(end: EndName): number {
    return this.interrupts[end] ?? 0;
  }
}

/** @returns the name of the interface with this MAC address */
async function findByMac(mac: string, card: Card): Promise<string> {
  const names = await readdir(classNet);
  for (const name of names) {
    const address = await readFile(join(classNet, name, 'address'), 'utf8').catch(() => '');
    if (address.trim() === mac) return name;
  }
  const drivers = await Promise.all(
    names.map((name) => readlink(join(classNet, name, 'device/driver')).catch(() => '')),
  );
  const seen = names.map((name, index) => `${name} ${basename(drivers[index] ?? '')}`.trim()).join(', ');
  throw failure(`the guest has no interface with address ${mac} for its ${card}; it has: ${seen}`);
}
