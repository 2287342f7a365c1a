import assert from 'node:assert/strict';
import type { GeneratorSpec, PathSpec } from '../../harness/executor/contract.js';
import { pathSpec } from '../../harness/paths/path-spec.js';
import type { PathOptions } from '../../harness/paths/path-spec.js';
import type { Testbed } from '../../harness/testbed/testbed.js';
import { basename } from 'node:path';
import { tool } from '../testbed/network-tools.js';
import { attachedToBoth, queueCounters } from './attached.js';
import { useSetting } from './setting.js';
import { cellOf, countOf, probesFor, runOnce, runUntilValid } from './trials.js';
import type { Measured } from './trials.js';

const afXdp = (change: Partial<PathOptions> = {}): PathSpec => pathSpec('af-xdp', 256, change);
const modes = { generic: 'generic', 'native-copy': 'native' } as const;
const copyModes = Object.keys(modes) as (keyof typeof modes)[];

describe('AF_XDP', function () {
  this.timeout(60_000);
  const setting = useSetting();
  let testbed: Testbed;

  before(async () => {
    testbed = await setting().bringUp('napi-thread');
  });
  after(() => setting().down());

  function assertReceived({ result, ledger, spec }: Measured): void {
    const { reader } = result;
    assert.equal(ledger.unexplained, 0, JSON.stringify(ledger));
    const dropped = Object.values(ledger.drops).reduce((sum, count) => sum + count, 0);
    assert.equal(reader.packets, result.generator.sent - dropped);
    assert.equal(reader.bytes, reader.packets * spec.generator.frameBytes);
    assert.equal(reader.copiedBytes, reader.bytes);
    assert.equal(
      reader.batches.counts.reduce((sum, count) => sum + count, 0),
      reader.calls,
    );
    const { duplicated, reordered, corrupt } = reader.sequence;
    assert.deepEqual([duplicated, reordered, corrupt], [0, 0, 0]);
  }

  for (const afXdpMode of copyModes) {
    for (const waiting of ['sleep', 'spin'] as const) {
      it(`${afXdpMode}, ${waiting}: has every frame, and leaves nothing attached`, async () => {
        const attached = await attachedToBoth(testbed);
        const cell = cellOf('packet-recvfrom', {}, afXdp({ afXdpMode, waiting }));
        const probes = probesFor(setting(), testbed, cell);
        const before = await queueCounters(testbed.receiver);
        const measured = await runUntilValid(() => runOnce(setting(), testbed, cell, probes, { warmupPackets: 0 }));
        const after = await queueCounters(testbed.receiver);
        assertReceived(measured);
        const { reader } = measured.result;
        assert.equal(reader.protocols['pktpath'], reader.packets);
        assert.equal(reader.granted['xdpMode'], modes[afXdpMode]);
        assert.equal(reader.granted['zeroCopy'], false);
        const redirected = (after['xdp_redirect'] ?? 0) - (before['xdp_redirect'] ?? 0);
        // runUntilValid may have measured more than once
        assert.ok(afXdpMode === 'generic' ? redirected === 0 : redirected >= reader.packets && redirected % 3000 === 0);
        if (waiting === 'spin') assert.equal(reader.systemCalls, 0);
        else assert.ok(reader.systemCalls !== null && reader.systemCalls > 0);
        if (afXdpMode === 'generic') assert.equal(countOf(measured, 'netif_receive_skb').packets, reader.packets);
        else assert.ok(!probes.programs.includes('netif_receive_skb'));
        assert.deepEqual(await attachedToBoth(testbed), attached);
      });
    }
  }

  it('takes few frames at a time, without wake-up calls, and delays from the sender’s stamp', async () => {
    const cell = cellOf('packet-recvfrom', { traffic: 'udp' }, afXdp({ batch: 1, needWakeup: false }));
    const measured = await runOnce(setting(), testbed, cell, null, { latency: true });
    assertReceived(measured);
    assert.equal(measured.result.reader.calls, measured.result.reader.packets);
    assert.equal(measured.result.reader.protocols['udp'], measured.result.reader.packets);
  });

  it('says that veth has no zero copy, as what is not possible here', async () => {
    const attached = await attachedToBoth(testbed);
    const cell = cellOf('packet-recvfrom', {}, afXdp({ afXdpMode: 'native-zero-copy' }));
    await assert.rejects(runOnce(setting(), testbed, cell, null), {
      exitCode: 4,
      message: /without copies to pktpath-rx: EOPNOTSUPP/,
    });
    assert.deepEqual(await attachedToBoth(testbed), attached);
  });

  it('says that veth’s NAPI cannot be polled from the reader’s call', async () => {
    for (const afXdpMode of copyModes) {
      const cell = cellOf('packet-recvfrom', {}, afXdp({ afXdpMode, waiting: 'busy-poll' }));
      const running = runOnce(setting(), testbed, cell, null);
      await assert.rejects(running, { exitCode: 4, message: /pktpath-rx tells AF_XDP no NAPI/ });
    }
  });

  it('refuses a number of frames that is no power of two', async () => {
    const cell = cellOf('packet-recvfrom', {}, afXdp({ frames: 1000 }));
    await assert.rejects(runOnce(setting(), testbed, cell, null), /takes a power of two .* not 1000/);
  });

  for (const afXdpMode of copyModes) {
    for (const frames of [1, 4]) {
      it(`${afXdpMode}: names what found no free frame of ${String(frames)}`, async () => {
        const unpaced = {
          frameBytes: 64,
          packets: 40_000,
          packetsPerSecond: null,
          method: 'af-xdp',
          batch: 32,
        } as const;
        const cell = cellOf('packet-recvfrom', unpaced, afXdp({ afXdpMode, frames }));
        const before = await queueCounters(testbed.receiver);
        const measured = await runOnce(setting(), testbed, cell, null, { warmupPackets: 0 });
        const after = await queueCounters(testbed.receiver);
        assertReceived(measured);
        const { drops } = measured.ledger;
        assert.ok((drops['xsk-no-frame'] ?? 0) > 0, JSON.stringify(drops));
        assert.deepEqual([drops['xsk-ring-full'], drops['receiver-interface']], [0, 0]);
        assert.equal(measured.result.wirePackets, measured.result.reader.packets + (drops['xsk-no-frame'] ?? 0));
        const refused = (after['drops'] ?? 0) - (before['drops'] ?? 0);
        assert.equal(
          refused,
          afXdpMode === 'generic' ? 0 : drops['xsk-no-frame'],
          'veth counts a failed redirect again',
        );
      });
    }
  }
});

