import assert from 'node:assert/strict';
import fc from 'fast-check';
import { classifyLoad, lossRatio } from '../../harness/search/classify.js';
import type { LoadClass, LoadCriteria, LoadTrial } from '../../harness/search/classify.js';

function trials(count: number, seconds: number, lossPercent: number): LoadTrial[] {
  return Array.from({ length: count }, () => ({ seconds, sent: 1000, lost: 10 * lossPercent }));
}

function criteria(final: number, sum: number, loss: number, exceed: number): LoadCriteria {
  return { finalTrialSeconds: final, durationSumSeconds: sum, lossRatio: loss, exceedRatio: exceed };
}

/**
 * Appendix "Example Search" of RFC 9971: its four goals, and its table for each of its six points. Its code is followed where
 * the two disagree: for the fourth goal at the last two points the table says lower bound, although the exceed ratios that
 * it gives, 42.857 % and 27.273 %, are over the 20 % of the goal.
 */
const goals = [
  criteria(60, 60, 0, 0),
  criteria(60, 120, 0, 0.5),
  criteria(1, 120, 0.005, 0.5),
  criteria(60, 60, 0.005, 0.2),
];
const points: [name: string, added: LoadTrial[], expected: LoadClass[]][] = [
  ['first short good', trials(59, 1, 0), ['undecided', 'undecided', 'undecided', 'undecided']],
  ['first short bad', trials(1, 1, 1), ['upper', 'undecided', 'undecided', 'undecided']],
  ['last short bad', trials(59, 1, 1), ['upper', 'undecided', 'undecided', 'upper']],
  ['last short good', trials(1, 1, 0), ['upper', 'undecided', 'lower', 'upper']],
  ['first long bad', trials(1, 60, 0.1), ['upper', 'undecided', 'lower', 'upper']],
  ['first long good', trials(1, 60, 0), ['upper', 'lower', 'lower', 'upper']],
];

describe('class of a load', () => {
  for (const [index, [name, , expected]] of points.entries()) {
    it(`is that of the RFC's example search at its point ${index + 1}, ${name}`, () => {
      const measured = points.slice(0, index + 1).flatMap(([, added]) => added);
      assert.deepEqual(
        goals.map((goal) => classifyLoad(measured, goal)),
        expected,
      );
    });
  }

  it('is undecided without a trial', () => {
    for (const goal of goals) assert.equal(classifyLoad([], goal), 'undecided');
  });

  it('verifies loss as ETSI TST 009 does with max(r) = 2: one clean trial of two is enough', () => {
    const goal = criteria(0.1, 0.2, 0, 0.5);
    assert.equal(classifyLoad(trials(1, 0.1, 0), goal), 'lower');
    assert.equal(classifyLoad(trials(1, 0.1, 1), goal), 'undecided');
    assert.equal(classifyLoad([...trials(1, 0.1, 1), ...trials(1, 0.1, 0)], goal), 'lower');
    assert.equal(classifyLoad(trials(2, 0.1, 1), goal), 'upper');
  });

  it('counts a trial at the goal loss ratio as low-loss, and one packet more as high-loss', () => {
    const goal = criteria(1, 1, 0.005, 0);
    assert.equal(classifyLoad([{ seconds: 1, sent: 1000, lost: 5 }], goal), 'lower');
    assert.equal(classifyLoad([{ seconds: 1, sent: 1000, lost: 6 }], goal), 'upper');
  });

  it('counts a longer trial as full-length', () => {
    assert.equal(classifyLoad(trials(1, 2, 0), criteria(1, 2, 0, 0)), 'lower');
  });

  it('makes no lower bound of short trials, however many', () => {
    assert.equal(classifyLoad(trials(1000, 0.5, 0), criteria(1, 5, 0, 0.5)), 'undecided');
  });

  it('makes an upper bound of short trials once their excess is over the exceed ratio of the duration sum', () => {
    const goal = criteria(1, 5, 0, 0.5);
    assert.equal(classifyLoad(trials(5, 0.5, 1), goal), 'undecided');
    assert.equal(classifyLoad(trials(6, 0.5, 1), goal), 'upper');
    assert.equal(classifyLoad([...trials(6, 0.5, 1), ...trials(1, 0.5, 0)], goal), 'undecided');
  });

  it('lets the excess of short trials weigh against full-length ones', () => {
    const goal = criteria(1, 3, 0, 0.5);
    assert.equal(classifyLoad(trials(2, 1, 0), goal), 'lower');
    assert.equal(classifyLoad([...trials(2, 1, 0), ...trials(3, 0.9, 1)], goal), 'upper');
  });

  it('holds at the limit although tenths do not add up', () => {
    const goal = criteria(0.1, 1, 0, 0.3);
    // 0.7 s of low loss and 0.3 s of high loss: exactly the exceed ratio.
    assert.equal(classifyLoad([...trials(7, 0.1, 0), ...trials(3, 0.1, 1)], goal), 'lower');
    assert.equal(classifyLoad([...trials(6, 0.1, 0), ...trials(4, 0.1, 1)], goal), 'upper');
  });

  it('is never undecided once full-length trials reach the duration sum', () => {
    const trial = fc.record({
      seconds: fc.constantFrom(0.5, 1, 2),
      sent: fc.constant(1000),
      lost: fc.constantFrom(0, 4, 5, 6, 500, 1000),
    });
    fc.assert(
      fc.property(
        fc.array(trial, { maxLength: 12 }),
        fc.constantFrom(0, 0.2, 0.5, 0.9),
        fc.constantFrom(0, 0.005),
        (list, exceed, loss) => {
          const full = list.filter(({ seconds }) => seconds >= 1).reduce((sum, { seconds }) => sum + seconds, 0);
          const verdict = classifyLoad(list, criteria(1, 4, loss, exceed));
          if (full >= 4) assert.notEqual(verdict, 'undecided');
        },
      ),
      { seed: 1 },
    );
  });
});

describe('loss ratio', () => {
  it('is over all packets, not the mean of the trials', () => {
    const mixed = [
      { seconds: 0.1, sent: 100, lost: 10 },
      { seconds: 1, sent: 900, lost: 0 },
    ];
    assert.equal(lossRatio(mixed), 0.01);
  });
});
