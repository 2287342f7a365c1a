import assert from 'node:assert/strict';
import { basename } from 'node:path';
import type { PathSpec } from '../../harness/executor/contract.js';
import { pathSpec } from '../../harness/paths/path-spec.js';
import type { VethIsolation, Testbed } from '../../harness/testbed/testbed.js';
import { link } from '../testbed/network-tools.js';
import { useSetting } from './setting.js';
import { cellOf, countOf, isNoise, probesFor, runOnce } from './trials.js';
import type { Measured } from './trials.js';

/** So little that a packet or two fill it. */
const tinyBuffer = pathSpec('packet-recvfrom', 64, { receiveBufferBytes: 1024, snaplen: 2048 });
/** libpcap makes of it the least that it can: two blocks. */
const tinyRing = pathSpec('libpcap', 64, { bufferBytes: 1, timeoutMs: 50, snaplen: 2048 });
/** Many times what libpcap waits for a block to fill. */
const drainNs = 500_000_000;
const unpaced = { frameBytes: 64, packets: 40_000, packetsPerSecond: null };

describe('a receiver that is overrun', function () {
  this.timeout(60_000);
  const setting = useSetting();
  let testbed: Testbed | undefined;

  afterEach(async () => {
    await testbed?.down();
    testbed = undefined;
  });

  /** Trials until the layer dropped something; how often it does is the machine's affair, what it counts is not. */
  async function overrun(
    isolation: VethIsolation,
    path: PathSpec,
    layer: string,
    probed: boolean,
    hinder: (bed: Testbed) => Promise<void> = () => Promise.resolve(),
  ): Promise<void> {
    const bed = (testbed = await setting().bringUp(isolation));
    await hinder(bed);
    const cell = cellOf(path.name === 'libpcap' ? 'libpcap' : 'packet-recvfrom', unpaced, path);
    const probes = probed ? probesFor(setting(), bed, cell) : null;
    for (let attempt = 0; attempt < 6; attempt++) {
      const before = await ends(bed);
      const measured = await runOnce(setting(), bed, cell, probes, { warmupPackets: 0, drainNs });
      const after = await ends(bed);
      assertNamed(measured, {
        ring: after.sender.tx.dropped - before.sender.tx.dropped,
        arrived: after.receiver.rx.packets - before.receiver.rx.packets,
      });
      if ((measured.ledger.drops[layer] ?? 0) > 0) return;
    }
    assert.fail(`${layer} dropped nothing in 6 trials of ${String(unpaced.packets)} packets`);
  }

  async function ends(bed: Testbed) {
    const [receiver, sender] = await Promise.all(
      [bed.receiver, bed.sender].map((end) => link(basename(end.netns), end.interface)),
    );
    assert.ok(receiver !== undefined && sender !== undefined);
    return { receiver: receiver.stats64, sender: sender.stats64 };
  }

  /** Each drop is known from somewhere else too, and nothing is left over. */
  function assertNamed(measured: Measured, witness: { ring: number; arrived: number }): void {
    const { ledger, result } = measured;
    const { generator, reader } = result;
    assert.equal(ledger.unexplained, 0, JSON.stringify(ledger));
    assert.equal(ledger.sent, unpaced.packets);
    assert.equal(ledger.drops['veth-ring'], witness.ring, 'the ring’s drops are those of `ip -s link`');
    assert.deepEqual(
      Object.values(generator.refused).reduce((sum, count) => sum + count, 0),
      witness.ring,
      'the device told the sender of each',
    );
    assert.equal(result.wirePackets, witness.arrived);
    assert.equal(
      reader.packets,
      result.wirePackets - (reader.drops['socket'] ?? 0),
      'PACKET_STATISTICS has the socket’s drops',
    );
    assert.equal(ledger.drops['socket'], reader.drops['socket']);
    const { missing, duplicated, corrupt, reordered } = reader.sequence;
    assert.deepEqual([duplicated, corrupt, reordered], [0, 0, 0]);
    // A gap shows when a later packet comes; what was dropped behind the last one does not.
    assert.ok(missing <= ledger.sent - ledger.delivered);
    if (result.probes === null || measured.reasons.some((reason) => isNoise(reason, measured))) return;
    assert.deepEqual(
      measured.reasons.filter((reason) => /^(ledger|boundary|sequence)/.test(reason)),
      [],
    );
    assert.equal(countOf(measured, 'netif_receive_skb').packets, result.wirePackets);
    if (measured.spec.path.name === 'libpcap') return;
    assert.equal(countOf(measured, 'skb_copy_datagram_iovec').packets, reader.packets);
    assert.equal(countOf(measured, 'consume_skb').packets, reader.packets);
  }

  for (const isolation of ['napi-thread', 'rps', 'inline'] as const) {
    for (const probed of [false, true]) {
      it(`drops at its socket by name, ${isolation}, ${probed ? 'probed' : 'unprobed'}`, () =>
        overrun(isolation, tinyBuffer, 'socket', probed));
    }
  }

  // On the sender's CPU the NAPI thread cannot run before the sender's slice ends, and in a slice the ring fills, however
  // fast the machine is.
  it('drops at the veth ring by name, as many as the sender was refused', () =>
    overrun('napi-thread', tinyBuffer, 'veth-ring', true, (bed) =>
      setting().executor.setAffinity(bed.receiver.napiTid, bed.sender.cpu),
    ));

  for (const probed of [false, true]) {
    it(`drops at the ring of libpcap by name, ${probed ? 'probed' : 'unprobed'}`, () =>
      overrun('napi-thread', tinyRing, 'socket', probed));
  }
});
