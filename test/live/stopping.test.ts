import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import type { GeneratorSpec } from '../../harness/executor/contract.js';
import { startNativeExecutor } from '../../harness/executor/native.js';
import { trialSpec } from '../../harness/run/trial-spec.js';
import { descendants, runs, waitUntil, workersOf } from './processes.js';
import { useSetting } from './setting.js';
import { cellOf } from './trials.js';
import { methods, specOf } from './sending.js';

describe('senders that are told to stop', function () {
  this.timeout(60_000);
  const setting = useSetting();

  const long = { packets: 1_000_000, packetsPerSecond: 20_000, maxDurationNs: 50e9 };
  const senders: [string, Partial<GeneratorSpec>][] = [
    ...methods.map((method): [string, Partial<GeneratorSpec>] => [method, specOf(method, long)]),
    ['command', { ...long, method: 'command', command: ['sleep', '60'] }],
  ];
  for (const [name, change] of senders) {
    it(`${name}: stops at once, and leaves nothing behind`, async () => {
      const bed = await setting().bringUp('napi-thread');
      const executor = await startNativeExecutor();
      const workers = workersOf(process.pid);
      const spec = { ...trialSpec(cellOf('packet-recvfrom', change), bed, null), warmupPackets: 300 };
      // by itself: it would be killed if it did not answer
      const trial = assert.rejects(executor.runTrial(spec), /aborted|ended with exit code 0/);
      await delay(500);
      const children = workers.flatMap(descendants);
      assert.equal(children.length, name === 'command' ? 1 : 0);
      await executor.close();
      await trial;
      assert.deepEqual(children.filter(runs), []);
      await setting().down();
    });
  }

  it('command: does not outlive a measuring process that is killed', async () => {
    const bed = await setting().bringUp('napi-thread');
    const before = workersOf(process.pid);
    const executor = await startNativeExecutor();
    const worker = workersOf(process.pid).find((pid) => !before.includes(pid)) ?? 0;
    const cell = cellOf('packet-recvfrom', { ...long, method: 'command', command: ['sleep', '60'] });
    const trial = assert.rejects(executor.runTrial(trialSpec(cell, bed, null)));
    assert.ok(await waitUntil(() => descendants(worker).length === 1, 10_000));
    const children = descendants(worker);
    process.kill(worker, 'SIGKILL');
    await trial;
    assert.ok(await waitUntil(() => !children.some(runs), 5000));
    await executor.close();
    await setting().down();
  });
});
