import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { createInterface } from 'node:readline';
import { PktpathError } from '../../harness/errors.js';
import type { TrialResult } from '../../harness/executor/contract.js';
import type { Executor } from '../../harness/executor/executor.js';
import { startNativeExecutor } from '../../harness/executor/native.js';
import { trialSpec } from '../../harness/run/trial-spec.js';
import type { Testbed } from '../../harness/testbed/testbed.js';
import { requireCapability } from '../support/capabilities.js';
import { tool } from '../testbed/network-tools.js';
import { heldBpf, heldSockets, leftOf, runs, waitUntil, workersOf } from '../live/processes.js';
import type { HeldBpf } from '../live/processes.js';
import { has } from '../live/command.js';
import { useSetting } from '../live/setting.js';
import { cellOf, probesFor } from '../live/trials.js';
import { sampleSpec } from './sample-spec.js';

const hasBpftool = has('bpftool');

/** A trial that lasts far longer than any of these tests lets it. */
const long = { packets: 600_000, packetsPerSecond: 10_000, maxDurationNs: 60e9 };

describe('the process that measures', function () {
  this.timeout(60_000);
  const setting = useSetting();
  let testbed: Testbed;
  let executor: Executor;
  let worker: number;

  before(async function () {
    testbed = await setting().bringUp('napi-thread');
  });

  beforeEach(async () => {
    const before = workersOf(process.pid);
    executor = await startNativeExecutor();
    const started = workersOf(process.pid).filter((pid) => !before.includes(pid));
    assert.equal(started.length, 1);
    worker = started[0] ?? 0;
  });
  afterEach(() => executor.close());

  /** Starts the long trial and waits until its probes are on and its sockets open. */
  async function startLong(traffic: 'packet-recvfrom' | 'tcp-message'): Promise<{
    ended: Promise<PromiseSettledResult<TrialResult>>;
    bpf: HeldBpf;
  }> {
    const cell = cellOf(traffic, long);
    const probes = probesFor(setting(), testbed, cell);
    const running = executor.runTrial(trialSpec(cell, testbed, probes));
    const ended = Promise.allSettled([running]).then(([result]) => result);
    const on = (): boolean => heldBpf(worker).links.length === probes.programs.length && heldSockets(worker).length > 0;
    assert.ok(
      await waitUntil(on, 10_000),
      `it has ${JSON.stringify(heldBpf(worker))}, not ${String(probes.programs.length)}`,
    );
    return { ended, bpf: heldBpf(worker) };
  }

  async function assertNothingOf(bpf: HeldBpf): Promise<void> {
    assert.ok(await waitUntil(() => !runs(worker), 10_000), 'the process is gone');
    for (const end of [testbed.receiver, testbed.sender]) {
      const namespace = basename(end.netns);
      const sockets = await tool('ip', 'netns', 'exec', namespace, 'ss', '-H', '-n', '-l', '-t', '-u', '-0', '-p');
      assert.equal(sockets.trim(), '', `sockets in ${namespace}`);
    }
    if (hasBpftool) assert.deepEqual(await leftOf(bpf), { programs: [], links: [] });
  }

  for (const traffic of ['packet-recvfrom', 'tcp-message'] as const) {
    it(`leaves nothing when it is killed in the middle of a ${traffic} trial, and the call says so`, async () => {
      const { ended, bpf } = await startLong(traffic);
      process.kill(worker, 'SIGKILL');
      const result = await ended;
      assert.equal(result.status, 'rejected');
      assert.ok(result.reason instanceof PktpathError);
      assert.match(result.reason.message, /^the measuring process ended by SIGKILL$/);
      await assert.rejects(executor.versions(), /ended by SIGKILL/, 'and so does every call after it');
      await executor.close();
      await assertNothingOf(bpf);
    });

    it(`ends soon when it is closed in the middle of a ${traffic} trial, and leaves nothing`, async () => {
      const { ended, bpf } = await startLong(traffic);
      await executor.close();
      const result = await ended;
      assert.equal(result.status, 'rejected');
      assert.ok(result.reason instanceof PktpathError);
      // Of its own accord, neither by a crash nor by the patience of its parent.
      assert.match(result.reason.message, /^(aborted|the measuring process ended with exit code 0$)/);
      await assertNothingOf(bpf);
      await executor.close();
    });
  }

  it('runs one trial at a time, and the second does the first no harm', async () => {
    const cell = cellOf('packet-recvfrom', { packets: 6000 });
    const first = executor.runTrial(trialSpec(cell, testbed, null));
    await assert.rejects(executor.runTrial(trialSpec(cell, testbed, null)), /a trial is running already/);
    const { generator, reader } = await first;
    assert.equal(generator.sent, 6000);
    assert.equal(reader.packets + (reader.drops['socket'] ?? 0), 6000);
    const third = await executor.runTrial(trialSpec(cellOf('packet-recvfrom'), testbed, null));
    assert.equal(third.generator.sent, 3000, 'and the next can follow');
  });

  it('goes on after a trial that failed', async () => {
    await assert.rejects(executor.runTrial(sampleSpec('tcp')), /cannot open network namespace/);
    const missing = { ...testbed.receiver, interface: 'no-such' };
    const cell = cellOf('libpcap');
    const failing = executor.runTrial({ ...trialSpec(cell, testbed, null), receiver: missing });
    await assert.rejects(failing, /no-such/);
    const result = await executor.runTrial(trialSpec(cell, testbed, null));
    assert.equal(result.reader.packets, result.generator.sent);
    assert.deepEqual(heldBpf(worker), { programs: [], links: [] });
  });

  it('says which argument is wrong when a spec does not pass its border', async () => {
    const spec = { ...sampleSpec('tcp'), port: 0 };
    await assert.rejects(executor.runTrial(spec), (error: unknown) => {
      assert.ok(error instanceof PktpathError);
      assert.match(error.message, /^spec\.port is 0/);
      return true;
    });
  });

  it('is a session of its own, so that a terminal’s Ctrl-C is not for it', async () => {
    const stat = readFileSync(`/proc/${String(worker)}/stat`, 'utf8');
    const [, , group, session] = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    assert.deepEqual([group, session], [worker, worker]);
    process.kill(worker, 'SIGINT');
    assert.ok((await executor.versions()).libbpf.length > 0, 'it answers still');
  });

  it('is closed twice, and refuses calls then', async () => {
    await executor.close();
    await executor.close();
    await assert.rejects(executor.allowedCpus(), /the measuring process ended with exit code 0/);
  });
});

