import assert from 'node:assert/strict';
import { goalLine, isOpen, verdict } from '../../bench/goals.js';
import type { Goal } from '../../bench/goals.js';

const goal = (
  values: { median: number; low: number | null; high: number | null },
  side: Goal['bound']['side'],
): Goal => ({
  what: 'cost',
  bound: { side, value: 1.15 },
  found: { ...values, n: 7, level: 0.98 },
  reason: null,
});

describe('goals of the benchmark', function () {
  it('are met or missed by the median, on the side that counts', function () {
    assert.equal(verdict(goal({ median: 1.1, low: 1.05, high: 1.12 }, 'at most')), 'goal met');
    assert.equal(verdict(goal({ median: 1.1, low: 1.05, high: 1.12 }, 'at least')), 'goal missed');
    assert.equal(verdict(goal({ median: 1.15, low: 1.15, high: 1.15 }, 'at most')), 'goal met');
  });

  it('are open when the interval reaches across the bound, or there is none', function () {
    assert.equal(isOpen(goal({ median: 1.1, low: 1.05, high: 1.12 }, 'at most')), false);
    assert.equal(isOpen(goal({ median: 1.1, low: 1.05, high: 1.2 }, 'at most')), true);
    assert.equal(isOpen(goal({ median: 1.1, low: null, high: null }, 'at most')), true);
  });

  it('say what was asked, what was found and the verdict', function () {
    const line = goalLine(goal({ median: 1.182, low: 1.147, high: 1.3 }, 'at most'));
    assert.equal(
      line,
      'cost: at most 1.150; found 1.182 (1.147–1.300, n=7): goal missed, but the interval reaches across',
    );
  });

  it('are not met for want of a measurement', function () {
    const nothing: Goal = { what: 'cost', bound: { side: 'at most', value: 1 }, found: null, reason: 'no bpftrace' };
    assert.equal(verdict(nothing), 'not measured');
    assert.equal(goalLine(nothing), 'cost: at most 1.000; not measured: no bpftrace');
  });
});
