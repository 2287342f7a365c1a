import assert from 'node:assert/strict';
import { parseCpuTimes, stealPercent } from '../../harness/environment/cpu-times.js';

const reading = (cpu0: string, cpu1: string, all: string) => `cpu  ${all}\ncpu0 ${cpu0}\ncpu1 ${cpu1}\nintr 1 2 3\n`;

describe('CPU times and steal', () => {
  const before = parseCpuTimes(
    reading('100 0 0 100 0 0 0 10 5 0', '100 0 0 100 0 0 0 0 0 0', '200 0 0 200 0 0 0 10 5 0'),
  );
  const after = parseCpuTimes(
    reading('150 0 0 130 0 0 0 30 9 0', '110 0 0 190 0 0 0 0 0 0', '260 0 0 320 0 0 0 30 9 0'),
  );

  it('leaves guest time out of the total: it is in user time already', () => {
    assert.deepEqual(before?.all, { total: 410, steal: 10 });
    assert.deepEqual(before.cpus, { 0: { total: 210, steal: 10 }, 1: { total: 200, steal: 0 } });
  });

  it('is the share of the ticks between two readings', () => {
    assert.equal(stealPercent(before, after), 10);
  });

  it('can be of some CPUs alone', () => {
    assert.equal(stealPercent(before, after, [0]), 20);
    assert.equal(stealPercent(before, after, [1]), 0);
    assert.equal(stealPercent(before, after, [0, 1]), 10);
  });

  it('is unknown when a reading is missing, no tick passed, a CPU is not listed, or a counter went back', () => {
    assert.equal(stealPercent(null, after), null);
    assert.equal(stealPercent(before, null), null);
    assert.equal(stealPercent(before, before), null);
    assert.equal(stealPercent(before, after, [7]), null);
    assert.equal(stealPercent(after, before), null);
  });

  it('refuses lines that are not counters, and kernels that do not count steal', () => {
    assert.equal(parseCpuTimes('cpu  1 2 3 4 5 6 7\n'), null);
    assert.equal(parseCpuTimes('cpu  1 2 3 -4 5 6 7 8 9 10\n'), null);
    assert.equal(parseCpuTimes(''), null);
  });
});
