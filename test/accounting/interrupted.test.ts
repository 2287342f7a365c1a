import assert from 'node:assert/strict';
import { requireCapability } from '../support/capabilities.js';
import {
  assertClosed,
  canCompile,
  cpuOf,
  here,
  receiver,
  replay,
  replayEverywhere,
  sender,
  sequence,
  sum,
  times,
} from './replay.js';
import type { Optimisation, ReplayedCpu } from './replay.js';

/*
 * Each program is run once for each of its machine instructions and clock reads, and at that place an interrupt comes.
 * Wherever it comes, it must get its own time and no other, and nothing may be lost or counted twice.
 */

/** Offsets from the start of the program that they interrupt, and events. */
type Interrupt = readonly (readonly [number, string])[];

const interrupt: Interrupt = [
  [10, 'irq_handler_entry'],
  [20, 'irq_handler_exit'],
];
/** Softirqs run on the way back from an interrupt of a task, and can be interrupted in turn. */
const interruptWithSoftirq: Interrupt = [
  ...interrupt,
  [22, 'softirq_entry vec=1'],
  [24, 'local_timer_entry'],
  [26, 'local_timer_exit'],
  [30, 'softirq_exit'],
];
const preemption: Interrupt = [
  [10, `sched_switch preempt=1 prev_state=0 next=${String(sender)}`],
  [14, 'irq_handler_entry'],
  [16, 'irq_handler_exit'],
  [30, `sched_switch preempt=1 prev_state=0 next=${String(receiver)}`],
];

interface Case {
  name: string;
  before: string[];
  /** Runs at 1000 ns. */
  program: string;
  after: string[];
  interrupt: Interrupt;
  /** It charges more than once, so that an interrupt can come between two charges and belong to the first's owner. */
  composite?: true;
}

const start = 1000;
const inCall = [`0 0 hidden_switch next=${String(receiver)}`, '50 0 sys_enter', '100 0 window_open'];
const inUser = [...inCall, '600 0 mark:returned'];
const inSoftirq = [...inCall, '500 0 softirq_entry vec=3'];
const idleBut = (tid: number): string[] => [
  ...inCall,
  '600 0 sched_switch preempt=0 prev_state=1 next=0',
  `700 0 hidden_switch next=${String(tid)}`,
];
const copyLater = ['1100 0 skb_copy_datagram_iovec len=10'];

const cases: Case[] = [
  { name: 'a boundary of the task', before: inCall, program: 'sys_enter', after: [], interrupt },
  {
    name: 'the start of a copy',
    before: inCall,
    program: 'skb_copy_datagram_iovec len=9',
    after: [],
    interrupt: interruptWithSoftirq,
  },
  {
    name: 'a boundary of a softirq',
    before: inSoftirq,
    program: `netif_receive_skb ${here} len=9`,
    after: ['1100 0 softirq_exit'],
    interrupt,
  },
  {
    name: 'the start of an acknowledgement',
    before: inCall,
    program: `net_dev_queue ${here} len=9`,
    after: ['1100 0 net_dev_xmit'],
    interrupt,
  },
  {
    name: 'the start of a softirq',
    before: inCall,
    program: 'softirq_entry vec=3',
    after: ['1100 0 softirq_exit'],
    interrupt,
  },
  { name: 'the end of a softirq', before: inSoftirq, program: 'softirq_exit', after: [], interrupt },
  {
    name: 'a softirq that finds the one before without exit',
    before: inSoftirq,
    program: 'softirq_entry vec=3',
    after: ['1100 0 softirq_exit'],
    interrupt,
    composite: true,
  },
  {
    name: 'a program that is no boundary',
    before: inCall,
    program: 'sched_waking pid=5',
    after: [],
    interrupt: interruptWithSoftirq,
  },
  {
    name: 'finding that a hidden task runs',
    before: [...inCall, '600 0 hidden_switch next=7'],
    program: 'sys_enter',
    after: [],
    interrupt: interruptWithSoftirq,
    composite: true,
  },
  {
    name: 'finding that the receiver runs',
    before: idleBut(receiver),
    program: 'sys_enter',
    after: [],
    interrupt: interruptWithSoftirq,
    composite: true,
  },
  {
    name: 'the mark of a call',
    before: inUser,
    program: 'mark:calling',
    after: copyLater,
    interrupt: interruptWithSoftirq,
  },
  {
    name: 'the mark of a return',
    before: inCall,
    program: 'mark:returned',
    after: ['1050 0 mark:calling', ...copyLater],
    interrupt: interruptWithSoftirq,
  },
  {
    name: 'the mark of a call, preempted',
    before: inUser,
    program: 'mark:calling',
    after: copyLater,
    interrupt: preemption,
  },
  {
    name: 'the mark of a return, preempted',
    before: inCall,
    program: 'mark:returned',
    after: ['1050 0 mark:calling', ...copyLater],
    interrupt: preemption,
  },
];

function script({ before, program, after, interrupt }: Case): string {
  const nested = interrupt.map(([offset, event]) => `+ ${String(start + offset)} 0 ${event}`);
  const events = [...before, 'interrupt everywhere', ...nested, `${String(start)} 0 ${program}`, ...after];
  return sequence([...events, '2000 0 window_close'], { marks: true });
}