describe('sending through AF_XDP', function () {
  this.timeout(60_000);
  const setting = useSetting();
  let testbed: Testbed;

  before(async () => {
    testbed = await setting().bringUp('napi-thread');
  });
  after(() => setting().down());

  const send = (change: Partial<GeneratorSpec>, path?: PathSpec): Promise<Measured> =>
    runOnce(setting(), testbed, cellOf('packet-recvfrom', { method: 'af-xdp', ...change }, path), null, {
      warmupPackets: 0,
    });

  for (const batch of [1, 7, 32, 1024]) {
    it(`brings 3000 frames onto the wire, ${String(batch)} at a time`, async () => {
      const { result, ledger } = await send({ batch, packetsPerSecond: 15_000 });
      const dropped = ledger.drops['veth-ring'] ?? 0;
      assert.equal(result.generator.sent, 3000);
      assert.equal(result.generator.bytes, 3000 * 256);
      assert.equal(result.wirePackets, 3000 - dropped);
      assert.equal(result.generator.refused['EBUSY'] ?? 0, dropped);
      assert.equal(ledger.unexplained, 0);
    });
  }

  it('makes datagrams that the stack takes for sound', async () => {
    const inside = ['netns', 'exec', basename(testbed.receiver.netns), 'nstat', '-a', '-s', '-z', '-j'];
    const counters = async (): Promise<Record<string, number>> =>
      (JSON.parse(await tool('ip', ...inside)) as { kernel: Record<string, number> }).kernel;
    const before = await counters();
    const { result } = await send({ traffic: 'udp', batch: 8 }, pathSpec('socket-filter-count', 256));
    const after = await counters();
    const grown = (name: string): number => (after[name] ?? NaN) - (before[name] ?? NaN);
    const all = result.generator.sent;
    assert.equal(result.reader.protocols['udp'], all);
    assert.equal(grown('IpInReceives'), all);
    // nobody listens; what is wrong in itself would not come so far
    assert.equal(grown('UdpNoPorts'), all);
    assert.deepEqual(['IpInHdrErrors', 'IpInAddrErrors', 'UdpInErrors', 'UdpInCsumErrors'].map(grown), [0, 0, 0, 0]);
  });
});
