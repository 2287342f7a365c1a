import assert from 'node:assert/strict';
import { bounded, intervalNote } from '../../bench/bounded.js';
import { lateShares, pacingOf, pacingTable } from '../../bench/generator-rate.js';
import { parseOptions } from '../../bench/options.js';
import { costTable, overFloor } from '../../bench/probe-cost.js';
import type { CalibrationResult } from '../../harness/executor/contract.js';
import { renderTerminal } from '../../reports/tables/table.js';
import type { TrialResult } from '../../harness/executor/contract.js';

function calibration(floor: number, edge: number): CalibrationResult {
  const cost = (median: number) => ({ low: median - 1, median, high: median + 1 });
  const [base, empty, pass, mark] = [cost(9), cost(40), cost(50), cost(25)];
  return {
    base,
    empty,
    floor: cost(floor),
    edge: cost(edge),
    pass,
    mark,
    marks: { user: mark, call: mark },
    ways: [],
    trigger: 'bpf_trigger_tp',
    hitsPerBatch: 20_000,
    batches: 5,
  };
}

describe('options of the benchmark', function () {
  it('choose sections in their own order, and all of them when none is named', function () {
    assert.deepEqual(parseOptions(['--only', 'harness', '--only', 'probe-cost'])?.sections, ['probe-cost', 'harness']);
    assert.equal(parseOptions([])?.sections.length, 5);
    assert.deepEqual(parseOptions(['--quick', '--json', '--seed', '7']), {
      sections: ['probe-cost', 'throughput', 'generator', 'roads', 'harness'],
      quick: true,
      json: true,
      seed: 7,
    });
  });

  it('are refused with exit code 2 when they are not known or out of range', function () {
    for (const args of [['--only', 'all'], ['--fast'], ['extra'], ['--seed', '-1'], ['--seed', '4294967296']]) {
      assert.throws(() => parseOptions(args), { exitCode: 2 }, args.join(' '));
    }
  });

  it('give null for --help', function () {
    assert.equal(parseOptions(['--help']), null);
  });
});

describe('figures of the benchmark', function () {
  it('have no interval for one value, and are missing without any', function () {
    assert.equal(bounded([]), null);
    assert.deepEqual(bounded([3]), { value: 3, low: null, high: null });
    assert.match(intervalNote(1), /no interval/);
    assert.match(intervalNote(7), /over 7 rounds.*95 %/);
  });

  it('relate each kind of hit to the floor of the same round', function () {
    assert.deepEqual(overFloor([calibration(80, 100), calibration(100, 110)], 'edge'), [1.25, 1.1]);
  });

  it('print an object that does not load with its reason', function () {
    const text = renderTerminal(
      costTable([
        { object: '/x/calibrate.tp_btf.bpf.o', rounds: [calibration(80, 100)], error: null },
        { object: '/x/calibrate.raw_tp.bpf.o', rounds: [], error: 'EPERM' },
      ]),
      { width: 160, colour: false },
    );
    assert.match(text, /tp_btf +40\.0 \(–\) +80\.0|tp_btf +40\.0 +80\.0/);
    assert.match(text, /1\.250/);
    assert.match(text, /raw_tp +EPERM/);
  });

  it('take the mean rate from the first send to the last', function () {
    const lateness = { lowerBounds: [20, 40, 1000], counts: [60, 40, 1] };
    const generator = { sent: 101, elapsedNs: 1e7, lateness, latenessMaxNs: 1200 };
    const pacing = pacingOf('sendto', 10_000, { generator } as unknown as TrialResult);
    assert.deepEqual(pacing, {
      method: 'sendto',
      packetsPerSecond: 10_000,
      errorPpm: 0,
      p50: 20,
      p99: 40,
      max: 1200,
      lateness,
    });
    assert.equal(pacingTable([pacing], 1).rows.length, 1);
    const late = lateShares([{ ...pacing, lateness: { lowerBounds: [20, 1024, 131_072], counts: [97, 2, 1] } }]);
    assert.deepEqual(late, { late1us: 3, late10us: 1, late100us: 1, late1ms: 0 });
    const empty = { ...generator, lateness: { lowerBounds: [], counts: [] } };
    assert.throws(() => pacingOf('sendto', 10_000, { generator: empty } as unknown as TrialResult), RangeError);
  });
});
