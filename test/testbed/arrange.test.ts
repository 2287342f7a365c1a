import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ExitCode, PktpathError } from '../../harness/errors.js';
import { MachineSysctls } from '../../harness/testbed/machine-sysctls.js';
import { readOnlineCpus } from '../../harness/testbed/options.js';
import { forGood, plainReception } from '../../harness/testbed/reception.js';
import type { Reception, Testbed } from '../../harness/testbed/testbed.js';
import { bringUpVeth } from '../../harness/testbed/veth.js';
import { isRoot, requireCapability } from '../support/capabilities.js';
import { catInside, pin, tool } from './network-tools.js';

const budget = '/proc/sys/net/core/netdev_budget';
const read = async (file: string): Promise<string> => (await readFile(file, 'utf8')).trim();

describe('a testbed that is arranged anew', function () {
  this.timeout(20_000);
  let testbed: Testbed;

  before(async function () {
    const [senderCpu = 0, receiverCpu = 1] = await readOnlineCpus();
    requireCapability(this, 'root', isRoot);
    requireCapability(this, 'two CPUs', receiverCpu !== senderCpu);
    const options = { runId: `arrange-${String(process.pid)}`, isolation: 'rps', receiverCpu, senderCpu } as const;
    testbed = await bringUpVeth({ ...options, mtu: 1500 }, pin);
  });
  after(() => testbed.down());

  const setting = async (name: string): Promise<string> =>
    (await catInside(basename(testbed.receiver.netns), `/sys/class/net/${testbed.receiver.interface}/${name}`)).trim();
  const gro = async (): Promise<string | undefined> => {
    const { netns, interface: name } = testbed.receiver;
    const features = await tool('ip', 'netns', 'exec', basename(netns), 'ethtool', '-k', name);
    return /generic-receive-offload: (\w+)/.exec(features)?.[1];
  };

  it('goes from each isolation to each other, and back', async () => {
    for (const isolation of ['napi-thread', 'inline', 'napi-softirq', 'rps', 'napi-thread', 'rps'] as const) {
      await testbed.arrange(plainReception(isolation));
      const threaded = isolation === 'napi-thread';
      assert.equal(testbed.isolation, isolation);
      assert.equal(await gro(), isolation.startsWith('napi') ? 'on' : 'off');
      assert.equal(await setting('threaded'), threaded ? '1' : '0');
      assert.equal(testbed.receiver.napiTid !== 0, threaded);
      assert.equal(Number.parseInt(await setting('queues/rx-0/rps_cpus'), 16) > 0, isolation === 'rps');
    }
  });

  it('puts notification off, and on again', async () => {
    const deferred = { ...plainReception('napi-thread'), groFlushTimeoutNs: 50_000, deferHardIrqs: 2 };
    await testbed.arrange(deferred);
    assert.deepEqual([await setting('gro_flush_timeout'), await setting('napi_defer_hard_irqs')], ['50000', '2']);
    await testbed.arrange(plainReception('napi-thread'));
    assert.deepEqual([await setting('gro_flush_timeout'), await setting('napi_defer_hard_irqs')], ['0', '0']);
  });

  for (const [what, change] of [
    ['a timer without NAPI', { isolation: 'inline', groFlushTimeoutNs: 50_000, deferHardIrqs: 2 }],
    ['polls that stay on the receiver’s CPU without a timer', { isolation: 'napi-softirq', pollOnReceiver: true }],
  ] as const) {
    it(`refuses ${what}`, async () => {
      const wanted: Reception = { ...plainReception('inline'), ...change };
      await assert.rejects(
        testbed.arrange(wanted),
        (error) => error instanceof PktpathError && error.exitCode === ExitCode.notPossible,
      );
    });
  }

  it('comes down while a timer polls for good', async () => {
    const polled = { groFlushTimeoutNs: 50_000, deferHardIrqs: forGood, pollOnReceiver: true };
    await testbed.arrange({ ...plainReception('napi-softirq'), ...polled });
    await testbed.down();
    assert.ok(!(await tool('ip', 'netns', 'list')).includes(basename(testbed.receiver.netns)));
  });
});

describe('sysctls of the whole machine', function () {
  this.timeout(10_000);
  let before: string;

  beforeEach(async function () {
    requireCapability(this, 'root', isRoot);
    before = await read(budget);
  });

  it('are put back, and put back when pktpath is killed', async () => {
    const other = Number(before) - 1;
    const set = await MachineSysctls.set({ 'net.core.netdev_budget': other });
    assert.equal(await read(budget), String(other));
    await set.restore();
    assert.equal(await read(budget), before);
    const module = new URL('../../harness/testbed/machine-sysctls.js', import.meta.url).href;
    const code =
      `const { MachineSysctls } = await import(${JSON.stringify(module)});` +
      `await MachineSysctls.set({ 'net.core.netdev_budget': ${String(other)} }); process.kill(process.pid, 'SIGKILL');`;
    const killed = spawn(process.execPath, ['--input-type=module', '-e', code]);
    const [, signal] = (await once(killed, 'exit')) as [number | null, string | null];
    assert.equal(signal, 'SIGKILL');
    for (let look = 0; look < 40 && (await read(budget)) !== before; look++) await delay(50);
    assert.equal(await read(budget), before);
  });

  it('are left alone when one of them cannot be set', async () => {
    await assert.rejects(
      MachineSysctls.set({ 'net.core.netdev_budget': -1.5, 'net.core.dev_weight': 64 }),
      /cannot set/,
    );
    assert.equal(await read(budget), before);
    await assert.rejects(MachineSysctls.set({ 'kernel.panic': 1 }), /not to be set/);
  });
});
