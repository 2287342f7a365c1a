import assert from 'node:assert/strict';
import { requireCapability } from '../support/capabilities.js';
import {
  account,
  assertClosed,
  canCompile,
  cpuOf,
  elsewhere,
  here,
  noLosses,
  receiver,
  replayEverywhere,
  sequence,
  sum,
  times,
} from './replay.js';
import type { ReplayedCpu, Setup } from './replay.js';

/*
 * Exact mode: what a program takes between its two clock reads is stage `probe` and time of no other. Where each read of
 * the clock takes 7 ns, a program takes 7 and the rest of the hit, 7 more, is the way out of its last read.
 */
const clockStep = 7;
/** As BPF programs are compiled; unoptimised code has five times the places, and takes as much longer. */
const optimisation = '-O2';
const setup: Setup = { pollStage: 'net-rx-action', wokenStage: 'packet-tap', copiedStage: 'recvmsg', irq: 11 };

const start = 1000;
const inCall = [`0 0 hidden_switch next=${String(receiver)}`, '50 0 sys_enter', '100 0 window_open'];
const inPoll = [...inCall, '400 0 softirq_entry vec=3', `500 0 driver_poll_enter ${here}`];
const inTap = [...inPoll, `600 0 netif_receive_skb ${here} len=9`, `700 0 packet_rcv_enter ${here} len=9`];
const ended = ['1500 0 softirq_exit'];

const interrupt: readonly (readonly [number, string])[] = [
  [40, 'irq_handler_entry irq=10'],
  [140, 'irq_handler_exit'],
];

interface Case {
  before: string[];
  /** Runs at 1000 ns. */
  program: string;
  after: string[];
  /** The interrupt may find the hidden switch first, and charge beyond the program's first read: a loss that is counted. */
  hidden?: true;
}

const cases: Record<string, Case> = {
  'a boundary of the task': { before: inCall, program: 'copy_enter len=9', after: [] },
  'a program that is no boundary': { before: inCall, program: 'sched_waking pid=5', after: [] },
  'the start of a softirq': { before: inCall, program: 'softirq_entry vec=3', after: ended },
  'the end of a softirq': { before: inPoll, program: 'softirq_exit', after: [] },
  'the start of a poll': {
    before: [...inCall, '400 0 softirq_entry vec=3'],
    program: `driver_poll_enter ${here}`,
    after: ended,
  },
  'the wake-up': {
    before: inTap,
    program: 'sock_def_readable_enter',
    after: ['1400 0 sock_def_readable_exit', ...ended],
  },
  'a softirq that finds the one before without exit': { before: inPoll, program: 'softirq_entry vec=3', after: ended },
  'finding that the receiver runs': {
    before: [
      ...inCall,
      '600 0 sched_switch preempt=0 prev_state=1 next=0',
      `700 0 hidden_switch next=${String(receiver)}`,
    ],
    program: 'sys_enter',
    after: [],
    hidden: true,
  },
};

function script({ before, program, after }: Case): string {
  const nested = interrupt.map(([offset, event]) => `+ ${String(start + offset)} 0 ${event}`);
  const scripted = ['interrupt everywhere', ...nested, `${String(start)} 0 ${program}`];
  return sequence([...before, ...scripted, ...after, '3000 0 window_close'], { ...setup, clockStep });
}

const outside = (cpu: ReplayedCpu): Record<string, number> =>
  Object.fromEntries(Object.entries(times(cpu)).filter(([state]) => !/ (?:probe|other-irq)$/.test(state)));

/** Wherever the interrupt comes, stages have what they have without it, less or more no more than the way to it. */
function everywhere(one: Case): void {
  const { undisturbed, interrupted } = replayEverywhere(script(one), optimisation, true);
  assert.ok(undisturbed.clocks >= 2);
  const expected = outside(cpuOf(undisturbed, 0));
  for (const replayed of interrupted) {
    const { place } = replayed;
    const cpu = cpuOf(replayed, 0);
    if (one.hidden === true && cpu.losses.negativeDeltas > 0) continue;
    assertClosed(cpu, place);
    const { negativeDeltas, failedUpdates } = cpu.losses;
    assert.deepEqual([negativeDeltas, failedUpdates], [0, 0], place);
    // from the entry's last read to the exit's first: nothing of the interrupted program, nothing of its own programs
    assert.equal(sum(cpu, { layer: 'hardirq', stage: 'other-irq' }), 100 - clockStep, place);
    const got = outside(cpu);
    // 1000 to 1040 may lie on either side of the program, 1147 to its end too
    for (const [state, ns] of Object.entries(expected)) {
      const off = Math.abs((got[state] ?? 0) - ns);
      assert.ok(
        off <= 147 + 4 * clockStep,
        `${place}: ${state} is off by ${String(off)}: ${JSON.stringify(times(cpu))}, not ${JSON.stringify(expected)}`,
      );
    }
    assert.equal(cpu.top, 'task');
  }
}

