import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { clean, renderCleanReport } from '../../harness/clean/clean.js';
import { acquireRunLock } from '../../harness/clean/lock.js';
import { readRegistry } from '../../harness/clean/registry.js';
import { runDirectory } from '../../harness/clean/run-directory.js';
import { bringUpVeth } from '../../harness/testbed/veth.js';
import { readOnlineCpus } from '../../harness/testbed/options.js';
import { isRoot, requireCapability } from '../support/capabilities.js';
import { listNamespaces, pin, tool } from '../testbed/network-tools.js';

const vethModule = new URL('../../harness/testbed/veth.js', import.meta.url).href;
const id = `clean-${String(process.pid)}`;

/** Brings a testbed up in a process of its own and waits to be killed. */
const victim = `
  const { bringUpVeth } = await import(process.argv[1]);
  const [runId, receiverCpu, senderCpu] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
  await bringUpVeth({ runId, isolation: 'rps', receiverCpu, senderCpu, mtu: 1500 }, () => Promise.resolve());
  console.log('up');
  setInterval(() => undefined, 1000);
`;

describe('pktpath clean', () => {
  let places = { runDirectory, namespaceDirectory: '' };
  let cpus: number[] = [];

  before(async function () {
    requireCapability(this, 'root', isRoot);
    cpus = await readOnlineCpus();
    requireCapability(this, 'two CPUs', cpus.length >= 2);
  });

  // A list of names of this test's own, so that nothing else on the machine is looked at.
  beforeEach(async () => {
    places = { runDirectory, namespaceDirectory: await mkdtemp(join(tmpdir(), 'pktpath-netns-')) };
  });
  afterEach(() => rm(places.namespaceDirectory, { recursive: true, force: true }));
  const see = async (...names: string[]): Promise<void> => {
    for (const name of names) await writeFile(join(places.namespaceDirectory, name), '');
  };

  it('removes what SIGKILL left, and only that', async () => {
    const [senderCpu = 0, receiverCpu = 1] = cpus;
    const living = await bringUpVeth(
      { runId: `${id}-alive`, isolation: 'rps', receiverCpu, senderCpu, mtu: 1500 },
      pin,
    );
    const other = `other-${id}`;
    await tool('ip', 'netns', 'add', other);
    const child = spawn(
      process.execPath,
      ['--input-type=module', '-e', victim, vethModule, `${id}-dead`, String(receiverCpu), String(senderCpu)],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    try {
      await once(createInterface(child.stdout), 'line');
      child.kill('SIGKILL');
      await once(child, 'exit');
      const dead = [`pktpath-${id}-dead-rx`, `pktpath-${id}-dead-tx`];
      const alive = [`pktpath-${id}-alive-rx`, `pktpath-${id}-alive-tx`];
      await see(...dead, ...alive, other);
      await waitUntilNobodyIsIn(dead);

      const report = await clean(places);
      assert.deepEqual(report.namespaces, dead);
      assert.deepEqual(report.inUse, alive);
      assert.deepEqual(report.failed, []);
      assert.ok(report.files.includes(join(runDirectory, `${id}-dead.json`)));
      const names = await listNamespaces();
      assert.deepEqual(
        dead.filter((name) => names.includes(name)),
        [],
      );
      assert.ok([...alive, other].every((name) => names.includes(name)));
      assert.equal((await living.counters()).receiverRxPackets, 0, 'the living run works on');
      assert.match(renderCleanReport(report), new RegExp(`removed: ${dead.join(', ')}`));
    } finally {
      child.kill('SIGKILL');
      await living.down();
      await tool('ip', 'netns', 'delete', other);
    }
    assert.deepEqual(
      (await readRegistry()).filter((entry) => entry.runId.startsWith(id)),
      [],
    );
  });

  it('removes a namespace that is named as ours and that no run has registered', async () => {
    const name = `pktpath-${id}-orphan-rx`;
    await tool('ip', 'netns', 'add', name);
    await see(name);
    assert.deepEqual((await clean(places)).namespaces, [name]);
    assert.ok(!(await listNamespaces()).includes(name));
  });

  it('reports what it cannot remove, and goes on', async () => {
    const orphan = `pktpath-${id}-b-rx`;
    await tool('ip', 'netns', 'add', orphan);
    await see(`pktpath-${id}-a-rx`, orphan);
    const report = await clean(places);
    assert.deepEqual(report.namespaces, [orphan]);
    assert.equal(report.failed.length, 1);
    assert.match(report.failed[0] ?? '', new RegExp(`pktpath-${id}-a-rx: .*failed`));
    assert.match(renderCleanReport(report), /could not remove/);
  });

  it('removes a dead holder’s lock and half-written files, and leaves a living one’s', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'pktpath-run-'));
    try {
      const there = { ...places, runDirectory: directory };
      const lock = await acquireRunLock(directory);
      const text = await readFile(join(directory, 'lock'), 'utf8');
      const ended = text.replace(/"startTime":"\d+"/, '"startTime":"1"');
      await writeFile(join(directory, 'lock.abc.claim'), ended);
      await writeFile(join(directory, 'old.tmp'), ended);
      await writeFile(join(directory, 'mine.tmp'), text);
      await writeFile(join(directory, 'being-written.tmp'), '');
      await writeFile(join(directory, 'nonsense.json'), 'nonsense');
      await writeFile(join(directory, 'somebody’s notes'), '');
      await writeFile(join(directory, 'left.tmp'), '');
      await utimes(join(directory, 'left.tmp'), 1, 1);
      const report = await clean(there);
      assert.deepEqual(report.files.map((file) => file.slice(directory.length + 1)).sort(), [
        'left.tmp',
        'lock.abc.claim',
        'nonsense.json',
        'old.tmp',
      ]);
      await lock.release();
      await writeFile(join(directory, 'lock'), ended);
      assert.deepEqual((await clean(there)).files, [join(directory, 'lock')]);
      assert.deepEqual((await readdir(directory)).sort(), ['being-written.tmp', 'mine.tmp', 'somebody’s notes']);
      assert.equal(renderCleanReport(await clean(there)), 'nothing to remove\n');
    } finally {
      await rm(directory, { recursive: true });
    }
  });

  it('removes a stray veth pair of our names outside of any namespace', async () => {
    const there = { ...places, runDirectory: join(places.namespaceDirectory, 'none') };
    await tool('ip', 'link', 'add', 'pktpath-rx', 'type', 'veth', 'peer', 'name', 'pktpath-tx');
    const report = await clean(there);
    assert.ok(report.interfaces.includes('pktpath-rx'));
    const links = await tool('ip', '-o', 'link', 'show');
    assert.ok(!/pktpath-[rt]x/.test(links), links);
    assert.deepEqual(report.failed, []);
  });
});

/** The processes that stood in a killed run's namespaces end by themselves. */
async function waitUntilNobodyIsIn(namespaces: string[]): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const pids = await Promise.all(namespaces.map((name) => tool('ip', 'netns', 'pids', name)));
    if (pids.every((list) => list === '')) return;
    await delay(20);
  }
  assert.fail('a process of the killed run still stands in its namespace');
}
