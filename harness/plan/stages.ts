/**
 * The stages of the receive path. Names and numbers are those of kernel-probes/stages.h, so a new one comes last; a test
 * holds both lists against each other. For the order of a table see `packetOrder`.
 */
export const stageNames = [
  'unattributed',
  'hard-irq',
  'softirq-other',
  'driver-rx',
  'gro',
  'net-rx',
  'ip-tcp',
  'wake-up',
  'transmit',
  'syscall-entry',
  'copy',
  'syscall-return',
  'user',
  'other-rx',
  'driver-irq',
  'net-rx-action',
  'packet-tap',
  'ip',
  'recvmsg',
  'other-irq',
  'probe',
] as const;

export type StageName = (typeof stageNames)[number];

export type ArticleGroup = 'interrupt' | 'softirq' | 'copy' | 'system-call';

/**
 * Every stage once, as a packet meets them on its way up: the interrupt, the softirq, the protocols, the reader. What
 * belongs to no place on the way is last.
 */
export const packetOrder: readonly StageName[] = [
  'hard-irq',
  'driver-irq',
  'other-irq',
  'softirq-other',
  'net-rx-action',
  'driver-rx',
  'gro',
  'net-rx',
  'packet-tap',
  'ip',
  'ip-tcp',
  'wake-up',
  'transmit',
  'syscall-entry',
  'recvmsg',
  'copy',
  'syscall-return',
  'user',
  'other-rx',
  'probe',
  'unattributed',
];

/**
 * Sorted as a packet meets them. A name that this version does not know stands behind the known ones in the order in which
 * it came, and `unattributed` last of all.
 * @param nameOf the stage of an item
 */
export function inPacketOrder<T>(items: Iterable<T>, nameOf: (item: T) => string): T[] {
  const place = (item: T): number => {
    const name = nameOf(item);
    if (name === 'unattributed') return packetOrder.length + 1;
    const index = (packetOrder as readonly string[]).indexOf(name);
    return index < 0 ? packetOrder.length : index;
  };
  return [...items].sort((a, b) => place(a) - place(b));
}

export interface StageDefinition {
  /** What the time between its boundaries is spent on. */
  means: string;
  /** Where the article counted this work; null: it did not. */
  articleGroup: ArticleGroup | null;
}

export const stages: Record<StageName, StageDefinition> = {
  unattributed: { means: 'the receiver’s time that no boundary claims', articleGroup: null },
  'hard-irq': { means: 'interrupt handlers and inter-processor interrupts', articleGroup: 'interrupt' },
  'softirq-other': { means: 'softirqs that are not NET_RX: timers, scheduler, RCU', articleGroup: null },
  'driver-rx': { means: 'NAPI dispatch and the driver’s receive, up to GRO', articleGroup: 'interrupt' },
  gro: { means: 'generic receive offload', articleGroup: 'softirq' },
  'net-rx': { means: 'the core receive: taps, demultiplexing, IP', articleGroup: 'softirq' },
  'ip-tcp': { means: 'TCP from tcp_rcv_established on', articleGroup: 'softirq' },
  'wake-up': { means: 'waking the reader, and its way back onto the CPU', articleGroup: 'softirq' },
  transmit: { means: 'acknowledgements sent by the receiver', articleGroup: null },
  'syscall-entry': {
    means: 'the receive call up to the copy: entry, lookup, dequeue, going to sleep',
    articleGroup: 'system-call',
  },
  copy: { means: 'the copy to user memory', articleGroup: 'copy' },
  'syscall-return': {
    means: 'after the copy: freeing the packet, the way back to user space',
    articleGroup: 'system-call',
  },
  user: { means: 'the program: headers, protocol count, sequence check', articleGroup: null },
  'other-rx': { means: 'packets of other interfaces on the receiver’s CPU', articleGroup: null },
  'driver-irq': { means: 'the card’s own interrupt handler', articleGroup: 'interrupt' },
  'net-rx-action': { means: 'the receive softirq itself and its dispatch of polls', articleGroup: 'softirq' },
  'packet-tap': { means: 'the packet socket’s tap, in softirq', articleGroup: 'softirq' },
  ip: { means: 'IP, up to the transport’s receive function', articleGroup: 'softirq' },
  recvmsg: { means: 'the protocol’s receive function, outside the copy', articleGroup: 'system-call' },
  'other-irq': { means: 'interrupts that are not the receiver’s card’s', articleGroup: null },
  probe: { means: 'what the probes themselves take, in exact runs', articleGroup: null },
};

/** The article’s shares of CPU time, percent (linux-2.4.10, eepro100, TCP receive); the last is its “5 to 6”. */
export const articleShares: Record<ArticleGroup, number> = {
  interrupt: 20,
  softirq: 15,
  copy: 55,
  'system-call': 5.5,
};

/** The article’s saving of libpcap against TCP, percent of CPU time. */
export const articleCaptureSaving = 10;
