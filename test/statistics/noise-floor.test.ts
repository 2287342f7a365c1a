import assert from 'node:assert/strict';
import { noiseFloorOf } from '../../harness/statistics/noise-floor.js';

describe('noise floor of a figure', () => {
  const near = (actual: number, expected: number): void => assert.ok(Math.abs(actual - expected) < 1e-9, `${actual}`);

  it('is nothing where every trial is the same, and not known of few or of what is not above zero', () => {
    assert.deepEqual(noiseFloorOf([7, 7, 7, 7, 7, 7]), { movesPercent: 0, resolvesPercent: 0 });
    for (const values of [[1, 2, 3], [], [1, 2, 0, 3, 4, 5], [1, 2, 3, -1, 4, 5]]) assert.equal(noiseFloorOf(values), null); // prettier-ignore
    assert.equal(noiseFloorOf([1, 2, 1, 2])!.resolvesPercent, null);
  });

  it('is by how much halves differ, every second trial or one behind the other', () => {
    near(noiseFloorOf([100, 120, 100, 120, 100, 120])!.movesPercent, 20);
    near(noiseFloorOf([100, 100, 100, 120, 120, 120])!.movesPercent, 20);
    near(noiseFloorOf([120, 120, 120, 100, 100, 100])!.movesPercent, 20);
  });

  it('resolves more with more trials', () => {
    const scattered = (n: number): number[] => Array.from({ length: n }, (_, index) => 100 + ((7 * index) % 11));
    const [few, many] = [noiseFloorOf(scattered(8))!, noiseFloorOf(scattered(44))!];
    assert.ok(few.resolvesPercent! > 2 * many.resolvesPercent! && many.resolvesPercent! > 0);
  });
});
