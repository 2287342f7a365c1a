import assert from 'node:assert/strict';
import { basename } from 'node:path';
import type { GeneratorSpec } from '../../harness/executor/contract.js';
import { ExitCode, PktpathError } from '../../harness/errors.js';
import { pathSpec } from '../../harness/paths/path-spec.js';
import type { Testbed } from '../../harness/testbed/testbed.js';
import { link, tool } from '../testbed/network-tools.js';
import { useSetting } from './setting.js';
import { cellOf, countOf, probesFor, runOnce, runUntilValid } from './trials.js';
import type { Measured } from './trials.js';
import { methods, specOf, sumOf } from './sending.js';
import type { Method } from './sending.js';
import type { Cell } from '../../harness/run/experiment.js';
import type { Ledger } from '../../reports/record.js';

/** Both ends by `ip -s link`, and by the driver's own count at the sender. */
async function witness(bed: Testbed) {
  const [receiver, sender, driver] = await Promise.all([
    link(basename(bed.receiver.netns), bed.receiver.interface),
    link(basename(bed.sender.netns), bed.sender.interface),
    tool('ip', 'netns', 'exec', basename(bed.sender.netns), 'ethtool', '-S', bed.sender.interface),
  ]);
  const refusedFrames = Number(/tx_queue_0_xdp_xmit_errors: (\d+)/.exec(driver)?.[1]);
  return { receiver: receiver.stats64, sender: sender.stats64, refusedFrames };
}

describe('ways of sending', function () {
  this.timeout(60_000);
  const setting = useSetting();
  let testbed: Testbed;

  before(async () => {
    testbed = await setting().bringUp('napi-thread');
  });
  after(() => setting().down());

  for (const method of methods) {
    describe(method, () => {
      it('paced: each packet is stamped, sent once, in order and in time', async () => {
        const cell = cellOf('packet-recvfrom', specOf(method, {}));
        const measured = await runUntilValid(() => runOnce(setting(), testbed, cell, null));
        const { generator, reader } = measured.result;
        assertClosed(measured, cell.generator.packets);
        assert.deepEqual(reader.sequence.reordered, 0);
        assert.equal(reader.protocols['pktpath'], reader.packets);
        assert.equal(reader.bytes, reader.packets * cell.generator.frameBytes);
        assert.equal(sumOf(generator.lateness.counts), generator.sent);
        assert.ok(generator.latenessMaxNs >= (generator.lateness.lowerBounds.at(-1) ?? 0));
      });

      if (method !== 'sendto') {
        it('paced in batches: each batch has one deadline', async () => {
          const cell = cellOf('packet-recvfrom', specOf(method, { batch: 7 }));
          const measured = await runUntilValid(() => runOnce(setting(), testbed, cell, null));
          assertClosed(measured, cell.generator.packets);
          assert.equal(sumOf(measured.result.generator.lateness.counts), Math.ceil(cell.generator.packets / 7));
        });
      }

      it('unpaced: whatever the receiver makes of it, each drop has one name', async () => {
        const batch = method === 'sendto' ? 1 : 32;
        const overload = specOf(method, { packets: 40_000, packetsPerSecond: null, frameBytes: 64, batch });
        // Which layer drops, and how often, is the machine's affair; what it counts is not.
        const layer = method === 'live-pass' ? 'socket' : 'veth-ring';
        const cell = cellOf('packet-recvfrom', overload);
        for (let attempt = 0; attempt < 6; attempt++) {
          if (((await assertOverload(method, cell)).drops[layer] ?? 0) > 0) return;
        }
        assert.fail(`${layer} dropped nothing in 6 trials`);
      });

      it('ends by time, with the rest unsent', async () => {
        const endless = specOf(method, { packets: 4_000_000, packetsPerSecond: 20_000, maxDurationNs: 100_000_000 });
        const measured = await runOnce(setting(), testbed, cellOf('packet-recvfrom', endless), null);
        const { sent, lateness, elapsedNs } = measured.result.generator;
        assertClosed(measured, sent);
        assert.ok(sent > 0 && sent <= 2000, String(sent));
        assert.ok(elapsedNs < 2e9);
        assert.equal(sumOf(lateness.counts), sent);
      });
    });
  }

  async function assertOverload(method: Method, cell: Cell): Promise<Ledger> {
    const before = await witness(testbed);
    const measured = await runOnce(setting(), testbed, cell, null);
    const after = await witness(testbed);
    assertClosed(measured, 40_000);
    const { drops } = measured.ledger;
    const { generator } = measured.result;
    assert.equal(drops['receiver-interface'], 0);
    assert.equal(drops['veth-ring'], after.sender.tx.dropped - before.sender.tx.dropped);
    const live = method.startsWith('live-');
    assert.equal(sumOf(Object.values(generator.refused)), live ? 0 : drops['veth-ring']);
    if (method === 'live-redirect') {
      // One drop, told of at both ends: veth_xdp_xmit() counts it once.
      assert.equal(drops['veth-ring'], after.receiver.rx.dropped - before.receiver.rx.dropped);
      assert.equal(drops['veth-ring'], after.refusedFrames - before.refusedFrames);
    }
    const wire = method === 'live-pass' ? 0 : measured.result.wirePackets + measured.spec.warmupPackets;
    assert.equal(after.receiver.rx.packets - before.receiver.rx.packets, wire);
    return measured.ledger;
  }

  /** sent = delivered + drops, the sequence as whole as the drops let it be, nothing twice. */
  function assertClosed({ ledger, result }: Measured, packets: number): void {
    assert.equal(ledger.unexplained, 0, JSON.stringify(ledger));
    assert.equal(ledger.sent, packets);
    assert.equal(ledger.delivered, packets - sumOf(Object.values(ledger.drops)));
    const { missing, duplicated, reordered, corrupt } = result.reader.sequence;
    assert.deepEqual([duplicated, reordered, corrupt], [0, 0, 0]);
    assert.ok(missing <= ledger.sent - ledger.delivered);
  }
});

