import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { ExitCode, PktpathError } from '../../harness/errors.js';
import { readRegistry } from '../../harness/clean/registry.js';
import { parseCpuMask } from '../../harness/environment/cpu-list.js';
import { readOnlineCpus } from '../../harness/testbed/options.js';
import { hasNapi, isolations } from '../../harness/testbed/testbed.js';
import type { Testbed, TestbedOptions, VethIsolation } from '../../harness/testbed/testbed.js';
import { bringUpVeth } from '../../harness/testbed/veth.js';
import { Testbed as TestbedRecord } from '../../reports/record.js';
import { isRoot, requireCapability } from '../support/capabilities.js';
import { catInside, link, listNamespaces, pin, sendDatagrams, tool } from './network-tools.js';

const runId = `test-${String(process.pid)}`;
const rx = `pktpath-${runId}-rx`;
const tx = `pktpath-${runId}-tx`;

async function assertNothingLeft(): Promise<void> {
  assert.deepEqual(
    (await listNamespaces()).filter((name) => name.includes(runId)),
    [],
  );
  assert.deepEqual(
    (await readRegistry()).filter((entry) => entry.runId === runId),
    [],
  );
  const processes = await tool('ps', '-e', '-o', 'args');
  assert.ok(!processes.includes(rx) && !processes.includes(tx), processes);
}

/** Packets that each CPU took through the core of the receive path: column 1 of /proc/net/softnet_stat. */
async function processedByCpu(): Promise<number[]> {
  const text = await readFile('/proc/net/softnet_stat', 'utf8');
  const lines = text.trim().split('\n');
  return lines.map((line) => Number.parseInt(line.split(' ')[0] ?? '', 16));
}

