import type { PathName } from '../../harness/executor/contract.js';
import type { Road } from '../roads.js';

/** Roads that work alike, in the order of panels. */
export const families = ['stack', 'packet socket', 'ring', 'libpcap', 'AF_XDP', 'in the kernel', 'other'] as const;
export type Family = (typeof families)[number];

const familyOfPath: Record<PathName, Family> = {
  tcp: 'stack',
  udp: 'stack',
  'udp-recvmmsg': 'stack',
  'sock-packet': 'packet socket',
  'packet-recvfrom': 'packet socket',
  'packet-recvmmsg': 'packet socket',
  'tpacket-v1': 'ring',
  'tpacket-v2': 'ring',
  'tpacket-v3': 'ring',
  libpcap: 'libpcap',
  'af-xdp': 'AF_XDP',
  'xdp-count': 'in the kernel',
  'tc-count': 'in the kernel',
  'socket-filter-count': 'in the kernel',
};

/** A path that this version does not know is of no family. */
export function familyOf({ path }: Pick<Road, 'path'>): Family {
  return Object.hasOwn(familyOfPath, path) ? familyOfPath[path as PathName] : 'other';
}
