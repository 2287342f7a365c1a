import { run } from './command.js';
import { addresses, interfaceIndexes, interfaceNames, macs, prefixLength } from './names.js';

export type EndName = 'receiver' | 'sender';
export const endNames: readonly EndName[] = ['receiver', 'sender'];

/** Makes the veth pair, down, one end straight into each namespace, so that it is never seen outside. */
export async function createPair(namespaces: Record<EndName, string>, mtu: number): Promise<void> {
  const end = (name: EndName): string[] => [
    ...['name', interfaceNames[name], 'index', String(interfaceIndexes[name]), 'netns', namespaces[name]],
    ...['address', macs[name], 'mtu', String(mtu), 'numtxqueues', '1', 'numrxqueues', '1'],
  ];
  await run('ip', ['link', 'add', ...end('receiver'), 'type', 'veth', 'peer', ...end('sender')]);
}

/**
 * Brings one end up with its address and the other end as a permanent neighbour: nothing is sent that the generator
 * did not send, no ARP, no IGMP.
 */
export async function configureEnd(name: EndName, namespace: string): Promise<void> {
  const other = name === 'receiver' ? 'sender' : 'receiver';
  const device = interfaceNames[name];
  const commands = [
    'link set dev lo up',
    `link set dev ${device} multicast off`,
    `address add ${addresses[name]}/${String(prefixLength)} dev ${device}`,
    `link set dev ${device} up`,
    `neighbour add ${addresses[other]} lladdr ${macs[other]} dev ${device} nud permanent`,
  ];
  await run('ip', ['-n', namespace, '-batch', '-'], `${commands.join('\n')}\n`);
}

/** Removes the pair at once; the kernel would otherwise do it some time after the namespaces have gone. */
export async function deletePair(namespace: string, name: EndName): Promise<void> {
  await run('ip', ['-n', namespace, 'link', 'delete', 'dev', interfaceNames[name]]);
}
