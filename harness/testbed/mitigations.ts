import type { Waiting } from '../executor/contract.js';
import { forGood, plainReception } from './reception.js';
import type { Isolation, Reception } from './testbed.js';

/** One way to keep interrupts from taking the machine over, with its settings. */
export interface Mitigation {
  /** Names the arm in tables: "deferred 200 µs". */
  label: string;
  reception: Reception;
  waiting: Waiting;
  /** Why it cannot be had with these options, whatever the machine; null when it can. */
  leftOut: string | null;
}

export interface MitigationOptions {
  /** Of the testbed as it came up. */
  isolation: Isolation;
  flushTimeoutsUs: number[];
  deferHardIrqs: number;
  changeMachine: boolean;
}

interface ArmDefinition {
  means: string;
  of(options: MitigationOptions): Mitigation[];
}

/** xdpsock's settings for busy polling (README of xdp-project/bpf-examples/AF_XDP-example): the timer is a safety net. */
const busyPoll = { deferHardIrqs: 2, groFlushTimeoutNs: 200_000 };

/** One packet a poll and one poll a softirq: what the defaults, 64 and 300, are there to avoid. */
const onePacket = { 'net.core.netdev_budget': 1, 'net.core.dev_weight': 1 };

export const arms = {
  testbed: {
    means: 'the testbed as it comes up, by its isolation; in a guest the card’s interrupts',
    of: ({ isolation }) => [mitigation('testbed', plainReception(isolation))],
  },
  backlog: {
    means: 'no NAPI: each packet into the backlog of the receiver’s CPU, and a softirq (the shape of linux-2.4)',
    of: () => [mitigation('backlog', plainReception('rps'))],
  },
  napi: {
    means: 'NAPI in softirq, on the sender’s CPU, in its own send call',
    of: () => [mitigation('napi', plainReception('napi-softirq'))],
  },
  threaded: {
    means: 'NAPI in a thread on the receiver’s CPU',
    of: () => [mitigation('threaded', plainReception('napi-thread'))],
  },
  'busy-poll': {
    means: 'the reader polls NAPI from its own calls; a NAPI thread and a timer behind it',
    of: () => [{ ...mitigation('busy-poll', { ...plainReception('napi-thread'), ...busyPoll }), waiting: 'busy-poll' }],
  },
  deferred: {
    means: 'threaded, notification off until some polls by a timer found nothing',
    of: ({ flushTimeoutsUs, deferHardIrqs }) =>
      flushTimeoutsUs.map((us) =>
        mitigation(`deferred ${String(us)} µs`, {
          ...plainReception('napi-thread'),
          groFlushTimeoutNs: us * 1000,
          deferHardIrqs,
        }),
      ),
  },
  watchdog: {
    means: 'NAPI in softirq on the receiver’s CPU, polled by a timer alone, notification off for good',
    of: ({ flushTimeoutsUs }) =>
      flushTimeoutsUs.map((us) =>
        mitigation(`watchdog ${String(us)} µs`, {
          ...plainReception('napi-softirq'),
          groFlushTimeoutNs: us * 1000,
          deferHardIrqs: forGood,
          pollOnReceiver: true,
        }),
      ),
  },
  'budget-1': {
    means: 'backlog with NAPI weight and softirq budget 1, which are sysctls of the whole machine',
    of: ({ changeMachine }) => [
      {
        ...mitigation('budget-1', { ...plainReception('rps'), machineSysctls: onePacket }),
        leftOut: changeMachine
          ? null
          : 'net.core.netdev_budget and dev_weight are the whole machine’s: --set changeMachine=true changes them meanwhile',
      },
    ],
  },
  'irq-suspend': {
    means: 'interrupts off for as long as the reader finds packets (irq-suspend-timeout), a NAPI thread between',
    of: () => [
      { ...mitigation('irq-suspend', { ...plainReception('napi-thread'), ...busyPoll }), waiting: 'irq-suspend' },
    ],
  },
} as const satisfies Record<string, ArmDefinition>;

export type Arm = keyof typeof arms;
export const armNames = Object.keys(arms) as Arm[];

/** Each arm that was asked for, once for each of its settings. */
export function mitigationsOf(names: readonly Arm[], options: MitigationOptions): Mitigation[] {
  return names.flatMap((name) => (arms[name] as ArmDefinition).of(options));
}

function mitigation(label: string, reception: Reception): Mitigation {
  return { label, reception, waiting: 'sleep', leftOut: null };
}
