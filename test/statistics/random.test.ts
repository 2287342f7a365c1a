import assert from 'node:assert/strict';
import fc from 'fast-check';
import { seededRandom, shuffle } from '../../harness/statistics/random.js';
import { ratiosWithinRound } from '../../harness/statistics/rounds.js';

describe('seeded random numbers', () => {
  it('are the same for the same seed, and others for another', () => {
    const draw = (seed: number): number[] => {
      const random = seededRandom(seed);
      return Array.from({ length: 5 }, random);
    };
    assert.deepEqual(draw(7), draw(7));
    assert.notDeepEqual(draw(7), draw(8));
  });

  it('lie in [0, 1), all tenths as often', () => {
    const random = seededRandom(1);
    const tenths = new Array<number>(10).fill(0);
    for (let i = 0; i < 10_000; i++) {
      const value = random();
      assert.ok(value >= 0 && value < 1);
      tenths[Math.floor(value * 10)]! += 1;
    }
    // Four standard deviations of a binomial count.
    for (const count of tenths) assert.ok(Math.abs(count - 1000) < 120, String(tenths));
  });
});

describe('shuffle', () => {
  it('keeps every item, and leaves its argument alone', () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), fc.nat(), (items, seed) => {
        const before = [...items];
        const result = shuffle(items, seededRandom(seed));
        assert.deepEqual(items, before);
        assert.deepEqual(
          [...result].sort((a, b) => a - b),
          [...items].sort((a, b) => a - b),
        );
      }),
    );
  });

  it('gives every order as often', () => {
    const random = seededRandom(3);
    const seen = new Map<string, number>();
    for (let i = 0; i < 6000; i++) {
      const order = shuffle(['a', 'b', 'c'], random).join('');
      seen.set(order, (seen.get(order) ?? 0) + 1);
    }
    assert.equal(seen.size, 6);
    for (const count of seen.values()) assert.ok(Math.abs(count - 1000) < 120, String([...seen]));
  });
});

describe('ratios within a round', () => {
  it('pair what ran in the same round, and leave out what has no partner', () => {
    const arm = [
      { round: 2, value: 6 },
      { round: 0, value: 1 },
      { round: 1, value: 5 },
    ];
    const base = [
      { round: 0, value: 2 },
      { round: 2, value: 3 },
      { round: 1, value: 0 },
    ];
    assert.deepEqual(ratiosWithinRound(arm, base), [0.5, 2]);
  });

  it('cancel what drifts from round to round', () => {
    const drift = fc.array(fc.double({ noNaN: true, min: 0.5, max: 2 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(drift, (factors) => {
        const at = (cost: number) => factors.map((factor, round) => ({ round, value: cost * factor }));
        for (const ratio of ratiosWithinRound(at(90), at(100))) assert.ok(Math.abs(ratio - 0.9) < 1e-12);
      }),
    );
  });
});