describe('a backlog that is overrun', function () {
  this.timeout(60_000);
  const setting = useSetting();

  for (const method of ['sendto', 'tx-ring', 'live-pass'] as const) {
    it(`${method}: each drop has one name, although up to three counters tell of it`, async () => {
      const bed = await setting().bringUp('rps');
      const change = { packets: 400_000, packetsPerSecond: null, frameBytes: 64, batch: method === 'sendto' ? 1 : 64 };
      // a socket with room, so that the backlog is behind and not the socket before it
      const cell = cellOf('packet-recvfrom', specOf(method, change));
      for (let attempt = 0; attempt < 6; attempt++) {
        const { ledger, grown } = await runOnce(setting(), bed, cell, null);
        assert.equal(ledger.unexplained, 0, JSON.stringify({ ledger, grown }));
        assert.deepEqual([ledger.drops['veth-ring'], ledger.drops['receiver-interface']], [0, 0]);
        assert.equal(grown.receiverRxDropped, grown.softnetDropped);
        assert.equal(grown.senderTxDropped, method === 'live-pass' ? 0 : grown.softnetDropped);
        if (grown.softnetDropped > 0) break;
      }
      await setting().down();
    });
  }
});

describe('probed, however it is sent', function () {
  this.timeout(60_000);
  const setting = useSetting();

  for (const method of ['sendmmsg', 'tx-ring', 'live-redirect'] as const) {
    it(`${method}: every boundary counts what passed it, exactly`, async () => {
      const bed = await setting().bringUp('napi-thread');
      const cell = cellOf('packet-recvfrom', specOf(method, { batch: 8 }));
      const probes = probesFor(setting(), bed, cell);
      const measured = await runUntilValid(() => runOnce(setting(), bed, cell, probes));
      for (const boundary of ['napi_gro_receive_entry', 'netif_receive_skb', 'skb_copy_datagram_iovec']) {
        assert.equal(countOf(measured, boundary).packets, measured.result.wirePackets, boundary);
      }
      await setting().down();
    });
  }
});

describe('frames of UDP', function () {
  this.timeout(60_000);
  const setting = useSetting();

  for (const method of ['live-redirect', 'live-pass'] as const) {
    it(`${method}: the receiver's own stack finds nothing wrong with them`, async () => {
      const bed = await setting().bringUp('napi-thread');
      const filter = 'udp dst port 9000 and ether dst 02:70:6b:00:00:01';
      const path = pathSpec('libpcap', 512, { bufferBytes: 8 << 20, timeoutMs: 10, snaplen: 2048, filter });
      const cell = cellOf('libpcap', specOf(method, { traffic: 'udp', frameBytes: 512 }), path);
      const measured = await runOnce(setting(), bed, cell, null);
      const { result, spec } = measured;
      assert.equal(measured.ledger.unexplained, 0, JSON.stringify(measured.ledger));
      assert.equal(result.reader.packets, result.generator.sent);
      assert.equal(result.reader.protocols['udp'], result.generator.sent);
      const namespace = basename(bed.receiver.netns);
      const counted = await tool('ip', 'netns', 'exec', namespace, 'nstat', '-az', '--json');
      const { kernel } = JSON.parse(counted) as { kernel: Record<string, number> };
      // Nobody listens: who came that far had a good IP header, length and checksum.
      assert.equal(kernel['UdpNoPorts'], result.generator.sent + spec.warmupPackets);
      assert.deepEqual([kernel['IpInHdrErrors'], kernel['UdpInErrors'], kernel['UdpInCsumErrors']], [0, 0, 0]);
      await setting().down();
    });
  }
});

describe('live frames that cannot be', function () {
  this.timeout(60_000);
  const setting = useSetting();

  async function refused(change: Partial<GeneratorSpec>, message: RegExp, bed: Testbed): Promise<void> {
    const cell = cellOf('packet-recvfrom', change);
    await assert.rejects(runOnce(setting(), bed, cell, null), (error) => {
      assert.ok(error instanceof PktpathError && error.exitCode === ExitCode.notPossible, String(error));
      assert.match(error.message, message);
      return true;
    });
  }

  it('says that a device takes none when its peer has no NAPI', async () => {
    const bed = await setting().bringUp('inline');
    await refused(specOf('live-redirect', {}), /takes no XDP frames: its peer needs NAPI/, bed);
    await setting().down();
  });

  it('says that a rate is too low to be paced with softirqs off', async () => {
    const bed = await setting().bringUp('napi-thread');
    await refused(specOf('live-pass', { packetsPerSecond: 999 }), /1000/, bed);
    await refused(specOf('live-pass', { packetsPerSecond: 15_000, batch: 16 }), /batch of 16/, bed);
    await setting().down();
  });
});
