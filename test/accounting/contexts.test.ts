import assert from 'node:assert/strict';
import { requireCapability } from '../support/capabilities.js';
import { account, canCompile, noLosses, receiver, sender, stranger, sum, times } from './replay.js';

/** The receiver's thread has run in its call since before the window. */
const inCall = [`0 0 hidden_switch next=${String(receiver)}`, '10 0 sys_enter', '100 0 window_open'];

describe('the accounting of contexts', () => {
  before(function () {
    requireCapability(this, 'a C and a C++ compiler', canCompile());
  });

  it('charges an interrupt in a softirq in a task to each its own', () => {
    const cpu = account([
      ...inCall,
      '200 0 softirq_entry vec=1',
      '230 0 irq_handler_entry',
      '237 0 irq_handler_exit',
      '260 0 softirq_exit',
      '300 0 window_close',
    ]);
    assert.deepEqual(times(cpu), {
      'task receiver syscall-entry': 140,
      'softirq receiver softirq-other': 53,
      'hardirq receiver hard-irq': 7,
    });
    assert.deepEqual(cpu.losses, noLosses);
    assert.equal(cpu.top, 'task');
  });

  it('charges interrupts within an interrupt once', () => {
    const cpu = account([
      ...inCall,
      '200 0 irq_handler_entry',
      '210 0 irq_work_entry',
      '215 0 local_timer_entry',
      '218 0 local_timer_exit',
      '220 0 irq_work_exit',
      '230 0 irq_handler_exit',
      '300 0 window_close',
    ]);
    assert.deepEqual(times(cpu), { 'task receiver syscall-entry': 170, 'hardirq receiver hard-irq': 30 });
    assert.equal(sum(cpu, { layer: 'hardirq' }, 'entries'), 1);
    assert.equal(sum(cpu, { layer: 'hardirq' }, 'exits'), 1);
    assert.deepEqual(cpu.losses, noLosses);
  });

  for (const kind of ['local_timer', 'reschedule', 'call_function', 'call_function_single', 'irq_work']) {
    it(`takes ${kind} for an interrupt`, () => {
      const cpu = account([...inCall, `200 0 ${kind}_entry`, `211 0 ${kind}_exit`, '300 0 window_close']);
      assert.deepEqual(times(cpu), { 'task receiver syscall-entry': 189, 'hardirq receiver hard-irq': 11 });
    });
  }

  it('gives an interrupt to the task it interrupts', () => {
    const cpu = account([
      ...inCall,
      `200 0 sched_switch preempt=1 prev_state=0 next=${String(sender)}`,
      '210 0 irq_handler_entry',
      '220 0 irq_handler_exit',
      `240 0 sched_switch preempt=0 prev_state=1 next=0`,
      '250 0 irq_handler_entry',
      '270 0 irq_handler_exit',
      '300 0 window_close',
    ]);
    assert.deepEqual(times(cpu), {
      'task receiver syscall-entry': 100,
      'task sender unattributed': 30,
      'hardirq sender hard-irq': 10,
      'task idle unattributed': 40,
      'hardirq idle hard-irq': 20,
    });
  });

  it('ends an interrupt whose exit was lost when a softirq begins, and counts it', () => {
    const cpu = account([
      ...inCall,
      '200 0 irq_handler_entry',
      '240 0 softirq_entry vec=9',
      '260 0 softirq_exit',
      '300 0 window_close',
    ]);
    assert.deepEqual(times(cpu), {
      'task receiver syscall-entry': 140,
      'softirq receiver softirq-other': 20,
      'hardirq receiver hard-irq': 40,
    });
    assert.deepEqual(cpu.losses, { ...noLosses, unpairedEdges: 1 });
  });

  it('ends an interrupt whose exit was lost when the softirq below it ends', () => {
    const cpu = account([
      ...inCall,
      '200 0 softirq_entry vec=1',
      '210 0 irq_handler_entry',
      '250 0 softirq_exit',
      '300 0 window_close',
    ]);
    assert.deepEqual(times(cpu), {
      'task receiver syscall-entry': 150,
      'softirq receiver softirq-other': 10,
      'hardirq receiver hard-irq': 40,
    });
    assert.deepEqual(cpu.losses, { ...noLosses, unpairedEdges: 1 });
  });

  it('ends an interrupt and a softirq whose exits were lost when tasks switch', () => {
    const cpu = account([
      ...inCall,
      '200 0 softirq_entry vec=1',
      '210 0 irq_handler_entry',
      `250 0 sched_switch preempt=0 prev_state=1 next=0`,
      '300 0 window_close',
    ]);
    assert.deepEqual(times(cpu), {
      'task receiver syscall-entry': 100,
      'softirq receiver softirq-other': 10,
      'hardirq receiver hard-irq': 40,
      'task idle unattributed': 50,
    });
    assert.deepEqual(cpu.losses, { ...noLosses, unpairedEdges: 2 });
    assert.equal(cpu.top, 'task');
  });

  it('begins a softirq anew when the exit of the one before was lost', () => {
    const cpu = account([
      ...inCall,
      '200 0 softirq_entry vec=1',
      '220 0 softirq_entry vec=3',
      '250 0 softirq_exit',
      '300 0 window_close',
    ]);
    assert.deepEqual(times(cpu), {
      'task receiver syscall-entry': 150,
      'softirq receiver softirq-other': 20,
      'softirq receiver driver-rx': 30,
    });
    assert.deepEqual(cpu.losses, { ...noLosses, unpairedEdges: 1 });
    assert.equal(cpu.top, 'task');
  });

  it('counts an exit without entry, and charges nothing to it', () => {
    const cpu = account([...inCall, '200 0 softirq_exit', '210 0 irq_handler_exit', '300 0 window_close']);
    assert.deepEqual(times(cpu), { 'task receiver syscall-entry': 200 });
    assert.deepEqual(cpu.losses, { ...noLosses, unpairedEdges: 2 });
  });

  it('counts nothing before the window and nothing after it', () => {
    const cpu = account([
      `0 0 hidden_switch next=${String(receiver)}`,
      '10 0 softirq_exit',
      '20 0 sys_enter',
      '30 0 skb_copy_datagram_iovec len=64',
      '40 0 irq_handler_entry',
      '60 0 irq_handler_exit',
      '100 0 window_open',
      '150 0 window_close',
      '160 0 consume_skb',
      '170 0 softirq_exit',
      `180 0 sched_switch preempt=0 prev_state=1 next=0`,
    ]);
    assert.deepEqual(times(cpu), { 'task receiver copy': 50 });
    assert.equal(sum(cpu, {}, 'entries') + sum(cpu, {}, 'exits') + sum(cpu, {}, 'passes'), 0);
    assert.deepEqual(cpu.losses, noLosses);
    assert.equal(cpu.elapsedNs, 50);
  });

  it('opens and closes in an interrupt in a softirq', () => {
    const cpu = account([
      `0 0 hidden_switch next=${String(receiver)}`,
      '10 0 sys_enter',
      '40 0 softirq_entry vec=1',
      '70 0 irq_handler_entry',
      '100 0 window_open',
      '105 0 irq_handler_exit',
      '125 0 softirq_exit',
      '165 0 softirq_entry vec=1',
      '245 0 irq_handler_entry',
      '300 0 window_close',
    ]);
    assert.deepEqual(times(cpu), {
      'task receiver syscall-entry': 40,
      'softirq receiver softirq-other': 100,
      'hardirq receiver hard-irq': 60,
    });
    assert.deepEqual(cpu.losses, noLosses);
  });

  it('opens and closes in a softirq', () => {
    const cpu = account([
      '0 0 softirq_entry vec=1',
      '100 0 window_open',
      '110 0 softirq_exit',
      '150 0 softirq_entry vec=1',
      '160 0 irq_handler_entry',
      '165 0 irq_handler_exit',
      '200 0 window_close',
    ]);
    assert.deepEqual(times(cpu), {
      'task idle unattributed': 40,
      'softirq idle softirq-other': 55,
      'hardirq idle hard-irq': 5,
    });
  });

  it('counts a clock that goes back, and makes no state negative', () => {
    const cpu = account([...inCall, '200 0 skb_copy_datagram_iovec len=64', '160 0 consume_skb', '300 0 window_close']);
    assert.deepEqual(times(cpu), { 'task receiver syscall-entry': 100, 'task receiver syscall-return': 140 });
    assert.deepEqual(cpu.losses, { ...noLosses, negativeDeltas: 1 });
    // what went back is time that is there twice
    assert.equal(sum(cpu) - cpu.elapsedNs, 40);
  });

  it('leaves the interval before a switch that no tracepoint told of with the task that was thought to run', () => {
    const cpu = account([
      ...inCall,
      `150 0 hidden_switch next=${String(stranger)}`,
      '220 0 sys_enter',
      `260 0 hidden_switch next=${String(receiver)}`,
      '280 0 sys_enter',
      '300 0 window_close',
    ]);
    assert.deepEqual(times(cpu), {
      'task receiver syscall-entry': 120 + 20,
      'task other unattributed': 60,
    });
    // one of the two hides time of the receive path
    assert.deepEqual(cpu.losses, { ...noLosses, hiddenSwitches: 2, lostSwitches: 1 });
  });

  it('notices a switch that no tracepoint told of when a softirq begins', () => {
    const cpu = account([
      ...inCall,
      `150 0 hidden_switch next=${String(stranger)}`,
      '220 0 softirq_entry vec=1',
      '240 0 softirq_exit',
      '300 0 window_close',
    ]);
    assert.deepEqual(times(cpu), {
      'task receiver syscall-entry': 120,
      'softirq other softirq-other': 20,
      'task other unattributed': 60,
    });
    assert.deepEqual(cpu.losses, { ...noLosses, hiddenSwitches: 1 });
  });

  it('keeps the accounts of two CPUs apart', () => {
    const events = [
      `0 1 hidden_switch next=${String(sender)}`,
      '100 1 window_open',
      ...inCall,
      '150 1 irq_handler_entry',
      '200 0 skb_copy_datagram_iovec len=64',
      '250 1 irq_handler_exit',
      '300 0 window_close',
      '400 1 window_close',
    ];
    assert.deepEqual(times(account(events)), { 'task receiver syscall-entry': 100, 'task receiver copy': 100 });
    const other = account(
      events.map((line) => line.replace(/^(\d+) (\d)/, (_, ns, cpu) => `${ns} ${cpu === '0' ? 1 : 0}`)),
    );
    assert.deepEqual(times(other), { 'task sender unattributed': 200, 'hardirq sender hard-irq': 100 });
  });
});
