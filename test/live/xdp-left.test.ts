import assert from 'node:assert/strict';
import { basename } from 'node:path';
import { PktpathError } from '../../harness/errors.js';
import type { PathSpec } from '../../harness/executor/contract.js';
import type { Executor } from '../../harness/executor/executor.js';
import { startNativeExecutor } from '../../harness/executor/native.js';
import { pathSpec } from '../../harness/paths/path-spec.js';
import { trialSpec } from '../../harness/run/trial-spec.js';
import type { Testbed } from '../../harness/testbed/testbed.js';
import { listNamespaces, tool } from '../testbed/network-tools.js';
import { attachedTo, attachedToBoth } from './attached.js';
import type { Attached } from './attached.js';
import { heldBpf, heldSockets, runs, waitUntil, workersOf } from './processes.js';
import { useSetting } from './setting.js';
import { cellOf, runOnce } from './trials.js';

/** A trial that lasts far longer than any of these tests lets it. */
const long = { packets: 600_000, packetsPerSecond: 10_000, maxDurationNs: 60e9 };

interface Attaching {
  what: string;
  path: PathSpec;
  isOn: (attached: Attached) => boolean;
  /** What of it a kill leaves to the removal of the namespace. */
  afterKill: 'gone' | 'left';
}

const native = ({ xdp }: Attached): boolean => xdp === 1;
const generic = ({ xdp }: Attached): boolean => xdp === 2;
const clsact = ({ qdiscs }: Attached): boolean => qdiscs.includes('clsact');

const attaching: readonly Attaching[] = [
  { what: 'native XDP', path: pathSpec('xdp-count', 256), isOn: native, afterKill: 'gone' },
  { what: 'generic XDP', path: pathSpec('xdp-count', 256, { xdpMode: 'generic' }), isOn: generic, afterKill: 'gone' },
  { what: 'AF_XDP', path: pathSpec('af-xdp', 256), isOn: native, afterKill: 'gone' },
  { what: 'a tc program', path: pathSpec('tc-count', 256), isOn: clsact, afterKill: 'left' },
];

describe('what a path attaches', function () {
  this.timeout(60_000);
  const setting = useSetting();
  let testbed: Testbed;
  let executor: Executor;
  let worker: number;

  beforeEach(async () => {
    testbed = await setting().bringUp('napi-thread');
    const before = workersOf(process.pid);
    executor = await startNativeExecutor();
    worker = workersOf(process.pid).find((pid) => !before.includes(pid)) ?? 0;
  });
  afterEach(async () => {
    await executor.close();
    await testbed.down();
  });

  /** Starts the long trial and waits until its program is on. @returns what gives the error that ends it */
  async function startLong({ path, isOn }: Attaching): Promise<() => Promise<PktpathError>> {
    const running = executor.runTrial(trialSpec(cellOf('packet-recvfrom', long, path), testbed, null));
    const ended = Promise.allSettled([running]);
    assert.ok(await waitUntil(async () => isOn(await attachedTo(testbed.receiver)), 10_000), 'it is attached');
    return async () => {
      const [result] = await ended;
      assert.ok(result.status === 'rejected' && result.reason instanceof PktpathError);
      return result.reason;
    };
  }

  for (const each of attaching) {
    const { what, path, isOn, afterKill } = each;
    it(`${what}: is gone when the trial fails half-way`, async () => {
      const attached = await attachedToBoth(testbed);
      const sockets = heldSockets(worker).length;
      const cell = cellOf('packet-recvfrom', { method: 'af-xdp' }, path);
      const sender = { ...testbed.sender, interfaceIndex: 4242 };
      const running = executor.runTrial({ ...trialSpec(cell, testbed, null), sender });
      await assert.rejects(running, /cannot bind an AF_XDP socket in copy mode to pktpath-tx: ENODEV/);
      assert.deepEqual(await attachedToBoth(testbed), attached);
      assert.deepEqual(heldBpf(worker), { programs: [], links: [] });
      assert.equal(heldSockets(worker).length, sockets);
    });

    it(`${what}: is gone when the trial is aborted`, async () => {
      const attached = await attachedToBoth(testbed);
      const failure = await startLong(each);
      await executor.close();
      await failure();
      assert.deepEqual(await attachedToBoth(testbed), attached);
    });

    it(`${what}: is ${afterKill} when the process is killed, and goes with the namespace`, async () => {
      const attached = await attachedTo(testbed.receiver);
      const failure = await startLong(each);
      process.kill(worker, 'SIGKILL');
      assert.match((await failure()).message, /^the measuring process ended by SIGKILL$/);
      assert.ok(await waitUntil(() => !runs(worker), 10_000));
      if (afterKill === 'gone') {
        assert.ok(await waitUntil(async () => !isOn(await attachedTo(testbed.receiver)), 5000));
        assert.deepEqual(await attachedTo(testbed.receiver), attached);
        const { ledger } = await runOnce(setting(), testbed, cellOf('packet-recvfrom', {}, path), null);
        assert.equal(ledger.unexplained, 0, 'and the next trial can follow');
      }
      await testbed.down();
      assert.ok(!(await listNamespaces()).includes(basename(testbed.receiver.netns)));
    });

    it(`${what}: fails with a reason when its interface is deleted`, async () => {
      const failure = await startLong(each);
      await tool('ip', '-n', basename(testbed.receiver.netns), 'link', 'delete', testbed.receiver.interface);
      const { message } = await failure();
      assert.match(message, /send failed: E|pktpath-rx/);
      assert.deepEqual(heldBpf(worker), { programs: [], links: [] });
      assert.ok((await executor.versions()).libbpf.length > 0, 'the process lives on');
    });
  }
});
