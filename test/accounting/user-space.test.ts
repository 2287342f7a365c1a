import assert from 'node:assert/strict';
import { requireCapability } from '../support/capabilities.js';
import { account, assertClosed, canCompile, here, noLosses, receiver, sender, times } from './replay.js';

const away = (ns: number): string => `${String(ns)} 0 sched_switch preempt=1 prev_state=0 next=${String(sender)}`;
const back = (ns: number): string => `${String(ns)} 0 sched_switch preempt=1 prev_state=0 next=${String(receiver)}`;

/** In the call, with a packet copied: the next thing is the way back to user space. */
const copied = [
  `0 0 hidden_switch next=${String(receiver)}`,
  '0 0 mark:calling',
  '50 0 skb_copy_datagram_iovec len=64',
  '60 0 consume_skb',
  '100 0 window_open',
];
const nextCopy = (ns: number): string => `${String(ns)} 0 skb_copy_datagram_iovec len=64`;

describe('the accounting of the receiver’s time in user space', () => {
  before(function () {
    requireCapability(this, 'a C and a C++ compiler', canCompile());
  });

  it('leaves out the interrupts, softirqs and other tasks that came between the marks', () => {
    const cpu = account(
      [
        ...copied,
        '130 0 mark:returned',
        '140 0 irq_handler_entry',
        '150 0 irq_handler_exit',
        '152 0 softirq_entry vec=1',
        '160 0 softirq_exit',
        away(180),
        '200 0 irq_handler_entry',
        '205 0 irq_handler_exit',
        back(240),
        '260 0 mark:calling',
        '265 0 irq_handler_entry',
        '268 0 irq_handler_exit',
        nextCopy(290),
        '300 0 window_close',
      ],
      { marks: true },
    );
    assert.deepEqual(times(cpu), {
      'task receiver syscall-return': 30,
      'task receiver user': 10 + 2 + 20 + 20,
      'task receiver syscall-entry': 30 - 3,
      'task receiver copy': 10,
      'hardirq receiver hard-irq': 10 + 3,
      'softirq receiver softirq-other': 8,
      'task sender unattributed': 60 - 5,
      'hardirq sender hard-irq': 5,
    });
    assert.deepEqual(cpu.losses, noLosses);
    assertClosed(cpu);
  });

  it('leaves out a rescheduling between entering the call and the next boundary', () => {
    const cpu = account(
      [
        ...copied,
        '130 0 mark:returned',
        '150 0 mark:calling',
        away(170),
        back(200),
        nextCopy(220),
        '300 0 window_close',
      ],
      { marks: true },
    );
    assert.deepEqual(times(cpu), {
      'task receiver syscall-return': 30,
      'task receiver user': 20,
      'task receiver syscall-entry': 20 + 20,
      'task sender unattributed': 30,
      'task receiver copy': 80,
    });
  });

  it('goes back to the entry of the call after an acknowledgement that leaves before any other boundary', () => {
    const cpu = account(
      [
        ...copied,
        '130 0 mark:returned',
        '150 0 mark:calling',
        `170 0 net_dev_queue ${here} len=54`,
        '180 0 net_dev_xmit',
        nextCopy(200),
        '300 0 window_close',
      ],
      { marks: true },
    );
    assert.deepEqual(times(cpu), {
      'task receiver syscall-return': 30,
      'task receiver user': 20,
      'task receiver syscall-entry': 20 + 20,
      'task receiver transmit': 10,
      'task receiver copy': 100,
    });
  });

  it('adds up calls that no boundary saw', () => {
    const cpu = account(
      [
        ...copied,
        '110 0 mark:returned',
        '130 0 mark:calling',
        '140 0 mark:returned',
        '170 0 mark:calling',
        nextCopy(200),
        '300 0 window_close',
      ],
      { marks: true },
    );
    assert.deepEqual(times(cpu), {
      'task receiver syscall-return': 10 + 10,
      'task receiver user': 20 + 30,
      'task receiver syscall-entry': 30,
      'task receiver copy': 100,
    });
  });

  it('closes the window in user space: what no mark has told of yet is the way back', () => {
    const cpu = account([...copied, '130 0 mark:returned', '200 0 window_close'], { marks: true });
    assert.deepEqual(times(cpu), { 'task receiver syscall-return': 100 });
  });

  it('closes the window in a call that no boundary has seen yet', () => {
    const cpu = account([...copied, '130 0 mark:returned', '150 0 mark:calling', '200 0 window_close'], {
      marks: true,
    });
    assert.deepEqual(times(cpu), {
      'task receiver syscall-return': 30,
      'task receiver user': 20,
      'task receiver syscall-entry': 50,
    });
  });

  it('opens the window in user space: the time before it that the mark counts is taken from the way back', () => {
    const cpu = account(
      [
        `0 0 hidden_switch next=${String(receiver)}`,
        '10 0 consume_skb',
        '70 0 mark:returned',
        '100 0 window_open',
        '130 0 mark:calling',
        nextCopy(150),
        '200 0 window_close',
      ],
      { marks: true },
    );
    assertClosed(cpu);
    const { 'task receiver user': user, 'task receiver syscall-entry': entry } = times(cpu);
    assert.deepEqual([user, entry], [60, 20]);
  });

  it('takes no mark of the time before a switch that no tracepoint told of', () => {
    const cpu = account(
      [
        ...copied,
        '130 0 sched_switch preempt=1 prev_state=0 next=0',
        `150 0 hidden_switch next=${String(receiver)}`,
        '160 0 mark:returned',
        '180 0 mark:calling',
        nextCopy(200),
        '210 0 mark:returned',
        '230 0 mark:calling',
        nextCopy(260),
        '300 0 window_close',
      ],
      { marks: true },
    );
    assert.equal(cpu.losses.lostSwitches, 1);
    assertClosed(cpu);
    assert.equal(times(cpu)['task receiver user'], 20, 'the second stay in user space alone');
  });
});
