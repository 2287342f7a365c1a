import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { registerRun, unregisterRun } from '../clean/registry.js';
import { describeError, failure, notPossible } from '../errors.js';
import type { EndpointSpec } from '../executor/contract.js';
import type { Testbed as TestbedRecord } from '../../reports/record.js';
import { Anchor } from './anchor.js';
import { run } from './command.js';
import { parseCounters } from './counters.js';
import { checkEthtool, readFeatures, setFeatures, wantedFeatures } from './features.js';
import type { Features } from './features.js';
import { steer } from './isolation.js';
import type { Steering } from './isolation.js';
import { configureEnd, createPair, deletePair, endNames } from './link.js';
import type { EndName } from './link.js';
import { addresses, interfaceIndexes, interfaceNames, macs, namespaceDirectory, namespaceNames } from './names.js';
import { checkOptions, readOnlineCpus } from './options.js';
import { recordTestbed } from './testbed-record.js';
import type { Isolation, Testbed, TestbedCounters, TestbedOptions } from './testbed.js';

/**
 * Set in both namespaces before there is an interface:
 * - no IPv6: its neighbour and multicast discovery would send packets of its own
 * - no TCP timestamps: with them a TCP header leaves no room for a message in a frame of 64 bytes
 * - no TCP metrics: a connection would inherit the congestion state of the trial before it
 */
const sysctls = {
  'net.ipv6.conf.all.disable_ipv6': '1',
  'net.ipv6.conf.default.disable_ipv6': '1',
  'net.ipv4.tcp_timestamps': '0',
  'net.ipv4.tcp_no_metrics_save': '1',
};

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
  const testbed = new VethTestbed(options);
  try {
    await testbed.up(setAffinity);
    return testbed;
  } catch (error) {
    await testbed.down().catch((left: unknown) => {
      throw failure('the testbed could not be brought up, nor removed', 'pktpath clean', all([error, left]));
    });
    throw error;
  }
}

class VethTestbed implements Testbed {
  readonly isolation: Isolation;
  private readonly namespaces: Record<EndName, string>;
  private readonly anchors: Partial<Record<EndName, Anchor>> = {};
  private readonly before: Partial<Record<EndName, Features>> = {};
  private readonly after: Partial<Record<EndName, Features>> = {};
  private readonly steering: Partial<Record<EndName, Steering>> = {};
  /** Whether the namespaces of these names are this testbed's own. */
  private claimed = false;
  private removal: Promise<void> | undefined;

  constructor(private readonly options: TestbedOptions) {
    this.isolation = options.isolation;
    this.namespaces = namespaceNames(options.runId);
  }

  get receiver(): EndpointSpec {
    return this.endpoint('receiver');
  }

  get sender(): EndpointSpec {
    return this.endpoint('sender');
  }

  async up(setAffinity: SetAffinity): Promise<void> {
    for (const name of Object.values(this.namespaces)) {
      if (existsSync(join(namespaceDirectory, name))) {
        throw failure(`network namespace ${name} exists already`, 'remove what an earlier run left: pktpath clean');
      }
    }
    this.claimed = true;
    await registerRun(this.options.runId, Object.values(this.namespaces));
    await run('ip', ['-batch', '-'], endNames.map((end) => `netns add ${this.namespaces[end]}\n`).join(''));
    await settleAll(
      endNames.map(async (end) => (this.anchors[end] = await Anchor.drop(this.namespaces[end], sysctls))),
    );
    await createPair(this.namespaces, this.options.mtu);
    await settleAll(endNames.map((end) => this.setUpEnd(end)));
    // One after the other: a new NAPI thread is told by what was there before it.
    for (const end of endNames) {
      const place = { anchor: this.anchor(end), interface: interfaceNames[end], cpu: this.cpu(end) };
      this.steering[end] = await steer(place, this.isolation, setAffinity);
    }
  }

  async counters(): Promise<TestbedCounters> {
    const [receiverDev, senderDev, receiverSnmp, senderSnmp, softnet] = await Promise.all([
      this.anchor('receiver').readProc('net/dev'),
      this.anchor('sender').readProc('net/dev'),
      this.anchor('receiver').readProc('net/snmp'),
      this.anchor('sender').readProc('net/snmp'),
      readFile('/proc/net/softnet_stat', 'utf8'),
    ]);
    return parseCounters({ receiverDev, senderDev, receiverSnmp, senderSnmp, softnet }, interfaceNames);
  }

  describe(): TestbedRecord {
    const read = (end: EndName) => ({
      before: this.before[end] ?? {},
      after: this.after[end] ?? {},
      sysctls: this.anchors[end]?.sysctls ?? {},
      steering: this.steering[end],
    });
    return recordTestbed(this.options, read('receiver'), read('sender'));
  }

  async down(): Promise<void> {
    this.removal ??= this.remove();
    return this.removal;
  }

  private async setUpEnd(end: EndName): Promise<void> {
    const namespace = this.namespaces[end];
    this.before[end] = await readFeatures(namespace, interfaceNames[end]);
    this.after[end] = await setFeatures(namespace, interfaceNames[end], wantedFeatures(this.isolation));
    await configureEnd(end, namespace);
  }

  private async remove(): Promise<void> {
    if (!this.claimed) return;
    const left: unknown[] = [];
    const attempt = async (step: () => Promise<unknown>): Promise<void> => {
      try {
        await step();
      } catch (error) {
        left.push(error);
      }
    };
    for (const end of endNames) await attempt(async () => this.anchors[end]?.lift());
    const present = endNames.filter((end) => existsSync(join(namespaceDirectory, this.namespaces[end])));
    const [first] = present;
    // It may not have come to a pair; whether one is left shows when the namespaces go, and takes it with them.
    if (first !== undefined) await deletePair(this.namespaces[first], first).catch(() => undefined);
    for (const end of present) await attempt(() => run('ip', ['netns', 'delete', this.namespaces[end]]));
    if (left.length > 0) {
      this.removal = undefined;
      throw failure('the testbed could not be removed', 'try: pktpath clean', all(left));
    }
    await unregisterRun(this.options.runId);
  }

  private anchor(end: EndName): Anchor {
    const anchor = this.anchors[end];
    if (anchor === undefined || this.removal !== undefined) throw failure(`the testbed's ${end} is not up`);
    return anchor;
  }

  private cpu(end: EndName): number {
    return end === 'receiver' ? this.options.receiverCpu : this.options.senderCpu;
  }

  private endpoint(end: EndName): EndpointSpec {
    return {
      netns: join(namespaceDirectory, this.namespaces[end]),
      interface: interfaceNames[end],
      interfaceIndex: interfaceIndexes[end],
      mac: macs[end],
      address: addresses[end],
      cpu: this.cpu(end),
      napiTid: this.steering[end]?.napiThread?.tid ?? 0,
      irq: 0,
    };
  }
}

/** Waits for all of them, so that none still makes things while the others' failure is cleaned up. */
async function settleAll(promises: Promise<unknown>[]): Promise<void> {
  const results = await Promise.allSettled(promises);
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}

/** Several errors as one cause, each of them told. */
function all(errors: unknown[]): AggregateError {
  return new AggregateError(errors, errors.map(describeError).join('; '));
}
