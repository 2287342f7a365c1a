import assert from 'node:assert/strict';
import type { TrialSpec } from '../../harness/executor/contract.js';
import { patienceWith } from '../../harness/lab/patience.js';

describe('patience with a guest', () => {
  const spec = {
    generator: { maxDurationNs: 10e9 },
    warmupPackets: 1000,
    warmupPacketsPerSecond: 1000,
    drainNs: 500e6,
  } as TrialSpec;

  it('is two hundred times what a trial takes by its clock, exact or not', () => {
    assert.equal(patienceWith({ name: 'runTrial', arguments: [spec] }), 12 * 200);
    assert.equal(patienceWith({ name: 'runTrialAndCount', arguments: [spec] }), 12 * 200);
  });

  it('is five minutes for every other call', () => {
    assert.equal(patienceWith({ name: 'testbedCounters', arguments: [] }), 300);
  });
});
