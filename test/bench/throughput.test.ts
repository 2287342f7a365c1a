import assert from 'node:assert/strict';
import { hitsPerPacket } from '../../bench/road-cost.js';
import type { RoadCost } from '../../bench/road-cost.js';
import { armFigures, dearer, hitsOf, throughputGoals, throughputTables } from '../../bench/throughput-tables.js';
import type { Pair } from '../../bench/throughput.js';
import type { StateTime, TrialResult } from '../../harness/executor/contract.js';
import { renderTerminal } from '../../reports/tables/table.js';

function road(values: Partial<RoadCost>): RoadCost {
  const busy = { packetsPerSecond: 400_000, cpuNsPerPacket: 2000, busy: 0.98, lost: 0.3 };
  return { ...busy, wirePackets: 100_000, hitsPerPacket: null, ...values };
}

function pair(arm: string, round: number, on: Partial<RoadCost>, off: Partial<RoadCost> = {}): Pair {
  return { cell: 'packet, 64 B', arm, round, off: road(off), on: road(on), seen: arm === 'pktpath' ? null : 1.02 };
}

const pairs: Pair[] = [
  pair('pktpath', 0, { packetsPerSecond: 380_000, cpuNsPerPacket: 2100, hitsPerPacket: 5 }),
  pair('pktpath', 1, { packetsPerSecond: 360_000, cpuNsPerPacket: 2200, hitsPerPacket: 5 }),
  pair('bpftrace with timestamps', 0, { packetsPerSecond: 100_000, cpuNsPerPacket: 4000 }),
  pair('bpftrace with timestamps', 1, { packetsPerSecond: 100_000, cpuNsPerPacket: 3000 }),
];
const data = {
  pairs,
  unusable: { 'perf record': 'perf is not installed' },
  tracepoints: { 'packet, 64 B': ['net:a'] },
};

describe('throughput with tracing', function () {
  it('is compared within each pair', function () {
    const own = pairs.filter(({ arm }) => arm === 'pktpath');
    const { throughput, capacity, addedNs } = armFigures(own);
    assert.deepEqual(throughput, [0.95, 0.9]);
    assert.deepEqual(capacity, [2000 / 2100, 2000 / 2200]);
    assert.deepEqual(addedNs, [100, 200]);
  });

  it('gives how many times dearer a tracer is within each round', function () {
    assert.deepEqual(dearer(pairs, 'packet, 64 B', 'bpftrace with timestamps'), [20, 5]);
  });

  it('gives no such figure for a round in which pktpath added nothing', function () {
    const free = [pair('pktpath', 0, { cpuNsPerPacket: 1999 }), pair('perf record', 0, { cpuNsPerPacket: 5000 })];
    assert.deepEqual(dearer(free, 'packet, 64 B', 'perf record'), []);
  });

  it('has hits per packet from the probed trials of the same cell', function () {
    assert.equal(hitsOf(pairs, 'packet, 64 B'), 5);
    assert.equal(hitsOf(pairs, 'another'), null);
  });

  it('is judged by delivered packets where the receiver’s core limits, else by packets per CPU second', function () {
    const [limited] = throughputGoals(data);
    assert.match(limited?.what ?? '', /^throughput with all probes on/);
    assert.equal(limited?.found?.median, 0.925);
    const idle = { ...data, pairs: [pair('pktpath', 0, { cpuNsPerPacket: 2500 }, { busy: 0.4 })] };
    const [unlimited] = throughputGoals(idle);
    assert.match(unlimited?.what ?? '', /^packets per CPU second/);
    assert.equal(unlimited?.found?.median, 0.8);
  });

  it('is printed with a reason in place of figures for a tracer that is missing', function () {
    const [table] = throughputTables(data);
    assert.ok(table);
    const text = renderTerminal(table, { width: 160, colour: false });
    assert.match(text, /perf record +perf is not installed/);
    assert.match(text, /bpftrace with timestamps +0\.250/);
    assert.match(text, /98 % busy/);
  });
});

describe('hits per packet', function () {
  const state = (values: Partial<StateTime>): StateTime => {
    return {
      layer: 'task',
      owner: 'receiver',
      stage: 'copy',
      ns: 1,
      entries: 0,
      exits: 0,
      passes: 0,
      ways: {},
      ...values,
    };
  };
  const result = (states: StateTime[]): TrialResult =>
    ({
      wirePackets: 100,
      reader: { packets: 50 },
      probes: { cpus: [{ cpu: 1, states }], boundaries: [], attachNs: 0 },
    }) as unknown as TrialResult;

  it('divides the reader’s by what it got and the others by what was on the wire', function () {
    const states = [
      state({ entries: 50 }),
      state({ stage: 'syscall-return', entries: 45, passes: 5 }),
      state({ owner: 'receiver-napi', stage: 'gro', entries: 200 }),
    ];
    assert.equal(hitsPerPacket(result(states), 1), 2 + 2);
  });

  it('leaves out what marks entered, and the idle task', function () {
    const states = [state({ stage: 'user', entries: 50 }), state({ owner: 'idle', stage: 'unattributed', entries: 9 })];
    assert.equal(hitsPerPacket(result(states), 1), 0);
  });

  it('is unknown without probes on that CPU', function () {
    assert.equal(hitsPerPacket(result([]), 0), null);
  });
});