/** What the same events cost when they come one after another: before the program begins, or when it has ended. */
function uninterrupted({ before, program, after, interrupt }: Case, first: 'interrupt' | 'program'): ReplayedCpu {
  const nested = interrupt.map(([offset, event]) => `${String(start + offset)} 0 ${event}`);
  const end = start + (interrupt.at(-1)?.[0] ?? 0);
  const middle =
    first === 'program' ? [`${String(start)} 0 ${program}`, ...nested] : [...nested, `${String(end)} 0 ${program}`];
  return cpuOf(replay([sequence([...before, ...middle, ...after, '2000 0 window_close'], { marks: true })])[0], 0);
}

/** Every state, to the nanosecond; or the interrupt's own where the rest depends on the place. */
function toCompare({ composite }: Case, cpu: ReplayedCpu): string {
  if (composite === undefined) return JSON.stringify(times(cpu));
  return JSON.stringify([sum(cpu, { layer: 'hardirq' }), sum(cpu, { stage: 'softirq-other' })]);
}

function everywhere(one: Case, optimisation: Optimisation): void {
  // to the nanosecond, every state has what it has in one of the two orders
  const allowed = (['interrupt', 'program'] as const).map((first) => {
    const cpu = uninterrupted(one, first);
    assertClosed(cpu, first);
    return toCompare(one, cpu);
  });
  for (const replayed of replayEverywhere(script(one), optimisation).interrupted) {
    const { place } = replayed;
    const cpu = cpuOf(replayed, 0);
    assertClosed(cpu, place);
    const got = toCompare(one, cpu);
    assert.ok(allowed.includes(got), `${place}: ${got} is neither of ${allowed.join(' ')}`);
    const { negativeDeltas, failedUpdates } = cpu.losses;
    assert.deepEqual([negativeDeltas, failedUpdates], [0, 0], place);
    assert.equal(cpu.top, 'task');
  }
}

describe('an interrupt inside a probe', function () {
  this.timeout(60_000); // a signal and a process for each instruction
  before(function () {
    requireCapability(this, 'a C and a C++ compiler', canCompile());
  });

  for (const optimisation of ['-O0', '-O2'] as const) {
    for (const one of cases) {
      it(`keeps every nanosecond, wherever it interrupts ${one.name} (${optimisation})`, () => {
        everywhere(one, optimisation);
      });
    }
  }

  it('gives up a clock read that is disturbed every time, and counts it', () => {
    const disturbances = [0, 1, 2, 3].flatMap((read) => [
      `interrupt after-clock=${String(read)}`,
      `+ ${String(start + 100 * read + 10)} 0 irq_handler_entry`,
      `+ ${String(start + 100 * read + 20)} 0 irq_handler_exit`,
    ]);
    const script = sequence([...inCall, ...disturbances, `${String(start)} 0 sys_enter`, '2000 0 window_close']);
    const [replayed] = replay([script]);
    const cpu = cpuOf(replayed, 0);
    assert.equal(replayed?.fired, 4);
    assert.equal(cpu.losses.failedUpdates, 1);
    assert.equal(sum(cpu, { layer: 'hardirq' }), 40);
    assertClosed(cpu);
  });

  it('bears three disturbances of one clock read', () => {
    const disturbances = [0, 1, 2].flatMap((read) => [
      `interrupt after-clock=${String(read)}`,
      `+ ${String(start + 100 * read + 10)} 0 irq_handler_entry`,
      `+ ${String(start + 100 * read + 20)} 0 irq_handler_exit`,
    ]);
    const script = sequence([
      ...[...inCall, ...disturbances, `${String(start)} 0 skb_copy_datagram_iovec len=9`, '2000 0 window_close'],
    ]);
    const cpu = cpuOf(replay([script])[0], 0);
    assert.deepEqual(times(cpu), {
      'task receiver syscall-entry': start + 220 - 100 - 30,
      'task receiver copy': 2000 - (start + 220),
      'hardirq receiver hard-irq': 30,
    });
    assert.equal(cpu.losses.failedUpdates, 0);
  });

  it('leaves an update alone that an interrupt meets which no boundary announced', () => {
    const script = sequence([
      ...inSoftirq,
      '600 0 netif_receive_skb ifindex=2 len=9',
      'interrupt after-clock=0',
      `+ ${String(start + 5)} 0 sched_waking pid=${String(receiver)}`,
      `${String(start)} 0 napi_poll ${here} work=1`,
      '1100 0 softirq_exit',
      '2000 0 window_close',
    ]);
    const cpu = cpuOf(replay([script])[0], 0);
    assert.equal(cpu.losses.failedUpdates, 1);
    assertClosed(cpu);
    assert.equal(sum(cpu, { stage: 'wake-up' }), 0);
  });

  for (const program of ['window_open', 'window_close']) {
    it(`is off by no more than the interrupt when it comes into ${program}`, () => {
      const begin = program === 'window_open' ? inCall.slice(0, -1) : inCall;
      const end = program === 'window_open' ? ['2000 0 window_close'] : [];
      const script = sequence([
        ...[...begin, 'interrupt everywhere', `+ ${String(start + 10)} 0 irq_handler_entry`],
        ...[`+ ${String(start + 20)} 0 irq_handler_exit`, `${String(start)} 0 ${program}`, ...end],
      ]);
      for (const replayed of replayEverywhere(script, '-O0').interrupted) {
        const cpu = cpuOf(replayed, 0);
        assert.ok(Math.abs(sum(cpu) - cpu.elapsedNs) <= 10);
        assert.ok(cpu.elapsedNs >= 900);
      }
    });
  }
});
