import type { PathName } from '../executor/contract.js';
import { paths } from '../paths/paths.js';
import type { PathDefinition } from '../paths/paths.js';
import type { Isolation } from '../testbed/testbed.js';
import type { StageName } from './stages.js';

/** How a boundary may be realised. A later tier goes in front of the candidates that it beats. */
export interface Candidate {
  tier: 'tracepoint' | 'user-mark';
  /** What it hangs on, e.g. net:netif_receive_skb. */
  targets: readonly string[];
  /** BPF programs that have to load and attach, all of them; none for a user-space mark. */
  programs: readonly string[];
}

/** What decides which boundaries a packet meets. */
export interface Place {
  path: PathName;
  isolation: Isolation;
  /** Native XDP takes the packet before there is an skb. */
  inDriver: boolean;
  /** Native XDP runs the program, whether or not it takes the packet; where nobody says: as `inDriver`. */
  runsInDriver?: boolean;
}

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

function tracepoint(...targets: string[]): Candidate {
  return { tier: 'tracepoint', targets, programs: targets.map((target) => target.slice(target.indexOf(':') + 1)) };
}

const always = (): boolean => true;
const where =
  (test: (definition: PathDefinition, place: Place) => boolean) =>
  (place: Place): boolean =>
    test(paths[place.path], place);

const onTcp = ({ path }: Place): boolean => path === 'tcp';
const onUdp = ({ path }: Place): boolean => path === 'udp' || path === 'udp-recvmmsg';
const withNapi = ({ isolation }: Place): boolean => isolation === 'napi-thread';
/** A packet that native XDP has not taken becomes an skb. */
const withSkb = ({ inDriver }: Place): boolean => !inDriver;
/** Somebody reads; programs in the kernel have no reader. */
const withReader = where(({ taker }) => taker !== 'kernel');
const fromPacketSocket = where(({ taker, attaches }) => taker === 'call' && attaches === 'tap');
const intoRing = where(({ taker }) => taker === 'ring');
const programInDriver = ({ inDriver, runsInDriver = inDriver }: Place): boolean => runsInDriver;
const byProgram = where(({ taker, attaches }) => taker === 'kernel' || attaches === 'xdp');

const mark = (what: string): Candidate => ({ tier: 'user-mark', targets: [`the reader’s mark ${what}`], programs: [] });

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
    boundary: 'softirq',
    stage: 'softirq-other',
    candidates: [tracepoint('irq:softirq_entry', 'irq:softirq_exit')],
    required: true,
    applies: always,
  },
  {
    boundary: 'driver-rx:enter',
    stage: 'driver-rx',
    candidates: [tracepoint('napi:napi_poll')],
    required: true,
    applies: withNapi,
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
    applies: (place) => withNapi(place) && withSkb(place),
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
    boundary: 'packet-tap:enter',
    stage: null,
    candidates: [],
    applies: where(({ attaches }) => attaches === 'tap'),
    mergedInto: 'net-rx',
    withoutCandidates: 'packet_rcv and tpacket_rcv have no tracepoint',
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
    boundary: 'ip-tcp:enter',
    stage: 'ip-tcp',
    candidates: [tracepoint('tcp:tcp_probe')],
    applies: onTcp,
    mergedInto: 'net-rx',
  },
  {
    boundary: 'wake-up:enter',
    stage: 'wake-up',
    candidates: [tracepoint('sched:sched_waking')],
    applies: onTcp,
    mergedInto: 'ip-tcp',
  },
  {
    boundary: 'wake-up:enter',
    stage: 'wake-up',
    candidates: [tracepoint('sched:sched_waking')],
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
    candidates: [tracepoint('net:net_dev_queue', 'net:net_dev_xmit')],
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
    boundary: 'copy:enter',
    stage: 'copy',
    candidates: [tracepoint('skb:skb_copy_datagram_iovec')],
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
    stage: null,
    candidates: [],
    applies: (place) => intoRing(place) && withSkb(place) && !byProgram(place),
    mergedInto: 'net-rx',
    withoutCandidates: 'tpacket_rcv copies into the ring in softirq context and has no tracepoint',
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
    candidates: [tracepoint('tcp:tcp_rcv_space_adjust')],
    applies: onTcp,
    mergedInto: 'copy',
  },
  {
    boundary: 'copy:exit',
    stage: 'syscall-return',
    candidates: [tracepoint('skb:consume_skb')],
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
