import { elsewhere, here, receiver, receiverNapi, receiverPort, sender, stranger } from './replay.js';

export interface Choice {
  gap: number;
  pick: number;
}

const tids = [0, receiver, receiverNapi, sender, stranger];
const interrupts = ['irq_handler', 'local_timer', 'reschedule', 'call_function', 'call_function_single', 'irq_work'];

/** Anything that fires in any context and changes none. */
const anywhere = [
  `napi_poll ${here} work=2`,
  `napi_gro_receive_entry ${here} len=60`,
  `napi_gro_receive_entry ${elsewhere} len=60`,
  'napi_gro_receive_exit',
  `netif_receive_skb ${here} len=60`,
  `netif_receive_skb ${elsewhere} len=60`,
  `tcp_probe port=${String(receiverPort)} payload=20 known=0`,
  'tcp_probe port=1 payload=20 known=0',
  `sched_waking pid=${String(receiver)}`,
  'sched_waking pid=1',
  `net_dev_queue ${here} len=60`,
  'net_dev_xmit',
  'consume_skb',
];

/** A receiver that goes round its loop; it can sleep in its call alone. */
class Loop {
  private place: 'call' | 'copied' | 'user' = 'call';

  constructor(private readonly marks: boolean) {}

  step(pick: number): string {
    switch (this.place) {
      case 'call':
        if (pick % 3 === 0) return 'tcp_rcv_space_adjust';
        this.place = 'copied';
        return 'skb_copy_datagram_iovec len=60';
      case 'copied':
        if (pick % 2 === 0) return 'consume_skb';
        this.place = 'user';
        return this.marks ? 'mark:returned' : 'sys_exit';
      case 'user':
        this.place = 'call';
        return this.marks ? 'mark:calling' : 'sys_enter';
    }
  }

  /** Whether other code of the kernel can run in this task's name. */
  get inKernel(): boolean {
    return this.place !== 'user';
  }
}

/**
 * A well-formed sequence from a list of choices: interrupts nest in everything, softirqs in tasks, tasks switch when
 * nothing is above them. All layers are left before the window closes.
 */
export function grow(choices: readonly Choice[], marks: boolean): string[] {
  const loop = new Loop(marks);
  let now = 1000; // a running machine's clock is never 0, which the account takes for "not away"
  const lines = [`${String(now)} 0 window_open`];
  const above: string[] = [];
  let task = 0;
  const add = (event: string): void => {
    lines.push(`${String(now)} 0 ${event}`);
  };
  for (const { gap, pick } of choices) {
    now += gap;
    const detail = Math.floor(pick / 10);
    const kind = pick % 10;
    const layer = above.at(-1);
    if (kind === 0 && above.length < 4) {
      const name = interrupts[detail % interrupts.length] ?? '';
      above.push(name);
      add(`${name}_entry`);
    } else if (kind === 1 && layer === undefined) {
      above.push('softirq');
      add(`softirq_entry vec=${String(detail % 10)}`);
    } else if (kind <= 3 && layer !== undefined) {
      above.pop();
      add(`${layer}_exit`);
    } else if (kind <= 4 && layer === undefined) {
      const next = tids[detail % tids.length] ?? 0;
      const sleeps = task === receiver ? loop.inKernel && detail % 2 === 0 : detail % 2 === 0;
      if (next === task) continue;
      add(`sched_switch preempt=${sleeps ? '0' : '1'} prev_state=${sleeps ? '1' : '0'} next=${String(next)}`);
      task = next;
    } else if (kind <= 7 && layer === undefined && task === receiver) {
      add(loop.step(detail));
    } else if (layer !== undefined || task !== receiver || loop.inKernel) {
      add(anywhere[detail % anywhere.length] ?? '');
    }
  }
  for (const layer of above.reverse()) {
    now += 7;
    add(`${layer}_exit`);
  }
  now += 7;
  add('window_close');
  return lines;
}
