import assert from 'node:assert/strict';
import { diagnose } from '../../harness/doctor/doctor.js';
import { readOnlineCpus } from '../../harness/testbed/options.js';
import type { Executor } from '../../harness/executor/executor.js';
import { isRoot, requireCapability } from '../support/capabilities.js';
import { listNamespaces, pin } from '../testbed/network-tools.js';
import { fact } from './sample-facts.js';

const unused = (): never => {
  throw new Error('the doctor has no use for this');
};

/** A native part that answers from memory. */
const executor: Executor = {
  versions: () => Promise.resolve({ libbpf: '1.1.2', libpcap: '1.10.3' }),
  allowedCpus: unused,
  detectPrograms: (object) =>
    object.includes('raw_tp')
      ? Promise.reject(new Error('no such file'))
      : Promise.resolve([fact('tp_btf/sched_switch')]),
  calibrate: unused,
  runTrial: unused,
  checkFilter: unused,
  handReceive: unused,
  handSend: unused,
  handFigures: unused,
  stopHand: unused,
  setAffinity: pin,
  close: unused,
};

describe('diagnosing this machine', () => {
  it('tries testbeds and objects, and leaves nothing', async function () {
    requireCapability(this, 'root', isRoot);
    requireCapability(this, 'two CPUs', (await readOnlineCpus()).length >= 2);
    const diagnosis = await diagnose(executor);
    const status = (name: string): string | undefined => diagnosis.checks.find((check) => check.name === name)?.status;
    assert.equal(status('root'), 'ok');
    assert.equal(status('ip'), 'ok');
    assert.equal(status('isolation inline'), 'ok');
    assert.equal(status('isolation rps'), 'ok');
    assert.equal(status('isolation napi-thread'), 'ok');
    assert.equal(status('tier tracepoint (tp_btf)'), 'ok');
    assert.equal(status('stages.raw_tp.bpf.o'), 'warn');
    assert.ok(diagnosis.checks.some(({ group }) => group === 'lab'));
    assert.deepEqual(
      (await listNamespaces()).filter((name) => name.includes(`doctor-${String(process.pid)}`)),
      [],
    );
  });

  it('says why the native part does not start', async () => {
    const diagnosis = await diagnose(new Error('pktpath.node is not built'));
    assert.equal(diagnosis.canRunTable1, false);
    assert.ok(diagnosis.reasons.includes('native part: pktpath.node is not built'));
  });

  it('says why the native part does not answer', async () => {
    const silent = { ...executor, versions: () => Promise.reject(new Error('the worker ended')) };
    assert.ok((await diagnose(silent)).reasons.includes('native part: the worker ended'));
  });
});