/** A parent that starts a trial which takes a minute, and says when it has. */
const parent = `
  const [module, spec] = process.argv.slice(1);
  const { startNativeExecutor } = await import(module);
  const executor = await startNativeExecutor();
  executor.runTrial(JSON.parse(spec)).catch(() => undefined);
  console.log('started');
  setInterval(() => undefined, 1000);
`;

describe('the process that measures, when its parent is killed', function () {
  this.timeout(60_000);
  const setting = useSetting();

  it('ends by itself, in the middle of a trial, and takes its probes along', async () => {
    const testbed = await setting().bringUp('rps');
    const cell = cellOf('packet-recvfrom', long);
    const probes = probesFor(setting(), testbed, cell);
    const spec = JSON.stringify(trialSpec(cell, testbed, probes));
    const module = new URL('../../harness/executor/native.js', import.meta.url).href;
    const child = spawn(process.execPath, ['--input-type=module', '-e', parent, module, spec], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      await once(createInterface(child.stdout), 'line');
      const [worker = 0, ...others] = workersOf(child.pid ?? 0);
      assert.ok(worker > 0 && others.length === 0);
      assert.ok(await waitUntil(() => heldBpf(worker).links.length === probes.programs.length, 10_000));
      const bpf = heldBpf(worker);
      child.kill('SIGKILL');
      assert.ok(await waitUntil(() => !runs(worker), 10_000), 'it outlives its parent');
      if (hasBpftool) assert.deepEqual(await leftOf(bpf), { programs: [], links: [] });
    } finally {
      child.kill('SIGKILL');
    }
  });
});

describe('probes off', function () {
  this.timeout(60_000);
  const setting = useSetting();

  before(function () {
    requireCapability(this, 'bpftool', hasBpftool);
  });

  it('leave no program and no link of ours in the kernel, after every trial, though the process lives on', async () => {
    const testbed = await setting().bringUp('napi-thread');
    const [worker = 0] = workersOf(process.pid);
    for (const traffic of ['packet-recvfrom', 'tcp-message'] as const) {
      const cell = cellOf(traffic, { packets: 5000 });
      const probes = probesFor(setting(), testbed, cell);
      const sockets = heldSockets(worker).length;
      const running = setting().executor.runTrial(trialSpec(cell, testbed, probes));
      assert.ok(await waitUntil(() => heldBpf(worker).links.length === probes.programs.length, 10_000));
      const bpf = heldBpf(worker);
      assert.ok(bpf.programs.length >= probes.programs.length);
      await running;
      assert.deepEqual(heldBpf(worker), { programs: [], links: [] });
      assert.equal(heldSockets(worker).length, sockets, 'nor a socket');
      assert.deepEqual(await leftOf(bpf), { programs: [], links: [] });
    }
  });
});
