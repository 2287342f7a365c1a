import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import type { PathName, PathSpec } from '../../harness/executor/contract.js';
import { pathSpec } from '../../harness/paths/path-spec.js';
import type { PathOptions } from '../../harness/paths/path-spec.js';
import { takenInDriver } from '../../harness/paths/paths.js';
import type { Testbed } from '../../harness/testbed/testbed.js';
import { attachedToBoth, queueCounters } from './attached.js';
import { useSetting } from './setting.js';
import { cellOf, countOf, probesFor, runOnce, runUntilValid } from './trials.js';
import type { Measured } from './trials.js';

interface Variant {
  name: PathName;
  change: Partial<PathOptions>;
  granted: Record<string, string>;
}

const xdp = { name: 'xdp-count', program: 'xdp_count' } as const;
const variants: Variant[] = [
  ...(['native', 'generic'] as const).flatMap((xdpMode) =>
    (['drop', 'pass'] as const).map((action) => ({
      name: xdp.name,
      change: { xdpMode, action },
      granted: { program: xdp.program, xdpMode, action },
    })),
  ),
  ...(['drop', 'pass'] as const).map((action) => ({
    name: 'tc-count' as const,
    change: { action },
    granted: { program: 'tc_count', action },
  })),
  { name: 'socket-filter-count', change: {}, granted: { program: 'socket_filter_count' } },
];
const titleOf = ({ granted }: Variant): string => Object.values(granted).join(', ');
const specOf = ({ name, change }: Variant): PathSpec => pathSpec(name, 256, change);
const isNative = ({ granted }: Variant): boolean => granted['xdpMode'] === 'native';

describe('counting in the kernel', function () {
  this.timeout(60_000);
  const setting = useSetting();

  /** What every reader has to have: each packet once, whole, in order, and the ledger closed. */
  function assertCounted({ result, ledger, spec }: Measured): void {
    const { reader, generator } = result;
    assert.equal(ledger.unexplained, 0, JSON.stringify(ledger));
    assert.equal(generator.sent, 3000);
    assert.equal(reader.packets, result.wirePackets);
    assert.equal(reader.bytes, reader.packets * spec.generator.frameBytes);
    const counted = spec.generator.traffic === 'udp' ? 'udp' : 'pktpath';
    assert.deepEqual(
      Object.entries(reader.protocols).filter(([, count]) => count > 0),
      [[counted, reader.packets]],
    );
    const { missing, ...rest } = reader.sequence;
    assert.deepEqual(rest, { duplicated: 0, reordered: 0, corrupt: 0 });
    assert.ok(missing <= ledger.sent - ledger.delivered);
    assert.deepEqual([reader.calls, reader.systemCalls, reader.copiedBytes], [0, 0, 0]);
  }

  describe('napi-thread', () => {
    let testbed: Testbed;

    before(async () => {
      testbed = await setting().bringUp('napi-thread');
    });
    after(() => setting().down());

    for (const variant of variants) {
      it(`${titleOf(variant)}: counts as the interface and the boundaries do, and leaves nothing`, async () => {
        const cell = cellOf('packet-recvfrom', {}, specOf(variant));
        const probes = probesFor(setting(), testbed, cell);
        const attached = await attachedToBoth(testbed);
        let grown: Record<string, number> = {};
        const measured = await runUntilValid(async () => {
          const before = await queueCounters(testbed.receiver);
          const once = await runOnce(setting(), testbed, cell, probes, { warmupPackets: 0 });
          const after = await queueCounters(testbed.receiver);
          grown = Object.fromEntries(Object.entries(after).map(([name, n]) => [name, n - (before[name] ?? 0)]));
          return once;
        });
        assertCounted(measured);
        assert.deepEqual(measured.result.reader.granted, variant.granted);
        const { packets } = measured.result.reader;
        assert.equal(grown['xdp_packets'], packets, 'veth counts what its poll takes');
        const taken = takenInDriver(cell.path);
        assert.equal(grown['xdp_drops'], taken ? packets : 0, 'and what its XDP program drops');
        if (taken) assert.ok(!probes.programs.includes('netif_receive_skb'));
        else assert.equal(countOf(measured, 'netif_receive_skb').packets, packets);
        assert.deepEqual(await attachedToBoth(testbed), attached);
      });
    }

    it('counts UDP as UDP, whoever sends it', async () => {
      for (const variant of variants) {
        const method = isNative(variant) ? 'af-xdp' : 'sendto';
        const cell = cellOf('packet-recvfrom', { traffic: 'udp', method }, specOf(variant));
        assertCounted(await runOnce(setting(), testbed, cell, null));
      }
    });

    it('does not take for missing what another CPU has counted', async () => {
      const cpus = [testbed.sender.cpu, testbed.receiver.cpu];
      const cell = cellOf('packet-recvfrom', {}, pathSpec('xdp-count', 256));
      const running = runOnce(setting(), testbed, cell, null);
      // back and forth, so that each of them meets gaps
      for (let i = 0; i < 10; i++) {
        await delay(20);
        await setting().executor.setAffinity(testbed.receiver.napiTid, cpus[i % 2] ?? 0);
      }
      const { ledger, result } = await running;
      assert.equal(ledger.unexplained, 0, JSON.stringify(ledger));
      assert.equal(result.reader.packets, result.wirePackets);
      assert.equal(result.reader.sequence.missing, 0);
    });

    it('misses by sequence number what the ring dropped in between', async () => {
      const bed = await setting().bringUp('napi-thread');
      // In a slice of the sender the ring fills, and the thread that empties it has to wait for the slice's end.
      await setting().executor.setAffinity(bed.receiver.napiTid, bed.sender.cpu);
      const unpaced = { frameBytes: 64, packets: 40_000, packetsPerSecond: null, method: 'af-xdp', batch: 32 } as const;
      for (const variant of variants.filter(({ granted }) => granted['action'] !== 'pass')) {
        const cell = cellOf('packet-recvfrom', unpaced, specOf(variant));
        const { result, ledger } = await runOnce(setting(), bed, cell, null, { warmupPackets: 0 });
        const lost = ledger.drops['veth-ring'] ?? 0;
        assert.equal(ledger.unexplained, 0, JSON.stringify(ledger));
        assert.ok(lost > 0);
        assert.equal(result.generator.refused['EBUSY'], lost, 'the device told the sender of each');
        // What was dropped behind the last one that came leaves no gap.
        const { missing, ...rest } = result.reader.sequence;
        assert.ok(missing > 0 && missing <= lost, `${String(missing)} of ${String(lost)}`);
        assert.deepEqual(rest, { duplicated: 0, reordered: 0, corrupt: 0 });
      }
    });
  });

  for (const isolation of ['rps', 'inline'] as const) {
    it(`needs a NAPI thread for native XDP only: ${isolation}`, async () => {
      const testbed = await setting().bringUp(isolation);
      const attached = await attachedToBoth(testbed);
      for (const variant of variants) {
        const cell = cellOf('packet-recvfrom', {}, specOf(variant));
        const running = runOnce(setting(), testbed, cell, null);
        if (isNative(variant)) {
          await assert.rejects(running, { exitCode: 4, message: /it needs isolation napi-thread/ });
        } else {
          assertCounted(await running);
        }
      }
      assert.deepEqual(await attachedToBoth(testbed), attached);
    });
  }
});
