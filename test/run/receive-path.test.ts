import assert from 'node:assert/strict';
import type { LayerName, OwnerName, StateTime } from '../../harness/executor/contract.js';
import { correctionOf } from '../../harness/run/correction.js';
import { contextOf } from '../../harness/run/receive-path.js';
import type { Placement } from '../../harness/run/receive-path.js';

const state = (layer: LayerName, owner: OwnerName, stage: string): StateTime => ({
  ...{ layer, owner, stage, ns: 1000, entries: 10, exits: 8, passes: 4, ways: {} },
});

describe('the receive path', () => {
  const threaded: Placement = { isolation: 'napi-thread', receiverCpu: 1, senderCpu: 0 };
  const inline: Placement = { ...threaded, isolation: 'inline' };

  it('is the reader and its NAPI thread, wherever they run', () => {
    for (const cpu of [0, 1, 7]) {
      assert.equal(contextOf(cpu, state('task', 'receiver', 'copy'), threaded), 'system-call');
      assert.equal(contextOf(cpu, state('task', 'receiver', 'user'), threaded), 'user');
      assert.equal(contextOf(cpu, state('task', 'receiver-napi', 'gro'), threaded), 'napi-thread');
    }
  });

  it('is what interrupts the receiver’s CPU, but for other softirqs and other interfaces', () => {
    assert.equal(contextOf(1, state('hardirq', 'idle', 'hard-irq'), threaded), 'hardirq');
    assert.equal(contextOf(1, state('softirq', 'other', 'net-rx'), threaded), 'softirq');
    assert.equal(contextOf(1, state('softirq', 'other', 'softirq-other'), threaded), null);
    assert.equal(contextOf(1, state('softirq', 'other', 'other-rx'), threaded), null);
  });

  it('is on the sender’s CPU only inline, and there only what receives', () => {
    assert.equal(contextOf(0, state('softirq', 'sender', 'net-rx'), threaded), null);
    assert.equal(contextOf(0, state('softirq', 'sender', 'net-rx'), inline), 'softirq');
    assert.equal(contextOf(0, state('softirq', 'sender', 'transmit'), inline), null);
    assert.equal(contextOf(0, state('hardirq', 'sender', 'hard-irq'), inline), null);
    assert.equal(contextOf(5, state('softirq', 'other', 'net-rx'), inline), null);
  });

  it('is under interrupt whatever the card interrupts, though that be the sender, and never another card or a probe', () => {
    const shared: Placement = { isolation: 'interrupt', receiverCpu: 0, senderCpu: 0 };
    assert.equal(contextOf(0, state('hardirq', 'sender', 'driver-irq'), shared), 'hardirq');
    assert.equal(contextOf(0, state('softirq', 'sender', 'packet-tap'), shared), 'softirq');
    for (const stage of ['other-irq', 'other-rx', 'probe']) {
      assert.equal(contextOf(0, state('hardirq', 'sender', stage), shared), null, stage);
    }
  });

  it('is no one else’s time', () => {
    for (const owner of ['idle', 'other', 'sender', 'sender-napi'] as const) {
      assert.equal(contextOf(1, state('task', owner, 'unattributed'), threaded), null, owner);
    }
  });
});

describe('the correction', () => {
  const cost = (median: number) => ({ low: median - 1, median, high: median + 2 });
  const costs = { edge: cost(100), pass: cost(50), mark: cost(20), marks: null, ways: [] };
  const copy = state('task', 'receiver', 'copy');

  it('is half an edge for each entry and exit, and a pass for each pass', () => {
    assert.deepEqual(correctionOf(copy, costs, { taken: true, calls: 7 }), {
      low: 9 * 99 + 4 * 49,
      median: 1100,
      high: 9 * 102 + 4 * 52,
    });
  });

  it('is by marks for the user state, and by half a mark more on both sides of the call', () => {
    const marks = { taken: true, calls: 6 };
    const user = { ...state('task', 'receiver', 'user'), entries: 6, exits: 6, passes: 0 };
    assert.equal(correctionOf(user, costs, marks).median, 120);
    assert.equal(correctionOf({ ...user, passes: 4 }, costs, marks).median, 120 + 200, 'and by what passes in it');
    const ways = { tracepoint: { entries: 6, exits: 6, passes: 4 } };
    assert.equal(correctionOf({ ...user, passes: 4, ways }, costs, marks).median, 120 + 200);
    assert.equal(correctionOf(state('task', 'receiver', 'syscall-entry'), costs, marks).median, 1100 + 60);
    assert.equal(correctionOf(state('task', 'receiver', 'syscall-return'), costs, marks).median, 1100 + 60);
    assert.equal(correctionOf(state('task', 'receiver-napi', 'net-rx'), costs, marks).median, 1100);
  });

  it('is by the way of attaching where the hits are told apart by it', () => {
    const ways = [{ way: 'fentry' as const, before: cost(10), after: cost(30), pass: cost(45) }];
    const hits = { fentry: { entries: 3, exits: 2, passes: 1 }, tracepoint: { entries: 7, exits: 6, passes: 3 } };
    // a way that was not calibrated costs what the null boundary does
    const other = (7 + 6) * 50 + 3 * 50;
    assert.equal(
      correctionOf({ ...copy, ways: hits }, { ...costs, ways }, { taken: false, calls: 0 }).median,
      2 * 10 + 3 * 30 + 45 + other,
    );
  });

  it('takes each mark’s own part out of the user’s time and the call’s', () => {
    const apart = { ...costs, marks: { user: cost(7), call: cost(31) } };
    const marks = { taken: true, calls: 6 };
    assert.equal(correctionOf(state('task', 'receiver', 'user'), apart, marks).median, 42 + 200);
    assert.equal(correctionOf(state('task', 'receiver', 'syscall-entry'), apart, marks).median, 1100 + 93);
  });

  it('knows no marks where none were taken', () => {
    const user = { ...state('task', 'receiver', 'user'), passes: 0 };
    assert.equal(correctionOf(user, costs, { taken: false, calls: 6 }).median, 900);
  });
});
