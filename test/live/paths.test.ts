import assert from 'node:assert/strict';
import { basename } from 'node:path';
import { pathNames, paths } from '../../harness/paths/paths.js';
import { isolations } from '../../harness/testbed/testbed.js';
import type { Testbed } from '../../harness/testbed/testbed.js';
import { answerAll } from '../testbed/network-tools.js';
import { useSetting } from './setting.js';
import { pathCell, probesFor, runOnce, runUntilValid } from './trials.js';
import type { Measured } from './trials.js';

/** Those that stand on a socket, plain or with a ring. */
const sockets = pathNames.filter(
  (name) => paths[name].taker !== 'kernel' && paths[name].attaches !== 'xdp' && name !== 'tcp',
);

describe('sockets and rings on the veth testbed', function () {
  this.timeout(60_000);
  const setting = useSetting();

  for (const isolation of isolations) {
    describe(isolation, () => {
      let testbed: Testbed;

      before(async () => {
        testbed = await setting().bringUp(isolation);
      });
      after(() => setting().down());

      for (const name of sockets) {
        it(`${name}: delivers what was sent less the drops it names, and every boundary counts it`, async () => {
          const cell = pathCell(name);
          const probes = probesFor(setting(), testbed, cell);
          for (const each of [null, probes]) {
            assertDelivered(await runUntilValid(() => runOnce(setting(), testbed, cell, each)));
          }
        });
      }

      it('a tap gets datagrams too, and not what the interface answers', async () => {
        await answerAll(basename(testbed.receiver.netns));
        for (const name of sockets.filter((socket) => paths[socket].attaches === 'tap')) {
          const cell = pathCell(name, {}, { traffic: 'udp' });
          const { result, ledger } = await runUntilValid(() => runOnce(setting(), testbed, cell, null));
          assert.equal(ledger.unexplained, 0, name);
          assert.equal(result.reader.protocols['udp'], result.reader.packets, name);
        }
      });
    });
  }

  function assertDelivered({ spec, result, ledger }: Measured): void {
    const { reader, generator } = result;
    assert.equal(ledger.unexplained, 0);
    const dropped = Object.values(ledger.drops).reduce((sum, count) => sum + count, 0);
    assert.equal(reader.packets, generator.sent - dropped);
    assert.equal(reader.bytes, reader.packets * spec.generator.frameBytes);
    const { corrupt, duplicated, reordered } = reader.sequence;
    assert.deepEqual([corrupt, duplicated, reordered], [0, 0, 0]);
    const protocol = spec.generator.traffic === 'udp' ? 'udp' : 'pktpath';
    assert.equal(reader.protocols[protocol], reader.packets);
    const headers = spec.generator.traffic === 'udp' ? 42 : 0;
    assert.equal(reader.copiedBytes, reader.packets * (spec.generator.frameBytes - headers));
    assertBatches(reader);
  }

  function assertBatches({ batches, calls, packets }: Measured['result']['reader']): void {
    const sum = (of: (bound: number, count: number) => number): number =>
      batches.counts.reduce((total, count, i) => total + of(batches.lowerBounds[i] ?? 0, count), 0);
    assert.equal(
      sum((_, count) => count),
      calls,
    );
    // below 64 the histogram is exact
    if (batches.lowerBounds.every((bound) => bound < 64)) {
      assert.equal(
        sum((bound, count) => bound * count),
        packets,
      );
    } else {
      assert.ok(sum((bound, count) => bound * count) <= packets);
    }
  }
});
