import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { failure, usageError } from '../errors.js';
import type { EndpointSpec } from '../executor/contract.js';
import { unknownWord } from '../run/nearest.js';
import { run } from '../testbed/command.js';
import { namespaceDirectory } from '../testbed/names.js';

/** What an interface without one is given where a MAC or an IPv4 address has to stand and is not used. */
export const noMac = '00:00:00:00:00:00';
export const noAddress = '0.0.0.0';

/** An interface of the user's, as the kernel tells it. */
export interface Interface {
  name: string;
  /** Name of its network namespace; null: that of the command itself. */
  namespace: string | null;
  index: number;
  /** Null where it has none, or one that is not Ethernet's. */
  mac: string | null;
  /** Its first IPv4 address. */
  address: string | null;
}

/** One element of `ip -json address show`. */
interface AddressEntry {
  ifindex: number;
  ifname: string;
  flags: string[];
  link_type?: string;
  address?: string;
  addr_info?: { family: string; local?: string }[];
}

/** `ip` within the namespace, its answer read. */
export async function ipJson<T>(namespace: string | null, args: readonly string[]): Promise<T[]> {
  const text = await run('ip', [...(namespace === null ? [] : ['-n', namespace]), '-json', ...args]);
  return (text.trim() === '' ? [] : JSON.parse(text)) as T[];
}

/**
 * @throws PktpathError (usage) when there is no such namespace or interface, with the nearest that are;
 *   (failed) when the interface is down
 */
export async function readInterface(name: string, namespace: string | null): Promise<Interface> {
  if (namespace !== null) await checkNamespace(namespace);
  const entries = await ipJson<AddressEntry>(namespace, ['address', 'show']);
  const where = namespace === null ? '' : ` in namespace ${namespace}`;
  const entry = entries.find(({ ifname }) => ifname === name);
  if (entry === undefined) {
    const known = entries.map(({ ifname }) => ifname);
    throw usageError(
      `no interface ${unknownWord(name, known)}${where}`,
      `see them all: ip ${namespace === null ? '' : `-n ${namespace} `}link show`,
    );
  }
  if (!entry.flags.includes('UP')) {
    throw failure(
      `interface ${name}${where} is down`,
      `bring it up: ip ${namespace === null ? '' : `-n ${namespace} `}link set ${name} up`,
    );
  }
  const ethernet = entry.link_type === 'ether' || entry.link_type === 'loopback';
  return {
    name,
    namespace,
    index: entry.ifindex,
    mac: ethernet ? (entry.address ?? null) : null,
    address: entry.addr_info?.find(({ family }) => family === 'inet')?.local ?? null,
  };
}

async function checkNamespace(namespace: string): Promise<void> {
  const known = await readdir(namespaceDirectory).catch((): string[] => []);
  if (known.includes(namespace)) return;
  const nearby = known.length === 0 ? `${JSON.stringify(namespace)}; there is none` : unknownWord(namespace, known);
  throw usageError(`no network namespace ${nearby}`, 'see them all: ip netns list');
}

/** @param cpu that its thread is pinned to */
export function endpoint(end: Interface, cpu: number): EndpointSpec {
  return {
    netns: end.namespace === null ? '' : join(namespaceDirectory, end.namespace),
    interface: end.name,
    interfaceIndex: end.index,
    mac: end.mac ?? noMac,
    address: end.address ?? noAddress,
    cpu,
    napiTid: 0,
    irq: 0,
  };
}
