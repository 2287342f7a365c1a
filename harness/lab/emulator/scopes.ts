import type { StageName } from '../../plan/stages.js';

/** What a function means to the referee, besides its stage; see native/emulator/referee.h. */
export type ScopeKind =
  'plain' | 'mark' | 'irq' | 'driver-irq' | 'poll' | 'backlog' | 'net-rx' | 'other' | 'wake' | 'recvmsg' | 'switch';

export interface Scope {
  kind: ScopeKind;
  stage: StageName;
  /** The first that the kernel has is taken; those of a list that is not `first` all are. */
  functions: readonly string[];
  /** Only where a card has this driver; undefined: with every one. */
  driver?: string;
  /** Where the function around it goes on when it returns, if not in its own stage. */
  then?: StageName;
  /** It counts only when it is entered in this stage. */
  within?: StageName;
}

/** The actions of the softirqs but NET_RX, by the names that kernels gave them. */
const otherSoftirqs = [
  ['tasklet_hi_action'],
  ['run_timer_softirq'],
  ['net_tx_action'],
  ['blk_done_softirq'],
  ['irq_poll_softirq'],
  ['tasklet_action'],
  ['sched_balance_softirq', 'run_rebalance_domains'],
  ['hrtimer_run_softirq'],
  ['rcu_core_si', 'rcu_process_callbacks'],
];

/**
 * The functions of the receive path and the stages that their instructions belong to: the same boundaries as those of
 * the function tier, written down a second time on purpose, for this is what that tier is checked by.
 */
export const scopes: readonly Scope[] = [
  { kind: 'irq', stage: 'hard-irq', functions: ['__handle_irq_event_percpu', 'handle_irq_event_percpu'] },
  { kind: 'driver-irq', stage: 'driver-irq', functions: ['e100_intr'], driver: 'e100' },
  { kind: 'driver-irq', stage: 'driver-irq', functions: ['e1000_intr'], driver: 'e1000' },
  { kind: 'driver-irq', stage: 'driver-irq', functions: ['vring_interrupt'], driver: 'virtio_net' },
  {
    kind: 'other',
    stage: 'other-irq',
    functions: ['__sysvec_apic_timer_interrupt', 'local_apic_timer_interrupt', 'hrtimer_interrupt'],
  },
  // each by itself: what goes around them is of whatever they interrupt, as it is before irq:softirq_entry fires
  ...otherSoftirqs.map((functions): Scope => ({ kind: 'other', stage: 'softirq-other', functions })),
  { kind: 'net-rx', stage: 'net-rx-action', functions: ['net_rx_action'] },
  { kind: 'poll', stage: 'driver-rx', functions: ['e100_poll'], driver: 'e100' },
  { kind: 'poll', stage: 'driver-rx', functions: ['e1000_clean'], driver: 'e1000' },
  { kind: 'poll', stage: 'driver-rx', functions: ['virtnet_poll'], driver: 'virtio_net' },
  { kind: 'backlog', stage: 'driver-rx', functions: ['process_backlog'] },
  { kind: 'plain', stage: 'gro', functions: ['napi_gro_receive', 'gro_receive_skb'] },
  // net:netif_receive_skb fires at its top; with GRO nothing tells of its end before the poll’s
  { kind: 'mark', stage: 'net-rx', functions: ['__netif_receive_skb_core'] },
  // without GRO the driver calls it for each packet, and goes on with its ring when it returns
  { kind: 'plain', stage: 'driver-rx', functions: ['netif_receive_skb'] },
  // a tap is the receiver’s: where a block’s timer wakes the reader, it is all that tells
  { kind: 'wake', stage: 'packet-tap', functions: ['packet_rcv'] },
  { kind: 'wake', stage: 'packet-tap', functions: ['tpacket_rcv'] },
  // a mark, for it goes on to IP’s later functions by jumps, not by calls
  { kind: 'mark', stage: 'ip', functions: ['ip_rcv'] },
  { kind: 'mark', stage: 'ip', functions: ['ip_list_rcv'] },
  // IP is the way up; what is left of it on the way back is net-rx, as after a tap
  { kind: 'plain', stage: 'ip-tcp', functions: ['tcp_v4_rcv'], then: 'net-rx' },
  { kind: 'wake', stage: 'wake-up', functions: ['sock_def_readable'] },
  { kind: 'plain', stage: 'transmit', functions: ['__dev_queue_xmit'] },
  { kind: 'recvmsg', stage: 'recvmsg', functions: ['tcp_recvmsg'] },
  { kind: 'recvmsg', stage: 'recvmsg', functions: ['packet_recvmsg'] },
  { kind: 'recvmsg', stage: 'recvmsg', functions: ['udp_recvmsg'] },
  { kind: 'plain', stage: 'copy', functions: ['skb_copy_datagram_iter'] },
  { kind: 'plain', stage: 'copy', functions: ['skb_copy_bits'], within: 'packet-tap' },
  // sched:sched_switch fires when it returns; without it a switch is where the stack changes, some 100 instructions later
  { kind: 'switch', stage: 'wake-up', functions: ['psi_task_switch'] },
];
