import {
  always,
  bothSides,
  byProgram,
  fromPacketSocket,
  intoRing,
  intoTapRing,
  mark,
  onCard,
  onFunction,
  onTcp,
  onUdp,
  programInDriver,
  sides,
  tracepoint,
  wakeUp,
  where,
  withNapi,
  withReader,
  withSkb,
} from './candidates.js';
import type { Candidate, Place } from './candidates.js';
import type { StageName } from './stages.js';
import { driversDiffer, usesGro } from './targets.js';

export interface BoundaryDefinition {
  boundary: string;
  /** The stage that begins here; null for one that only ends another. */
  stage: StageName | null;
  /** Tried in order; the first whose programs all work is taken. */
  candidates: readonly Candidate[];
  /** No accounting without it. */
  required?: true;
  /** Where a packet of this path, on this testbed, meets it at all. */
  applies(where: Place): boolean;
  /** What the stage's time is counted as when nothing realises it. */
  mergedInto?: StageName;
  /** What no tier so far can see here. */
  withoutCandidates?: string;
}

/** Every boundary, in the order in which a packet meets them. */
export const boundaries: readonly BoundaryDefinition[] = [
  {
    boundary: 'task:switch',
    stage: null,
    candidates: [tracepoint('sched:sched_switch')],
    required: true,
    applies: always,
  },
  {
    boundary: 'hard-irq',
    stage: 'hard-irq',
    candidates: [tracepoint('irq:irq_handler_entry', 'irq:irq_handler_exit')],
    required: true,
    applies: always,
  },
  {
    boundary: 'hard-irq:timer',
    stage: 'hard-irq',
    candidates: [tracepoint('irq_vectors:local_timer_entry', 'irq_vectors:local_timer_exit')],
    applies: always,
  },
  {
    boundary: 'hard-irq:inter-processor',
    stage: 'hard-irq',
    candidates: [
      tracepoint(
        'irq_vectors:reschedule_entry',
        'irq_vectors:reschedule_exit',
        'irq_vectors:call_function_entry',
        'irq_vectors:call_function_exit',
        'irq_vectors:call_function_single_entry',
        'irq_vectors:call_function_single_exit',
      ),
    ],
    applies: always,
  },
  {
    boundary: 'hard-irq:irq-work',
    stage: 'hard-irq',
    candidates: [tracepoint('irq_vectors:irq_work_entry', 'irq_vectors:irq_work_exit')],
    applies: always,
  },
  {
    boundary: 'driver-irq',
    stage: 'driver-irq',
    candidates: [
      ...onFunction('the driver’s interrupt handler', sides('device_irq')),
      ...onFunction('vring_interrupt', sides('line_irq')),
    ],
    applies: onCard,
    mergedInto: 'hard-irq',
  },
  {
    boundary: 'softirq',
    stage: 'softirq-other',
    candidates: [tracepoint('irq:softirq_entry', 'irq:softirq_exit')],
    required: true,
    applies: always,
  },
  {
    boundary: 'driver-rx:enter',
    stage: 'driver-rx',
    candidates: [...onFunction('the driver’s poll', sides('driver_poll')), tracepoint('napi:napi_poll')],
    required: true,
    applies: withNapi,
  },
  {
    boundary: 'other-rx',
    stage: 'other-rx',
    candidates: onFunction('the sender’s driver’s poll', ['sender_poll_enter']),
    applies: (place) => onCard(place) && driversDiffer(place.drivers),
    mergedInto: 'net-rx-action',
  },
  {
    boundary: 'net-rx:poll',
    stage: 'net-rx',
    candidates: [tracepoint('napi:napi_poll')],
    applies: (place) => !withNapi(place),
  },
  {
    boundary: 'gro:enter',
    stage: 'gro',
    candidates: [tracepoint('net:napi_gro_receive_entry', 'net:napi_gro_receive_exit')],
    applies: (place) => withNapi(place) && withSkb(place) && usesGro(place.drivers),
    mergedInto: 'driver-rx',
  },
  {
    boundary: 'net-rx:enter',
    stage: 'net-rx',
    candidates: [tracepoint('net:netif_receive_skb')],
    required: true,
    applies: withSkb,
  },
  {
    boundary: 'net-rx:exit',
    stage: 'driver-rx',
    candidates: [tracepoint('net:netif_receive_skb_exit')],
    applies: (place) => onCard(place) && withSkb(place) && !usesGro(place.drivers),
    mergedInto: 'net-rx',
  },
  {
    boundary: 'packet-tap:enter',
    stage: 'packet-tap',
    candidates: bothSides('packet_rcv'),
    applies: where(({ taker, attaches }, { path }) => taker === 'call' && attaches === 'tap' && path !== 'sock-packet'),
    mergedInto: 'net-rx',
  },
  {
    boundary: 'packet-tap:enter',
    stage: 'packet-tap',
    candidates: bothSides('packet_rcv_spkt'),
    applies: ({ path }) => path === 'sock-packet',
    mergedInto: 'net-rx',
  },
  {
    boundary: 'packet-tap:enter',
    stage: 'packet-tap',
    candidates: bothSides('tpacket_rcv'),
    applies: (place) => intoTapRing(place),
    mergedInto: 'net-rx',
  },
  {
    boundary: 'packet-tap:enter',
    stage: null,
    candidates: [],
    applies: where(({ taker, attaches }) => taker === 'kernel' && attaches === 'tap'),
    mergedInto: 'net-rx',
    withoutCandidates: 'the tap’s receive function is not followed for a socket that takes nothing',
  },
  {
    boundary: 'program:enter',
    stage: null,
    candidates: [],
    applies: (place) => byProgram(place) && !programInDriver(place),
    mergedInto: 'net-rx',
    withoutCandidates: 'a program that is run has no tracepoint of its own',
  },
  {
    boundary: 'program:enter',
    stage: null,
    candidates: [],
    applies: (place) => byProgram(place) && programInDriver(place),
    mergedInto: 'driver-rx',
    withoutCandidates: 'a program that is run has no tracepoint of its own',
  },
  {
    boundary: 'udp:enter',
    stage: null,
    candidates: [],
    applies: onUdp,
    mergedInto: 'net-rx',
    withoutCandidates: 'udp_rcv has no tracepoint',
  },
  {
    boundary: 'ip:enter',
    stage: 'ip',
    candidates: onFunction('ip_rcv, ip_list_rcv', ['ip_rcv_enter', 'ip_list_rcv_enter']),
    applies: onTcp,
    mergedInto: 'net-rx',
  },
  {
    boundary: 'ip-tcp:enter',
    stage: 'ip-tcp',
    candidates: [...bothSides('tcp_v4_rcv'), tracepoint('tcp:tcp_probe')],
    applies: onTcp,
    mergedInto: 'net-rx',
  },
  {
    boundary: 'wake-up:enter',
    stage: 'wake-up',
    candidates: wakeUp,
    applies: onTcp,
    mergedInto: 'ip-tcp',
  },
  {
    boundary: 'wake-up:enter',
    stage: 'wake-up',
    candidates: wakeUp,
    applies: (place) => !onTcp(place) && withReader(place) && withSkb(place),
    mergedInto: 'net-rx',
  },
  {
    boundary: 'wake-up:enter',
    stage: 'wake-up',
    candidates: [tracepoint('sched:sched_waking')],
    applies: (place) => withReader(place) && !withSkb(place),
    mergedInto: 'driver-rx',
  },
  {
    boundary: 'transmit',
    stage: 'transmit',
    candidates: [
      ...onFunction('__dev_queue_xmit', sides('dev_queue_xmit')),
      tracepoint('net:net_dev_queue', 'net:net_dev_xmit'),
    ],
    applies: onTcp,
    mergedInto: 'syscall-return',
  },
  {
    boundary: 'syscall:enter',
    stage: 'syscall-entry',
    candidates: [mark('before the receive call'), tracepoint('raw_syscalls:sys_enter')],
    required: true,
    applies: withReader,
  },
  {
    boundary: 'recvmsg:enter',
    stage: 'recvmsg',
    candidates: bothSides('tcp_recvmsg'),
    applies: onTcp,
    mergedInto: 'syscall-entry',
  },
  {
    boundary: 'recvmsg:enter',
    stage: 'recvmsg',
    candidates: bothSides('udp_recvmsg'),
    applies: onUdp,
    mergedInto: 'syscall-entry',
  },
  {
    boundary: 'recvmsg:enter',
    stage: 'recvmsg',
    candidates: bothSides('packet_recvmsg'),
    applies: fromPacketSocket,
    mergedInto: 'syscall-entry',
  },
  {
    boundary: 'copy:enter',
    stage: 'copy',
    candidates: [...onFunction('skb_copy_datagram_iter', sides('copy')), tracepoint('skb:skb_copy_datagram_iovec')],
    applies: (place) => onTcp(place) || fromPacketSocket(place),
    mergedInto: 'syscall-entry',
  },
  {
    boundary: 'copy:enter',
    stage: null,
    candidates: [],
    applies: onUdp,
    mergedInto: 'syscall-entry',
    withoutCandidates: 'a linear datagram is copied by copy_linear_skb, which has no tracepoint',
  },
  {
    boundary: 'copy:ring',
    stage: 'copy',
    // it is told from other copies by the tap that it comes from
    candidates: onFunction('skb_copy_bits', [...sides('ring_copy'), ...sides('tpacket_rcv')]),
    applies: (place) => intoRing(place) && withSkb(place) && !byProgram(place),
    mergedInto: 'net-rx',
  },
  {
    boundary: 'copy:ring',
    stage: null,
    candidates: [],
    applies: (place) => intoRing(place) && withSkb(place) && byProgram(place),
    mergedInto: 'net-rx',
    withoutCandidates: 'xsk_generic_rcv copies into the ring in softirq context and has no tracepoint',
  },
  {
    boundary: 'copy:ring',
    stage: null,
    candidates: [],
    applies: (place) => intoRing(place) && !withSkb(place),
    mergedInto: 'driver-rx',
    withoutCandidates: 'xsk_rcv copies into the ring within the driver’s poll and has no tracepoint',
  },
  {
    boundary: 'copy:exit',
    stage: 'syscall-return',
    candidates: [...onFunction('skb_copy_datagram_iter', sides('copy')), tracepoint('tcp:tcp_rcv_space_adjust')],
    applies: onTcp,
    mergedInto: 'copy',
  },
  {
    boundary: 'copy:exit',
    stage: 'syscall-return',
    candidates: [...onFunction('skb_copy_datagram_iter', sides('copy')), tracepoint('skb:consume_skb')],
    applies: fromPacketSocket,
    mergedInto: 'copy',
  },
  {
    boundary: 'syscall:exit',
    stage: 'user',
    candidates: [mark('after the receive call'), tracepoint('raw_syscalls:sys_exit')],
    required: true,
    applies: withReader,
  },
];
