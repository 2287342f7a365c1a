import assert from 'node:assert/strict';
import fc from 'fast-check';
import { histogramQuantile, median, quantile } from '../../harness/statistics/quantile.js';

describe('quantiles', () => {
  it('are those of type 7', () => {
    assert.equal(median([3, 1, 2]), 2);
    assert.equal(median([4, 1, 2, 3]), 2.5);
    assert.equal(quantile([1, 2, 3, 4, 5], 0.25), 2);
    assert.equal(quantile([10, 20], 0.9), 19);
    assert.throws(() => median([]), RangeError);
  });

  it('never leave the values, and never go down', () => {
    const values = fc.array(fc.double({ noNaN: true, min: -1e12, max: 1e12 }), { minLength: 1, maxLength: 50 });
    const share = fc.double({ noNaN: true, min: 0, max: 1 });
    fc.assert(
      fc.property(values, share, share, (list, p, q) => {
        const [lower, upper] = [quantile(list, Math.min(p, q)), quantile(list, Math.max(p, q))];
        assert.ok(Math.min(...list) <= lower && lower <= upper && upper <= Math.max(...list));
      }),
    );
  });

  it('of a histogram are the lower bound of their bin', () => {
    const histogram = { lowerBounds: [0, 64, 1024], counts: [98, 1, 1] };
    assert.equal(histogramQuantile(histogram, 0.5), 0);
    assert.equal(histogramQuantile(histogram, 0.99), 64);
    assert.equal(histogramQuantile(histogram, 1), 1024);
    assert.equal(histogramQuantile({ lowerBounds: [], counts: [] }, 0.5), null);
  });
});
