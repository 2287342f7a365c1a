import { isIPv4 } from 'node:net';
import { failure, usageError } from '../errors.js';
import type { TrafficKind } from '../executor/contract.js';
import { ipJson, noAddress, noMac } from './interface.js';
import type { Interface } from './interface.js';

const macPattern = /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i;

/** @throws PktpathError (usage) for a text that is no MAC address of one station */
export function checkMac(text: string): void {
  if (!macPattern.test(text)) {
    throw usageError(
      `--to ${JSON.stringify(text.slice(0, 80))} is no MAC address, and raw frames go to one`,
      'e.g. --to 02:70:6b:00:00:01; UDP and TCP go to an IPv4 address: --traffic udp',
    );
  }
  // the first bit on the wire tells groups from stations (IEEE 802)
  if (Number.parseInt(text.slice(0, 2), 16) % 2 === 1) {
    throw usageError(`--to ${text} is a broadcast or multicast address`, 'send to the MAC address of one receiver');
  }
}

/** @throws PktpathError (usage) for a text that is no IPv4 address of one host */
export function checkAddress(text: string): void {
  if (!isIPv4(text)) {
    throw usageError(
      `--to ${JSON.stringify(text.slice(0, 80))} is no IPv4 address, and UDP and TCP go to one`,
      'e.g. --to 198.18.0.1; raw frames go to a MAC address: --traffic raw',
    );
  }
  const first = Number(text.split('.')[0]);
  if (first === 0 || first >= 224) {
    throw usageError(`--to ${text} is no address of one host`, 'send to the IPv4 address of one receiver');
  }
}

interface Route {
  dev?: string;
  gateway?: string;
  type?: string;
}

/** Of the peer, what the generator needs; `frames`: it makes whole frames itself. */
export async function resolvePeer(
  to: string,
  traffic: TrafficKind,
  frames: boolean,
  from: Interface,
): Promise<{ mac: string; address: string }> {
  if (traffic === 'raw') {
    if (from.mac === null) {
      throw usageError(`interface ${from.name} is no Ethernet`, 'send --traffic udp or tcp-message over it');
    }
    return { mac: to, address: noAddress };
  }
  const route = await routeTo(to, from);
  if (!frames) return { mac: noMac, address: to };
  if (from.address === null) throw usageError(`interface ${from.name} has no IPv4 address to send from`);
  return { mac: await neighbour(route.gateway ?? to, from), address: to };
}

/** The stack sends where its routes lead; that has to be by the interface that was named, or not at all. */
async function routeTo(to: string, from: Interface): Promise<Route> {
  const [route] = await ipJson<Route>(from.namespace, ['route', 'get', to]).catch((error: unknown) => {
    throw failure(`there is no route to ${to}`, `give ${from.name} an address in its network`, error);
  });
  if (route?.type === 'broadcast' || route?.type === 'multicast') {
    throw usageError(`--to ${to} is a ${route.type} address`, 'send to the IPv4 address of one receiver');
  }
  if (route?.dev !== from.name) {
    throw usageError(
      `the route to ${to} leads by ${route?.dev ?? 'no interface'}, not by ${from.name}`,
      `name that interface, or see why: ip route get ${to}`,
    );
  }
  return route;
}

async function neighbour(address: string, from: Interface): Promise<string> {
  const known = await ipJson<{ lladdr?: string }>(from.namespace, ['neighbour', 'show', address, 'dev', from.name]);
  const mac = known.find(({ lladdr }) => lladdr !== undefined)?.lladdr;
  if (mac !== undefined) return mac;
  throw failure(
    `the MAC address of ${address} is not known, and this way of sending makes its frames itself`,
    `let the kernel find it first: ping -c 1 ${address}`,
  );
}
