import assert from 'node:assert/strict';
import {
  isKernelThread,
  parseProcessStat,
  policyName,
  readProcessStat,
} from '../../harness/environment/process-stat.js';

const fieldsFrom3 =
  'S 2 0 0 0 -1 2129984 0 0 0 0 0 12 0 0 0 -20 1 0 777123 0 0 18446744073709551615 0 0 0 0 0 0 0 2147483647 0 1 0 0 17 1 0 0 0';

describe('/proc/PID/stat', () => {
  it('reads a kernel thread', () => {
    const stat = parseProcessStat(`6640 (napi/pktpath-rx-261) ${fieldsFrom3}`);
    assert.ok(stat);
    assert.deepEqual(
      { pid: stat.pid, comm: stat.comm, state: stat.state, startTime: stat.startTime, policy: stat.policy },
      { pid: 6640, comm: 'napi/pktpath-rx-261', state: 'S', startTime: '777123', policy: 0 },
    );
    assert.ok(isKernelThread(stat));
  });

  it('counts fields from the last parenthesis: a name may hold any', () => {
    const stat = parseProcessStat(`7 (a) S (b) R 1 2\n) ${fieldsFrom3}`);
    assert.equal(stat?.comm, 'a) S (b) R 1 2\n');
    assert.equal(stat.startTime, '777123');
  });

  it('reads nice values below zero', () => {
    assert.equal(parseProcessStat(`1 (x) ${fieldsFrom3}`)?.nice, -20);
    assert.equal(parseProcessStat(`1 (x) ${fieldsFrom3.replace(' -20 ', ' 5 ')}`)?.nice, 5);
  });

  for (const text of ['', 'x', '12 (sh', '(sh) S', '12 (sh) S 1', '0 (x) ' + fieldsFrom3]) {
    it(`refuses ${JSON.stringify(text.slice(0, 20))}`, () => assert.equal(parseProcessStat(text), null));
  }

  it('reads this process, which is no kernel thread', async () => {
    const stat = await readProcessStat(process.pid);
    assert.equal(stat?.pid, process.pid);
    assert.equal(isKernelThread(stat), false);
  });

  it('is null for a process that cannot be', async () => {
    assert.equal(await readProcessStat(0x7fff_ffff), null);
  });

  it('names policies', () => {
    assert.equal(policyName(0), 'SCHED_OTHER');
    assert.equal(policyName(99), 'policy 99');
  });
});