describe('the accounting of exact runs', function () {
  this.timeout(60_000);
  before(function () {
    requireCapability(this, 'a C and a C++ compiler', canCompile());
  });

  it('keeps the programs’ own time out of every stage', () => {
    const events = [
      ...[...inTap, '800 0 sock_def_readable_enter', '900 0 sock_def_readable_exit', '1000 0 packet_rcv_exit'],
      ...['1100 0 netif_receive_skb_exit', '1200 0 driver_poll_exit work=1', '1300 0 softirq_exit'],
      ...['1400 0 copy_enter len=9', '1500 0 copy_exit', '2000 0 window_close'],
    ];
    const cpu = account(events, { ...setup, clockStep }, true);
    const net = 100 - clockStep;
    assertClosed(cpu);
    assert.deepEqual(times(cpu), {
      // the programs of the window read the clock once before they open and close it
      'task receiver syscall-entry': 300 - clockStep + net,
      'task receiver copy': net,
      'task receiver recvmsg': 500,
      'task receiver probe': 3 * clockStep,
      'softirq receiver net-rx-action': 2 * net,
      'softirq receiver driver-rx': 2 * net,
      'softirq receiver net-rx': 2 * net,
      'softirq receiver packet-tap': 2 * net,
      'softirq receiver wake-up': net,
      'softirq receiver probe': 9 * clockStep,
    });
    assert.deepEqual(cpu.losses, { ...noLosses, hiddenSwitches: cpu.losses.hiddenSwitches });
  });

  it('leaves the time of the other mode with the stages', () => {
    const cpu = account([...inPoll, ...ended, '2000 0 window_close'], { ...setup, clockStep });
    assertClosed(cpu);
    assert.equal(sum(cpu, { stage: 'probe' }), 0);
    assert.equal(sum(cpu, { stage: 'driver-rx' }), 1000);
  });

  it('leaves the poll of another card, and the way to it, out of the receiver’s', () => {
    const way = [...inCall, '400 0 softirq_entry vec=3'];
    const polls = (one: string, other: string): string[] => [
      ...[...way, `500 0 driver_poll_enter ${one}`, '700 0 driver_poll_exit work=0'],
      ...[`800 0 driver_poll_enter ${other}`, '1100 0 driver_poll_exit work=0', '1500 0 softirq_exit'],
      '2000 0 window_close',
    ];
    const stages = (events: string[]): Record<string, number> => {
      const cpu = account(events, setup, true);
      assertClosed(cpu);
      for (const stage of ['net-rx-action', 'driver-rx', 'other-rx'] as const) {
        assert.equal(sum(cpu, { stage }, 'entries'), sum(cpu, { stage }, 'exits'), stage);
      }
      return times(cpu);
    };
    const first = stages(polls(here, elsewhere));
    assert.equal(first['softirq receiver net-rx-action'], 200);
    assert.equal(first['softirq receiver driver-rx'], 200);
    assert.equal(first['softirq receiver other-rx'], 700, 'from the other’s poll on');
    const last = stages(polls(elsewhere, here));
    assert.equal(last['softirq receiver other-rx'], 400, 'until the receiver’s poll');
    assert.equal(last['softirq receiver driver-rx'], 300);
    assert.equal(last['softirq receiver net-rx-action'], 400);
  });

  it('counts an interruption as an exit and an entry of what it interrupts', () => {
    const cpu = account(
      [...inPoll, '600 0 irq_handler_entry irq=10', '700 0 irq_handler_exit', ...ended, '2000 0 window_close'],
      setup,
      true,
    );
    assert.equal(sum(cpu, { stage: 'driver-rx' }, 'entries'), 2);
    assert.equal(sum(cpu, { stage: 'driver-rx' }, 'exits'), 2);
    assert.equal(sum(cpu, { stage: 'other-irq' }), 100);
  });

  for (const [name, one] of Object.entries(cases)) {
    it(`closes, wherever an interrupt meets ${name}`, () => {
      everywhere(one);
    });
  }
});
