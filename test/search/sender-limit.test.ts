import assert from 'node:assert/strict';
import { SenderLimit, withoutJitter } from '../../harness/search/sender-limit.js';

describe('sender limit', () => {
  it('comes down to the better of two trials that fell short', () => {
    const limit = new SenderLimit(1000);
    limit.add(1000, 600);
    assert.equal(limit.ceiling, 1000);
    limit.add(1000, 650);
    assert.equal(limit.ceiling, 650);
  });

  it('does not come down for falling short of different loads once each', () => {
    const limit = new SenderLimit(1000);
    limit.add(1000, 600);
    limit.add(900, 600);
    assert.equal(limit.ceiling, 1000);
  });

  it('does not come down while the sender kept up with more as often', () => {
    const limit = new SenderLimit(1000);
    limit.add(1000, 1000);
    limit.add(900, 895);
    limit.add(500, 300);
    limit.add(500, 300);
    assert.equal(limit.ceiling, 1000);
    limit.add(500, 310);
    assert.equal(limit.ceiling, 310);
  });

  it('never goes up', () => {
    const limit = new SenderLimit(1000);
    for (const achieved of [500, 500]) limit.add(1000, achieved);
    for (const achieved of [450, 450, 450]) limit.add(500, achieved);
    limit.add(450, 600);
    assert.equal(limit.ceiling, 450);
  });
});

describe('pacing jitter', () => {
  it('is up to a hundredth, either way', () => {
    assert.deepEqual(
      [991, 1009].map((given) => withoutJitter(given, 1000)),
      [1000, 1000],
    );
    assert.deepEqual(
      [989, 1011].map((given) => withoutJitter(given, 1000)),
      [989, 1011],
    );
  });
});
