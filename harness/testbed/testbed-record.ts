import type { Testbed as TestbedRecord } from '../../reports/record.js';
import type { Features } from './features.js';
import type { Steering } from './isolation.js';
import { addresses, interfaceIndexes, interfaceNames, macs, namespaceNames, prefixLength } from './names.js';
import type { TestbedOptions } from './testbed.js';

/** What was read back at one end. */
export interface EndRecord {
  before: Features;
  after: Features;
  sysctls: Record<string, string>;
  steering: Steering | undefined;
}

/** The testbed's part of the record. Keys of bags begin with the end that they are about. */
export function recordTestbed(options: TestbedOptions, receiver: EndRecord, sender: EndRecord): TestbedRecord {
  const namespaces = namespaceNames(options.runId);
  return {
    kind: 'veth',
    isolation: options.isolation,
    receiverCpu: options.receiverCpu,
    senderCpu: options.senderCpu,
    mtu: options.mtu,
    card: null,
    interrupts: {},
    features: {
      receiver: { before: receiver.before, after: receiver.after },
      sender: { before: sender.before, after: sender.after },
    },
    sysctls: { ...prefixed('receiver', receiver.sysctls), ...prefixed('sender', sender.sysctls) },
    addresses: {
      ...addressesOf('receiver', namespaces.receiver),
      ...addressesOf('sender', namespaces.sender),
    },
    priorities: { ...steeringOf('receiver', receiver.steering), ...steeringOf('sender', sender.steering) },
  };
}

function prefixed<T>(end: string, bag: Record<string, T>): Record<string, T> {
  return Object.fromEntries(Object.entries(bag).map(([key, value]) => [`${end} ${key}`, value]));
}

function addressesOf(end: 'receiver' | 'sender', namespace: string): Record<string, string | number> {
  return prefixed<string | number>(end, {
    namespace,
    interface: interfaceNames[end],
    interfaceIndex: interfaceIndexes[end],
    mac: macs[end],
    address: `${addresses[end]}/${String(prefixLength)}`,
    neighbour: 'permanent',
  });
}

function steeringOf(end: string, steering: Steering | undefined): Record<string, string | number> {
  if (steering === undefined) return {};
  const thread = steering.napiThread;
  return prefixed<string | number>(end, {
    rpsCpus: steering.rpsCpus,
    threaded: steering.threaded,
    ...(thread === null
      ? {}
      : {
          napiThread: thread.comm,
          napiTid: thread.tid,
          napiCpus: thread.cpus.join(','),
          napiNice: thread.nice,
          napiPolicy: thread.policy,
        }),
  });
}