describe('the veth testbed', () => {
  let senderCpu = 0;
  let receiverCpu = 1;
  let testbed: Testbed | undefined;

  const options = (isolation: VethIsolation): TestbedOptions => ({
    runId,
    isolation,
    receiverCpu,
    senderCpu,
    mtu: 1400,
  });

  before(async function () {
    const cpus = await readOnlineCpus();
    requireCapability(this, 'root', isRoot);
    requireCapability(this, 'two CPUs', cpus.length >= 2);
    [senderCpu = 0, receiverCpu = 1] = cpus;
  });

  afterEach(async () => {
    await testbed?.down();
    testbed = undefined;
  });

  for (const isolation of isolations) {
    it(`is what it says: ${isolation}`, async () => {
      testbed = await bringUpVeth(options(isolation), pin);
      const record = testbed.describe();
      assert.deepEqual(TestbedRecord.parse(record), record);

      for (const [namespace, end] of [
        [rx, testbed.receiver],
        [tx, testbed.sender],
      ] as const) {
        const found = await link(namespace, end.interface);
        assert.equal(found.ifindex, end.interfaceIndex);
        assert.equal(found.address, end.mac);
        assert.equal(found.mtu, 1400);
        assert.equal(found.operstate, 'UP');
        assert.ok(!found.flags.includes('MULTICAST'));
        assert.equal(end.netns, `/run/netns/${namespace}`);

        const features = await tool('ip', 'netns', 'exec', namespace, 'ethtool', '-k', end.interface);
        assert.match(features, /^tcp-segmentation-offload: off/m);
        assert.match(features, /^generic-segmentation-offload: off/m);
        assert.match(features, new RegExp(`^generic-receive-offload: ${hasNapi(isolation) ? 'on' : 'off'}`, 'm'));
        const recorded = namespace === rx ? record.features.receiver : record.features.sender;
        for (const [name, value] of Object.entries(recorded.after)) {
          assert.match(features, new RegExp(`^\\s*${name}: ${String(value)}\\b`, 'm'));
        }
        assert.equal(recorded.before['tcp-segmentation-offload'], 'on');

        const masks = await catInside(namespace, `/sys/class/net/${end.interface}/queues/rx-0/rps_cpus`);
        assert.deepEqual(parseCpuMask(masks), isolation === 'rps' ? [end.cpu] : []);
        const threaded = await catInside(namespace, `/sys/class/net/${end.interface}/threaded`);
        assert.equal(threaded, isolation === 'napi-thread' ? '1' : '0');

        assert.equal(await catInside(namespace, '/proc/sys/net/ipv4/tcp_timestamps'), '0');
        assert.equal(await catInside(namespace, '/proc/net/if_inet6').catch(() => ''), '', 'no IPv6 address');
        assert.match(await tool('ip', '-n', namespace, 'neighbour', 'show'), /lladdr 02:70:6b:00:00:0[12] PERMANENT/);
      }
      assert.notEqual(testbed.receiver.interfaceIndex, testbed.sender.interfaceIndex);

      await testbed.down();
      await testbed.down();
      await assertNothingLeft();
    });

    it(`has the receiver's kernel work where ${isolation} says, and counts every packet`, async () => {
      testbed = await bringUpVeth(options(isolation), pin);
      const [processed, counted] = [await processedByCpu(), await testbed.counters()];
      await sendDatagrams(tx, senderCpu, testbed.receiver.address, 4000);
      const [processedAfter, countedAfter] = [await processedByCpu(), await testbed.counters()];

      const received = countedAfter.receiverRxPackets - counted.receiverRxPackets;
      const refused = countedAfter.senderTxDropped - counted.senderTxDropped;
      assert.equal(received + refused, 4000, 'every datagram is received or dropped by name, and nothing else is sent');
      assert.equal((await link(rx, testbed.receiver.interface)).stats64.rx.packets, countedAfter.receiverRxPackets);
      assert.equal(countedAfter.senderTxPackets - counted.senderTxPackets, received);

      const share = (cpu: number): number => (processedAfter[cpu] ?? 0) - (processed[cpu] ?? 0);
      const worker = ['inline', 'napi-softirq'].includes(isolation) ? senderCpu : receiverCpu;
      assert.ok(
        share(worker) >= received,
        `CPU ${String(worker)} took ${String(share(worker))} of ${String(received)}`,
      );
      const bystander = worker === senderCpu ? receiverCpu : senderCpu;
      assert.ok(share(bystander) < received / 2, `CPU ${String(bystander)} took ${String(share(bystander))}`);
    });
  }

  it('pins the NAPI threads of both ends, at the highest priority', async () => {
    testbed = await bringUpVeth(options('napi-thread'), pin);
    for (const end of [testbed.receiver, testbed.sender]) {
      const status = await readFile(`/proc/${String(end.napiTid)}/status`, 'utf8');
      assert.match(status, new RegExp(`^Name:\\s+napi/${end.interface}`, 'm'));
      assert.match(status, new RegExp(`^Cpus_allowed_list:\\s+${String(end.cpu)}$`, 'm'));
      assert.equal((await tool('ps', '-o', 'ni=', '-p', String(end.napiTid))).trim(), '-20');
    }
  });

  it('has no NAPI thread in the other isolations', async () => {
    testbed = await bringUpVeth(options('rps'), pin);
    assert.equal(testbed.receiver.napiTid, 0);
    assert.equal(testbed.sender.napiTid, 0);
  });

  it('removes what it made when it fails half-way', async () => {
    const broken = bringUpVeth(options('napi-thread'), () => Promise.reject(new Error('no affinity today')));
    await assert.rejects(broken, /no affinity today/);
    await assertNothingLeft();
  });

  it('removes what it made when a NAPI thread stays unpinned, though the caller said it was', async () => {
    await assert.rejects(
      bringUpVeth(options('napi-thread'), () => Promise.resolve()),
      /NAPI thread napi\/pktpath-rx.* was to be on CPU/,
    );
    await assertNothingLeft();
  });

  it('makes nothing when an option is out of range', async () => {
    await assert.rejects(
      bringUpVeth({ ...options('rps'), mtu: 70_000 }, pin),
      (error: unknown) => error instanceof PktpathError && error.exitCode === ExitCode.usage,
    );
    await assertNothingLeft();
  });

  it('refuses namespaces that exist already, and leaves them and all others alone', async () => {
    const other = `other-${String(process.pid)}`;
    await tool('ip', 'netns', 'add', rx);
    await tool('ip', 'netns', 'add', other);
    try {
      await assert.rejects(bringUpVeth(options('rps'), pin), /already/);
      const names = await listNamespaces();
      assert.ok(names.includes(rx) && names.includes(other) && !names.includes(tx));
      await tool('ip', 'netns', 'delete', rx);
      testbed = await bringUpVeth(options('rps'), pin);
      await testbed.down();
      assert.ok((await listNamespaces()).includes(other));
    } finally {
      for (const name of [rx, other]) await tool('ip', 'netns', 'delete', name).catch(() => undefined);
    }
    await assertNothingLeft();
  });

  it('has no counters once it is down', async () => {
    const gone = await bringUpVeth(options('inline'), pin);
    await gone.down();
    await assert.rejects(gone.counters(), /not up/);
  });
});
