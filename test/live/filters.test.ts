import assert from 'node:assert/strict';
import { basename } from 'node:path';
import { maxSnaplen } from '../../harness/executor/contract.js';
import { pathNames, paths } from '../../harness/paths/paths.js';
import type { Testbed } from '../../harness/testbed/testbed.js';
import { Capture } from './capture.js';
import { useSetting } from './setting.js';
import { pathCell, probesFor, runOnce, runUntilValid } from './trials.js';

/** Every tap that a reader stands behind. */
const filtering = pathNames.filter((name) => paths[name].attaches === 'tap' && paths[name].taker !== 'kernel');

/** The sequence number is little-endian at byte 16 of a raw frame, behind the Ethernet header and the magic number. */
const even = 'ether[16] & 1 = 0';
/** The same behind Ethernet, IPv4 and UDP. */
const evenDatagrams = 'udp dst port 9000 and ether[44] & 1 = 0';

describe('capture filters and snaplen', function () {
  this.timeout(60_000);
  const setting = useSetting();
  let testbed: Testbed;

  before(async () => {
    testbed = await setting().bringUp('napi-thread');
  });
  after(() => setting().down());

  for (const name of filtering) {
    it(`${name}: a filter on a bit of the sequence number takes half, and the ledger names the other half`, async () => {
      const cell = pathCell(name, { filter: even });
      for (const probes of [null, probesFor(setting(), testbed, cell)]) {
        const { result, ledger } = await runUntilValid(() => runOnce(setting(), testbed, cell, probes));
        const { sent } = result.generator;
        assert.equal(ledger.unexplained, 0);
        assert.equal(sent, cell.generator.packets);
        assert.equal(ledger.drops['filter'], sent / 2);
        assert.equal(result.reader.filtered, sent / 2);
        const others = Object.entries(ledger.drops).filter(([layer]) => layer !== 'filter');
        assert.equal(
          result.reader.packets,
          others.reduce((left, [, count]) => left - count, sent / 2),
        );
      }
    });

    it(`${name}: a filter on datagrams finds them by their ports`, async () => {
      const cell = pathCell(name, { filter: evenDatagrams }, { traffic: 'udp' });
      const { result, ledger } = await runUntilValid(() => runOnce(setting(), testbed, cell, null));
      assert.equal(ledger.unexplained, 0);
      assert.equal(result.reader.filtered, result.generator.sent / 2);
    });

    it(`${name}: snaplen cuts what is copied, and not the length`, async () => {
      for (const filter of [null, 'ether proto 0x88b5']) {
        const cell = pathCell(name, { snaplen: 64, filter });
        const { result, ledger } = await runUntilValid(() => runOnce(setting(), testbed, cell, null));
        assert.equal(ledger.unexplained, 0);
        assert.equal(result.reader.copiedBytes, 64 * result.reader.packets);
        assert.equal(result.reader.bytes, cell.generator.frameBytes * result.reader.packets);
        assert.equal(result.reader.sequence.corrupt, 0);
      }
    });

    it(`${name}: the largest snaplen copies whole frames`, async () => {
      const cell = pathCell(name, { snaplen: maxSnaplen }, { frameBytes: 1514 });
      const { result, ledger } = await runUntilValid(() => runOnce(setting(), testbed, cell, null));
      assert.equal(ledger.unexplained, 0);
      assert.equal(result.reader.copiedBytes, 1514 * result.reader.packets);
    });

    it(`${name}: a filter that libpcap does not compile is an error that quotes it, bounded`, async () => {
      const hostile = `ether proto \u001b[31m ${'x'.repeat(5000)}`;
      await assert.rejects(runOnce(setting(), testbed, pathCell(name, { filter: hostile }), null), (error: Error) => {
        assert.match(error.message, /cannot compile the filter 'ether proto \?\[31m x+\.\.\.': /);
        assert.ok(error.message.length < 600, error.message);
        return true;
      });
    });
  }

  it('takes what tcpdump takes with the same words', async () => {
    const capture = await Capture.start(basename(testbed.receiver.netns), testbed.receiver.interface, even.split(' '));
    try {
      const cell = pathCell('tpacket-v3', { filter: even });
      const { result } = await runOnce(setting(), testbed, cell, null, { warmupPackets: 0 });
      const { packets, counts } = await capture.finish(result.reader.packets);
      assert.equal(counts.dropped, 0);
      assert.equal(packets.length, result.reader.packets);
    } finally {
      await capture.discard();
    }
  });

  it('sends datagrams as it says, but for what only the kernel knows', async () => {
    const capture = await Capture.start(basename(testbed.receiver.netns), testbed.receiver.interface, ['udp']);
    try {
      // every byte of the headers that frame() claims to know is asked for by the filter
      const known = 'ip and ip[0] = 0x45 and ip[1] = 0 and ip[6:2] = 0x4000 and ip[8] = 64';
      const cell = pathCell('tpacket-v2', { filter: known }, { traffic: 'udp' });
      const { result, ledger } = await runOnce(setting(), testbed, cell, null, { warmupPackets: 0 });
      const { packets } = await capture.finish(result.generator.sent);
      assert.equal(ledger.unexplained, 0);
      assert.equal(result.reader.filtered, 0);
      assert.equal(packets.length, result.reader.packets);
    } finally {
      await capture.discard();
    }
  });
});
