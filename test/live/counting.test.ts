import assert from 'node:assert/strict';
import { basename } from 'node:path';
import { hasNapi, isolations } from '../../harness/testbed/testbed.js';
import type { Testbed } from '../../harness/testbed/testbed.js';
import { link } from '../testbed/network-tools.js';
import { useSetting } from './setting.js';
import { cellOf, countOf, probesFor, probesOf, runOnce, runUntilValid, traffics } from './trials.js';
import type { Measured, Traffic } from './trials.js';

/** NAPI's weight: what one poll may take (NAPI_POLL_WEIGHT). */
const pollWeight = 64;

describe('counting on the veth testbed', function () {
  this.timeout(60_000);
  const setting = useSetting();

  for (const isolation of isolations) {
    describe(isolation, () => {
      let testbed: Testbed;

      before(async () => {
        testbed = await setting().bringUp(isolation);
      });
      after(() => setting().down());

      for (const traffic of traffics) {
        it(`${traffic}: every boundary counts what passed it, exactly`, async () => {
          const cell = cellOf(traffic, traffic === 'tcp-bulk' ? { packets: 20_000 } : {});
          const probes = probesFor(setting(), testbed, cell);
          const measured = await runUntilValid(() => runOnce(setting(), testbed, cell, probes));
          assertLedger(measured);
          assertClosed(measured);
          if (cell.path.name === 'tcp') assertTcpBytes(measured);
          else assertPackets(measured, traffic);
          if (hasNapi(isolation)) {
            const { wirePackets } = measured.result;
            assert.equal(countOf(measured, 'napi_gro_receive_entry').packets, wirePackets);
            // The last poll may end after the window: its packets were in the reader's hand before.
            const polled = countOf(measured, 'napi_poll').packets;
            assert.ok(
              polled <= wirePackets && polled > wirePackets - pollWeight,
              `${String(polled)} packets polled, ${String(wirePackets)} on the wire`,
            );
          }
        });
      }

      it('counts as the interface does, when there is no warm-up to leave out', async () => {
        const namespace = basename(testbed.receiver.netns);
        const cell = cellOf('packet-recvfrom');
        const probes = probesFor(setting(), testbed, cell);
        let received = { packets: 0, bytes: 0 };
        const measured = await runUntilValid(async () => {
          const { rx: before } = (await link(namespace, testbed.receiver.interface)).stats64;
          const once = await runOnce(setting(), testbed, cell, probes, { warmupPackets: 0 });
          const { rx: after } = (await link(namespace, testbed.receiver.interface)).stats64;
          received = { packets: after.packets - before.packets, bytes: after.bytes - before.bytes };
          return once;
        });
        assert.equal(measured.result.wirePackets, received.packets);
        assert.equal(countOf(measured, 'netif_receive_skb').packets, received.packets);
        assert.equal(measured.grown.receiverRxPackets, received.packets);
        // Where NAPI counts, the Ethernet header is gone already.
        const frame = cell.generator.frameBytes;
        const counted = hasNapi(isolation) ? frame - 14 : frame;
        assert.equal(received.bytes, received.packets * counted);
      });
    });
  }

  function assertLedger({ ledger, result }: Measured): void {
    assert.equal(ledger.unexplained, 0);
    const dropped = Object.values(ledger.drops).reduce((sum, count) => sum + count, 0);
    assert.equal(ledger.delivered, ledger.sent - dropped);
    assert.ok(ledger.delivered > 0);
    assert.deepEqual(
      { corrupt: result.reader.sequence.corrupt, duplicated: result.reader.sequence.duplicated },
      { corrupt: 0, duplicated: 0 },
    );
  }

  /** The states of each CPU are elapsed time, and no state has a time below zero. */
  function assertClosed(measured: Measured): void {
    const { cpus } = probesOf(measured);
    assert.ok(cpus.length >= 2);
    for (const { cpu, statesNs, elapsedNs, states } of cpus) {
      assert.ok(elapsedNs > 0);
      assert.ok(Math.abs(statesNs / elapsedNs - 1) <= 0.001, `CPU ${String(cpu)}: ${String(statesNs / elapsedNs)}`);
      assert.equal(
        states.reduce((sum, { ns }) => sum + ns, 0),
        statesNs,
      );
    }
  }

  /** Raw frames: sent − drops of the ring = wire = both boundaries below the socket; − socket drops = the reader's. */
  function assertPackets(measured: Measured, traffic: Traffic): void {
    const { result, ledger, spec } = measured;
    const { drops } = ledger;
    const below = (drops['veth-ring'] ?? 0) + (drops['softnet-backlog'] ?? 0) + (drops['receiver-interface'] ?? 0);
    assert.equal(result.wirePackets, result.generator.sent - below);
    assert.equal(countOf(measured, 'netif_receive_skb').packets, result.wirePackets);
    assert.equal(result.reader.packets, result.wirePackets - (drops['socket'] ?? 0));
    assert.equal(result.reader.protocols['pktpath'], result.reader.packets);
    assert.equal(result.reader.bytes, result.reader.packets * spec.generator.frameBytes);
    if (traffic !== 'packet-recvfrom') return;
    assert.equal(result.reader.calls, result.reader.packets);
    assert.deepEqual(countOf(measured, 'skb_copy_datagram_iovec'), {
      packets: result.reader.packets,
      bytes: result.reader.bytes,
    });
    assert.equal(countOf(measured, 'consume_skb').packets, result.reader.packets);
  }

  /** TCP: bytes sent = at the protocol boundary = copied = read; wire frames are what carried them. */
  function assertTcpBytes(measured: Measured): void {
    const { result, spec } = measured;
    assert.ok(spec.path.name === 'tcp');
    assert.equal(result.generator.bytes, result.generator.sent * spec.path.messageBytes);
    assert.equal(countOf(measured, 'tcp_probe').bytes, result.generator.bytes);
    assert.equal(countOf(measured, 'skb_copy_datagram_iovec').bytes, result.generator.bytes);
    assert.equal(result.reader.bytes, result.generator.bytes);
    assert.equal(result.reader.packets, result.generator.sent);
    assert.ok(result.wirePackets * 1460 >= result.generator.bytes, 'no frame carries more than a segment');
    // Messages that leave one by one may be merged on their way, never cut.
    if (spec.generator.traffic === 'tcp-message') assert.ok(result.wirePackets <= result.generator.sent);
  }
});
