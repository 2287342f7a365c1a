import assert from 'node:assert/strict';
import fc from 'fast-check';
import { formatCpuMask, parseCpuList, parseCpuMask } from '../../harness/environment/cpu-list.js';

describe('CPU lists and masks', () => {
  it('reads ranges and single CPUs, in order and once each', () => {
    assert.deepEqual(parseCpuList('0-3,8,2-4\n'), [0, 1, 2, 3, 4, 8]);
    assert.deepEqual(parseCpuList(''), []);
  });

  for (const text of ['3-1', '0-99999', 'a', '1,,2', '-1', '0-3-5', '1e3', '9999']) {
    it(`refuses ${JSON.stringify(text)}`, () => assert.equal(parseCpuList(text), null));
  }

  it('writes masks as the kernel does: words of 32 bits, highest first', () => {
    assert.equal(formatCpuMask(0), '1');
    assert.equal(formatCpuMask(31), '80000000');
    assert.equal(formatCpuMask(33), '2,00000000');
  });

  it('reads every mask that it writes', () => {
    fc.assert(fc.property(fc.nat(1023), (cpu) => assert.deepEqual(parseCpuMask(formatCpuMask(cpu)), [cpu])));
  });

  it('reads masks of several CPUs, and refuses what is none', () => {
    assert.deepEqual(parseCpuMask('00000001,80000003\n'), [0, 1, 31, 32]);
    assert.deepEqual(parseCpuMask('0'), []);
    assert.equal(parseCpuMask('0x3'), null);
    assert.equal(parseCpuMask(''), null);
  });
});
