import type { CpuAccount, StateTime } from '../executor/contract.js';
import type { Isolation } from '../testbed/testbed.js';

/** The context that ran a piece of the receive path. */
export const contexts = ['hardirq', 'softirq', 'napi-thread', 'system-call', 'user'] as const;
export type Context = (typeof contexts)[number];

export interface Placement {
  isolation: Isolation;
  receiverCpu: number;
  senderCpu: number;
}

/** Work in interrupts and softirqs of the receiver's CPU that is not for the receiver's packets. */
const notReceiving: ReadonlySet<string> = new Set(['softirq-other', 'other-rx', 'other-irq']);

/** What the receive path does inside the sender's send call when nothing steers it elsewhere. */
const inlineStages: ReadonlySet<string> = new Set([
  ...['driver-rx', 'net-rx-action', 'gro', 'net-rx', 'packet-tap', 'ip', 'ip-tcp', 'wake-up', 'copy'],
]);

/** Where the receive softirq runs on the CPU of whoever sends. */
const onSender: ReadonlySet<Isolation> = new Set(['inline', 'napi-softirq']);

/**
 * Whether a state's time is part of receiving a packet, and in which context it ran: the reader and the receiver's
 * NAPI thread wherever they run, interrupts and softirqs of the receiver's CPU, whoever was interrupted (under `interrupt`
 * that may be the sender), and under `inline` and
 * `napi-softirq` the receive softirq on the sender's CPU. Null: it is not; what the probes
 * account for themselves never is.
 */
export function contextOf(
  cpu: CpuAccount['cpu'],
  state: Pick<StateTime, 'layer' | 'owner' | 'stage'>,
  placement: Placement,
): Context | null {
  if (state.stage === 'probe') return null;
  if (state.layer === 'task') {
    if (state.owner === 'receiver') return state.stage === 'user' ? 'user' : 'system-call';
    return state.owner === 'receiver-napi' ? 'napi-thread' : null;
  }
  if (cpu === placement.receiverCpu) return notReceiving.has(state.stage) ? null : state.layer;
  const inline = onSender.has(placement.isolation) && cpu === placement.senderCpu && state.layer === 'softirq';
  return inline && inlineStages.has(state.stage) ? 'softirq' : null;
}
