import assert from 'node:assert/strict';
import { evidenceOf, judgeCounted, judgeNoisy } from '../../reports/compare/verdict.js';
import type { Counted, Judgement, Question } from '../../reports/compare/verdict.js';
import type { Sample } from '../../reports/compare/samples.js';

const sample = (values: number[], uncertain = { down: 0, up: 0 }): Sample => ({ values, trials: [], uncertain });
const around = (centre: number, n = 11): Sample =>
  sample(Array.from({ length: n }, (_, index) => centre * (1 + 0.002 * (index - (n - 1) / 2))));
/** As one of so many rows, each with the same part of the false alarms. */
function judge(base: Sample, head: Sample, question: Question, rows: number): Judgement {
  const evidence = evidenceOf(base, head, question.apart);
  return 'test' in evidence ? judgeNoisy(evidence, question, 0.05 / rows) : evidence;
}

const lower = { better: 'lower', thresholdPercent: 5, apart: 1 } as const;

describe('verdict of noisy figures', () => {
  it('goes by which way is better', () => {
    const dearer = judge(around(100), around(120), lower, 1);
    assert.equal(dearer.verdict, 'worse');
    assert.ok(Math.abs(dearer.percent! - 20) < 1e-9 && dearer.low! < 20 && dearer.high! > 20);
    assert.ok(dearer.low! > 17 && dearer.high! < 23);
    assert.equal(judge(around(120), around(100), lower, 1).verdict, 'better');
    const higher = { ...lower, better: 'higher' } as const;
    assert.equal(judge(around(100), around(120), higher, 1).verdict, 'better');
    assert.equal(judge(around(120), around(100), higher, 1).verdict, 'worse');
  });

  it('is the same only where the whole interval lies within the threshold', () => {
    assert.equal(judge(around(100), around(101), lower, 1).verdict, 'same');
    const near = judge(around(100), around(105), lower, 1);
    assert.deepEqual([near.verdict, near.reason], ['unsure', 'about at 5 %']);
    const noisy = sample([60, 70, 80, 90, 100, 110, 120, 130, 140, 150, 160]);
    const wide = judge(noisy, noisy, lower, 1);
    assert.equal(wide.verdict, 'unsure');
    assert.match(wide.reason!, /^too noisy \(±\d+\.\d %\)$/);
    assert.ok(wide.floorPercent! > 5);
  });

  it('is never sure of few trials, however far apart', () => {
    for (const [n, m] of [
      [1, 1],
      [3, 3],
      [5, 5],
      [3, 20],
      [20, 5],
    ] as const) {
      // prettier-ignore
      for (const centre of [100, 200]) {
        const { verdict, reason, low, high } = judge(around(100, n), around(centre, m), lower, 1);
        assert.deepEqual([verdict, low, high], ['unsure', null, null]);
        assert.equal(reason, `too few trials, ${n} and ${m}: it takes 6`);
      }
    }
    assert.equal(judge(around(100, 6), around(200, 6), lower, 1).verdict, 'worse');
    assert.match(judge(around(100, 6), around(200, 6), lower, 30).reason!, /6 and 6: it takes 7$/);
  });

  it('takes what the calibrations are unsure of for part of the difference', () => {
    const [base, head] = [around(100), around(108)];
    assert.equal(judge(base, head, lower, 1).verdict, 'worse');
    const unsure = sample(head.values, { down: 6, up: 6 });
    assert.equal(judge(base, unsure, lower, 1).verdict, 'unsure');
    assert.equal(judge(sample(base.values, { down: 6, up: 6 }), head, lower, 1).verdict, 'unsure');
  });

  it('makes no ratio of what is not above zero', () => {
    const below = sample([-1, 1, 2, 3, 4, 5, 6, 7]);
    assert.match(judge(below, around(100), lower, 1).reason!, /not above zero/);
    assert.match(judge(around(100), below, lower, 1).reason!, /not above zero/);
    const none = sample([0, 0, 0, 0, 0, 0]);
    assert.equal(judge(none, none, lower, 1).verdict, 'same');
    assert.equal(judge(none, around(1), lower, 1).verdict, 'unsure');
    assert.equal(judge(sample([0, 0, 0]), sample([0, 0, 0]), lower, 1).verdict, 'unsure');
  });

  it('does not take for a difference what one run has from itself', () => {
    const drifting = sample([103, 103.1, 103.2, 103.3, 103.4, 103.5, 103.6, 140, 140.1, 140.2, 140.3]);
    assert.match(
      judge(around(100), drifting, { ...lower, thresholdPercent: 0.5 }, 1).reason!,
      /moves by 3\d\.\d % within one run/,
    );
    const steady = judge(around(100), around(104), { ...lower, thresholdPercent: 0.5 }, 1);
    assert.equal(steady.verdict, 'worse');
    assert.ok(steady.floorPercent! < 4 && judge(around(100), drifting, lower, 1).floorPercent! > 30);
  });

  it('is not sure where one side has more than twice as many trials', () => {
    assert.match(
      judge(around(100, 8), around(200, 17), lower, 1).reason!,
      /8 and 17 trials: one side has more than 2 times/,
    );
    assert.equal(judge(around(100, 8), around(200, 16), lower, 1).verdict, 'worse');
  });
});

describe('verdict of counted figures', () => {
  const counted = (value: number, boot: number | null, within: number | null = null, edgePercent = 0): Counted => ({
    ...{ value, edgePercent },
    floors: { bootDifferencePercent: boot, repeatabilityPercent: within },
  });
  const floors = { better: 'lower', thresholdPercent: null, apart: 1 } as const;

  it('takes the larger of both floors for the least difference', () => {
    assert.equal(judgeCounted(counted(1000, 0), counted(1001, 0), floors).verdict, 'worse');
    assert.equal(judgeCounted(counted(1001, 0), counted(1000, 0), floors).verdict, 'better');
    assert.equal(judgeCounted(counted(1000, 0), counted(1000, 0), floors).verdict, 'same');
    for (const [base, head] of [
      [counted(1000, 0.2), counted(1001, 0)],
      [counted(1000, 0), counted(1001, 0.2)],
      [counted(1000, 0, 0.2), counted(1001, 0)],
      [counted(1000, 0, null, 0.2), counted(1001, 0)],
    ] as const) {
      assert.equal(judgeCounted(base, head, floors).verdict, 'same');
    }
  });

  it('takes a threshold above the floors, and is not sure below them', () => {
    const question = { better: 'lower', thresholdPercent: 5, apart: 1 } as const;
    assert.equal(judgeCounted(counted(1000, 0.1), counted(1040, 0.1), question).verdict, 'same');
    assert.equal(judgeCounted(counted(1000, 0.1), counted(1060, 0.1), question).verdict, 'worse');
    assert.equal(judgeCounted(counted(1000, 10), counted(1060, 10), question).verdict, 'unsure');
    assert.equal(judgeCounted(counted(1000, 10), counted(1000, 10), question).verdict, 'unsure');
    assert.equal(judgeCounted(counted(1000, 10), counted(1500, 10), question).verdict, 'worse');
  });

  it('knows nothing of one boot, or of nothing', () => {
    assert.match(judgeCounted(counted(1000, null), counted(1000, 0), floors).reason!, /two boots/);
    assert.match(judgeCounted(counted(1000, 0), counted(1000, null), floors).reason!, /two boots/);
    assert.equal(judgeCounted(counted(0, null), counted(1000, 0), floors).verdict, 'unsure');
    assert.equal(judgeCounted(counted(0, null), counted(0, null), floors).verdict, 'same');
  });
});
