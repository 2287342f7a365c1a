import type { PathName, PathSpec, TrafficKind } from '../executor/contract.js';

export interface PathDefinition {
  means: string;
  /** What it can be sent; the first is what it gets when nobody says. */
  traffic: readonly [TrafficKind, ...TrafficKind[]];
  /** Our own reader down to the call, so that it can mark where it enters and leaves the kernel. */
  marked: boolean;
  /** Who has the packet in the end: a reader's call, a reader of a ring that softirq fills, a program in the kernel. */
  taker: 'call' | 'ring' | 'kernel';
  /** Where it takes the packet: the protocol's socket, a tap beside the stack, an XDP or a tc program. */
  attaches: 'socket' | 'tap' | 'xdp' | 'tc';
}

const raw = ['raw', 'udp'] as const satisfies TrafficKind[];

/** Every road to the program, in the order of tables: the stack, sockets, rings, AF_XDP, programs in the kernel. */
export const paths: Record<PathName, PathDefinition> = {
  tcp: {
    means: 'through the TCP/IP stack to recv(2)',
    traffic: ['tcp-message', 'tcp-bulk'],
    marked: true,
    taker: 'call',
    attaches: 'socket',
  },
  udp: {
    means: 'through the UDP/IP stack, one recv(2) a datagram',
    traffic: ['udp'],
    marked: true,
    taker: 'call',
    attaches: 'socket',
  },
  'udp-recvmmsg': {
    means: 'through the UDP/IP stack, recvmmsg(2): many datagrams a call',
    traffic: ['udp'],
    marked: true,
    taker: 'call',
    attaches: 'socket',
  },
  'sock-packet': {
    means: 'a SOCK_PACKET socket, the article’s own type, one recvfrom(2) a packet',
    traffic: raw,
    marked: true,
    taker: 'call',
    attaches: 'tap',
  },
  'packet-recvfrom': {
    means: 'an AF_PACKET socket, one recvfrom(2) a packet',
    traffic: raw,
    marked: true,
    taker: 'call',
    attaches: 'tap',
  },
  'packet-recvmmsg': {
    means: 'an AF_PACKET socket, recvmmsg(2): many packets a call',
    traffic: raw,
    marked: true,
    taker: 'call',
    attaches: 'tap',
  },
  'tpacket-v1': {
    means: 'a mapped receive ring, TPACKET_V1: a slot a packet',
    traffic: raw,
    marked: true,
    taker: 'ring',
    attaches: 'tap',
  },
  'tpacket-v2': {
    means: 'a mapped receive ring, TPACKET_V2: a slot a packet',
    traffic: raw,
    marked: true,
    taker: 'ring',
    attaches: 'tap',
  },
  'tpacket-v3': {
    means: 'a mapped receive ring, TPACKET_V3: blocks of packets',
    traffic: raw,
    marked: true,
    taker: 'ring',
    attaches: 'tap',
  },
  libpcap: {
    means: 'pcap_dispatch(3), the packets in a ring that the kernel fills',
    traffic: raw,
    marked: false,
    taker: 'ring',
    attaches: 'tap',
  },
  'af-xdp': {
    means: 'an AF_XDP socket: an XDP program hands frames to a ring',
    traffic: raw,
    marked: true,
    taker: 'ring',
    attaches: 'xdp',
  },
  'xdp-count': {
    means: 'counted in the kernel by an XDP program; no packet reaches a program',
    traffic: raw,
    marked: false,
    taker: 'kernel',
    attaches: 'xdp',
  },
  'tc-count': {
    means: 'counted in the kernel by an eBPF program at tc ingress',
    traffic: raw,
    marked: false,
    taker: 'kernel',
    attaches: 'tc',
  },
  'socket-filter-count': {
    means: 'counted in the kernel by an eBPF filter of an AF_PACKET socket',
    traffic: raw,
    marked: false,
    taker: 'kernel',
    attaches: 'tap',
  },
};

export const pathNames = Object.keys(paths) as PathName[];

/** Whether native XDP runs the path's program: in the driver, before there is an skb and before GRO. */
export function runsInDriver(path: PathSpec): boolean {
  return (path.name === 'af-xdp' || path.name === 'xdp-count') && path.mode !== 'generic';
}

/** Whether the packet ends there. One that is only counted, and passed on, becomes an skb and meets GRO and the stack. */
export function takenInDriver(path: PathSpec): boolean {
  return runsInDriver(path) && !('action' in path && path.action === 'pass');
}
