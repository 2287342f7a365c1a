import assert from 'node:assert/strict';
import fc from 'fast-check';
import { requireCapability } from '../support/capabilities.js';
import { assertClosed, canCompile, cpuOf, noLosses, replay, sequence, sum } from './replay.js';
import type { ReplayedCpu } from './replay.js';
import { trueTimes } from './timeline.js';
import { grow } from './random-sequence.js';

/** Sequences are played in batches: starting the replay costs more than a sequence. */
const choice = fc.record({ gap: fc.integer({ min: 0, max: 5000 }), pick: fc.nat(1_000_000) });
const batches = fc.array(fc.array(choice, { minLength: 1, maxLength: 120 }), { minLength: 20, maxLength: 20 });

function holds(events: readonly string[], cpu: ReplayedCpu, marks: boolean): void {
  assertClosed(cpu);
  assert.deepEqual(cpu.losses, noLosses);
  for (const [where, ns] of Object.entries(trueTimes(events))) {
    const [layer, owner] = where.split(' ') as ['task', 'idle'];
    assert.equal(sum(cpu, { layer, owner }), ns, where);
  }
  for (const { layer, owner, stage, ns, entries, exits } of cpu.states) {
    const where = `${layer} ${owner} ${stage}`;
    assert.ok(ns >= 0, `${where}: ${String(ns)} ns`);
    // by marks, the receiver enters and leaves user space without a boundary
    if (!marks) assert.ok(Math.abs(entries - exits) <= 1, `${where}: ${String(entries)} in, ${String(exits)} out`);
  }
  for (const layer of ['task', 'softirq', 'hardirq'] as const) {
    assert.equal(sum(cpu, { layer }, 'entries'), sum(cpu, { layer }, 'exits'), layer);
  }
}

describe('the accounting of any well-formed sequence', () => {
  before(function () {
    requireCapability(this, 'a C and a C++ compiler', canCompile());
  });

  for (const marks of [false, true]) {
    it(`closes exactly and gives each context its own time, ${marks ? 'with marks' : 'with syscall tracepoints'}`, () => {
      fc.assert(
        fc.property(batches, (grown) => {
          const all = grown.map((choices) => grow(choices, marks));
          replay(all.map((events) => sequence(events, { marks }))).forEach((replayed, index) => {
            holds(all[index] ?? [], cpuOf(replayed, 0), marks);
          });
        }),
        { numRuns: 60 },
      );
    });
  }

  it('closes exactly whatever happens in whatever order, and never hangs in a layer', () => {
    const names = [
      'irq_handler_entry',
      'irq_handler_exit',
      'softirq_entry vec=3',
      'softirq_exit',
      'sched_switch preempt=0 prev_state=1 next=100',
      'sched_switch preempt=1 prev_state=0 next=200',
      'sched_switch preempt=0 prev_state=1 next=0',
      'hidden_switch next=999',
      'hidden_switch next=100',
      'netif_receive_skb ifindex=2 len=60',
      'napi_gro_receive_exit',
      'net_dev_queue ifindex=2 len=60',
      'net_dev_xmit',
      'skb_copy_datagram_iovec len=60',
      'consume_skb',
      'sys_enter',
      'sys_exit',
    ];
    const event = fc.record({ gap: fc.nat(100), name: fc.constantFrom(...names) });
    const lists = fc.array(fc.array(event, { maxLength: 60 }), { minLength: 20, maxLength: 20 });
    fc.assert(
      fc.property(lists, (sequences) => {
        const scripts = sequences.map((list) => {
          let now = 100;
          const lines = list.map(({ gap, name }) => `${String((now += gap))} 0 ${name}`);
          const end = [
            `${String(now + 5)} 0 sched_switch preempt=0 prev_state=1 next=0`,
            `${String(now + 9)} 0 window_close`,
          ];
          return sequence(['100 0 window_open', ...lines, ...end]);
        });
        for (const replayed of replay(scripts)) {
          const cpu = cpuOf(replayed, 0);
          assertClosed(cpu);
          assert.equal(cpu.top, 'task');
          assert.equal(cpu.losses.negativeDeltas + cpu.losses.failedUpdates, 0);
          for (const { ns } of cpu.states) assert.ok(ns >= 0);
        }
      }),
      { numRuns: 60 },
    );
  });
});
