import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { registerRun, unregisterRun } from '../clean/registry.js';
import { describeError, failure } from '../errors.js';
import type { EndpointSpec } from '../executor/contract.js';
import { settleAll } from '../settle-all.js';
import type { Testbed as TestbedRecord } from '../../reports/record.js';
import { Anchor } from './anchor.js';
import { run } from './command.js';
import { parseCounters } from './counters.js';
import { readFeatures, setFeatures, wantedFeatures } from './features.js';
import type { Features } from './features.js';
import type { Steering } from './isolation.js';
import { configureEnd, endNames } from './link.js';
import type { EndName } from './link.js';
import type { MachineSysctls } from './machine-sysctls.js';
import { addresses, interfaceNames, macs, namespaceDirectory, namespaceNames } from './names.js';
import type { EndRecord } from './testbed-record.js';
import type { Isolation, Reception, Testbed, TestbedCounters, TestbedOptions } from './testbed.js';

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

/**
 * A testbed of two network namespaces, sender and receiver in one each; how they are joined is the subclass's.
 * Nothing outside the two namespaces changes but what the subclass moves into them.
 */
export abstract class NamespacedTestbed implements Testbed {
  isolation: Isolation;
  protected readonly namespaces: Record<EndName, string>;
  protected readonly before: Partial<Record<EndName, Features>> = {};
  protected readonly after: Partial<Record<EndName, Features>> = {};
  protected readonly steering: Partial<Record<EndName, Steering>> = {};
  /** What is changed outside the namespaces, while it is. */
  protected machineSysctls: MachineSysctls | undefined;
  private readonly anchors: Partial<Record<EndName, Anchor>> = {};
  /** Whether the namespaces of these names are this testbed's own. */
  private claimed = false;
  private removal: Promise<void> | undefined;

  constructor(protected readonly options: TestbedOptions) {
    this.isolation = options.isolation;
    this.namespaces = namespaceNames(options.runId);
  }

  get receiver(): EndpointSpec {
    return this.endpoint('receiver');
  }

  get sender(): EndpointSpec {
    return this.endpoint('sender');
  }

  /** Puts an interface of each end, down and named, into its namespace. */
  protected abstract join(): Promise<void>;
  abstract arrange(reception: Reception): Promise<void>;
  /** After both ends are up. */
  protected abstract steer(): Promise<void>;
  /** Takes the interfaces back, or apart, before the namespaces go. @param present the namespaces that are there */
  protected abstract part(present: readonly EndName[]): Promise<void>;
  protected abstract record(receiver: EndRecord, sender: EndRecord): TestbedRecord;
  protected abstract interfaceIndex(end: EndName): number;
  /** The interrupt of an end's interface; 0 for one that has none. */
  protected abstract interrupt(end: EndName): number;

  /** Brings it up; when that fails half-way, what was made is removed before the promise rejects. */
  async bringUp(): Promise<this> {
    try {
      await this.up();
      return this;
    } catch (error) {
      await this.down().catch((left: unknown) => {
        throw failure('the testbed could not be brought up, nor removed', 'pktpath clean', all([error, left]));
      });
      throw error;
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
    const read = (end: EndName): EndRecord => ({
      before: this.before[end] ?? {},
      after: this.after[end] ?? {},
      sysctls: this.anchors[end]?.sysctls ?? {},
      steering: this.steering[end],
    });
    return this.record(read('receiver'), read('sender'));
  }

  async down(): Promise<void> {
    this.removal ??= this.remove();
    return this.removal;
  }

  protected anchor(end: EndName): Anchor {
    const anchor = this.anchors[end];
    if (anchor === undefined || this.removal !== undefined) throw failure(`the testbed's ${end} is not up`);
    return anchor;
  }

  protected cpu(end: EndName): number {
    return end === 'receiver' ? this.options.receiverCpu : this.options.senderCpu;
  }

  private async up(): Promise<void> {
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
    await this.join();
    await settleAll(endNames.map((end) => this.setUpEnd(end)));
    await this.steer();
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
    await attempt(() => this.machineSysctls?.restore() ?? Promise.resolve());
    for (const end of endNames) await attempt(async () => this.anchors[end]?.lift());
    const present = endNames.filter((end) => existsSync(join(namespaceDirectory, this.namespaces[end])));
    await attempt(() => this.part(present));
    for (const end of present) await attempt(() => run('ip', ['netns', 'delete', this.namespaces[end]]));
    if (left.length > 0) {
      this.removal = undefined;
      throw failure('the testbed could not be removed', 'try: pktpath clean', all(left));
    }
    await unregisterRun(this.options.runId);
  }

  private endpoint(end: EndName): EndpointSpec {
    return {
      netns: join(namespaceDirectory, this.namespaces[end]),
      interface: interfaceNames[end],
      interfaceIndex: this.interfaceIndex(end),
      mac: macs[end],
      address: addresses[end],
      cpu: this.cpu(end),
      napiTid: this.steering[end]?.napiThread?.tid ?? 0,
      irq: this.interrupt(end),
    };
  }
}

/** Several errors as one cause, each of them told. */
function all(errors: unknown[]): AggregateError {
  return new AggregateError(errors, errors.map(describeError).join('; '));
}
