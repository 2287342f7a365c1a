import assert from 'node:assert/strict';
import { basename } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Isolation, Testbed } from '../../harness/testbed/testbed.js';
import { requireCapability } from '../support/capabilities.js';
import { link, tool } from '../testbed/network-tools.js';
import { Capture, ipBytes, tcpPayload } from './capture.js';
import type { CaptureCounts, CapturedPacket } from './capture.js';
import { has } from './command.js';
import { useSetting } from './setting.js';
import { cellOf, countOf, probesFor, runOnce, runUntilValid } from './trials.js';
import type { Measured, Traffic } from './trials.js';

interface Witnessed {
  measured: Measured;
  /** What the namespace's own counters grew by, from before the trial until nothing more came. */
  grown: Record<string, number>;
  packets: CapturedPacket[];
  counts: CaptureCounts;
}

const tcpCounters = ['TcpInSegs', 'IpExtInOctets'] as const;

/** Counters of nstat(8) in a namespace since it was made; -s: its history file is left alone. */
async function nstat(namespace: string, names: readonly string[]): Promise<number[]> {
  if (names.length === 0) return [];
  const text = await tool('ip', 'netns', 'exec', namespace, 'nstat', '-a', '-s', '-z', ...names);
  return names.map((name) => Number(new RegExp(`^${name}\\s+(\\d+)`, 'm').exec(text)?.[1]));
}

describe('witnesses beside the collector', function () {
  this.timeout(60_000);
  const setting = useSetting();

  before(function () {
    requireCapability(this, 'tcpdump', has('tcpdump'));
  });

  /** Frames that the receiver's interface has counted, once no more come. */
  async function settledPackets(testbed: Testbed): Promise<number> {
    for (let before = -1, tries = 0; ; tries++) {
      const { packets } = (await link(basename(testbed.receiver.netns), testbed.receiver.interface)).stats64.rx;
      if (packets === before || tries === 20) return packets;
      before = packets;
      await delay(100);
    }
  }

  /** A valid trial, with tcpdump in the receiver's namespace from before it to after it. */
  async function witness(
    testbed: Testbed,
    traffic: Traffic,
    filter: string[],
    warmupPackets: number,
    counters: readonly string[] = [],
  ): Promise<Witnessed> {
    const cell = cellOf(traffic);
    const probes = probesFor(setting(), testbed, cell);
    const namespace = basename(testbed.receiver.netns);
    let witnessed: Omit<Witnessed, 'measured'> | undefined;
    const measured = await runUntilValid(async () => {
      const capture = await Capture.start(namespace, testbed.receiver.interface, filter);
      try {
        const [before, counted] = [await settledPackets(testbed), await nstat(namespace, counters)];
        const once = await runOnce(setting(), testbed, cell, probes, { warmupPackets });
        const captured = await capture.finish((await settledPackets(testbed)) - before);
        const after = await nstat(namespace, counters);
        const grown = counters.map((name, index) => [name, (after[index] ?? NaN) - (counted[index] ?? NaN)] as const);
        witnessed = { ...captured, grown: Object.fromEntries(grown) };
        return once;
      } finally {
        await capture.discard();
      }
    });
    assert.ok(witnessed !== undefined);
    assert.equal(witnessed.counts.dropped, 0, 'tcpdump itself lost nothing');
    return { measured, ...witnessed };
  }

  for (const [traffic, isolation] of [
    ['packet-recvfrom', 'napi-thread'],
    ['packet-recvfrom', 'rps'],
    ['libpcap', 'napi-thread'],
    ['libpcap', 'inline'],
  ] as const satisfies [Traffic, Isolation][]) {
    it(`tcpdump sees as many packets as ${traffic} on ${isolation} counts`, async () => {
      const testbed = await setting().bringUp(isolation);
      try {
        const warmup = 200;
        const { measured, packets, counts } = await witness(testbed, traffic, ['ether', 'proto', '0x88b5'], warmup);
        const { wirePackets } = measured.result;
        // tcpdump sees the warm-up, which the trial's window leaves out.
        assert.equal(counts.captured, wirePackets + warmup);
        assert.equal(counts.received, wirePackets + warmup);
        assert.equal(packets.length, wirePackets + warmup);
        assert.equal(countOf(measured, 'netif_receive_skb').packets, packets.length - warmup);
        assert.deepEqual([...new Set(packets.map(({ length }) => length))], [measured.spec.generator.frameBytes]);
        // The sequence numbers of the payload, from the first to the last: bytes 2 to 5 after the header.
        const sequence = packets.map(({ data }) => data.readUInt32LE(16));
        assert.deepEqual(sequence, [...sequence.keys()], 'each packet once, in order');
      } finally {
        await testbed.down();
      }
    });
  }

  it('nstat and tcpdump count as many TCP segments and bytes as the trial, the connection’s own aside', async function () {
    requireCapability(this, 'nstat', has('nstat'));
    const testbed = await setting().bringUp('rps');
    try {
      const { measured, packets, grown } = await witness(testbed, 'tcp-message', ['tcp'], 0, tcpCounters);
      const carrying = packets.filter((packet) => tcpPayload(packet) > 0);
      // Left out: SYN and ACK of the handshake before the window, FIN and what answers it after.
      assert.ok(packets.length - carrying.length <= 6, `${String(packets.length - carrying.length)} without payload`);
      assert.equal(grown['TcpInSegs'], packets.length, 'without GRO each frame is one segment to TCP');
      assert.equal(
        grown['IpExtInOctets'],
        packets.reduce((sum, packet) => sum + ipBytes(packet), 0),
      );
      const payload = carrying.reduce((sum, packet) => sum + tcpPayload(packet), 0);
      const again = measured.grown.tcpRetransSegs;
      if (again === 0) {
        assert.equal(carrying.length, measured.result.wirePackets);
        assert.equal(payload, measured.result.reader.bytes);
      } else {
        assert.ok(payload >= measured.result.reader.bytes, 'what was sent again is seen again');
      }
    } finally {
      await testbed.down();
    }
  });

  it('tcpdump sees all TCP bytes where GRO merges segments before it', async () => {
    const testbed = await setting().bringUp('napi-thread');
    try {
      const { measured, packets } = await witness(testbed, 'tcp-message', ['tcp'], 0);
      const payload = packets.reduce((sum, packet) => sum + tcpPayload(packet), 0);
      assert.ok(packets.length <= measured.result.wirePackets + 6, 'a capture after GRO has no more than the wire');
      if (measured.grown.tcpRetransSegs === 0) assert.equal(payload, measured.result.reader.bytes);
      else assert.ok(payload >= measured.result.reader.bytes);
      assert.equal(countOf(measured, 'napi_gro_receive_entry').packets, measured.result.wirePackets);
    } finally {
      await testbed.down();
    }
  });
});
