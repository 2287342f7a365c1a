import assert from 'node:assert/strict';
import { basename } from 'node:path';
import type { PathName } from '../../harness/executor/contract.js';
import type { Testbed } from '../../harness/testbed/testbed.js';
import { answerAll } from '../testbed/network-tools.js';
import { useSetting } from './setting.js';
import { pathCell, runOnce, runUntilValid } from './trials.js';

const grouped: PathName[] = ['packet-recvfrom', 'packet-recvmmsg', 'tpacket-v1', 'tpacket-v2', 'tpacket-v3'];

describe('workers in a PACKET_FANOUT group', function () {
  this.timeout(60_000);
  const setting = useSetting();
  let testbed: Testbed;

  before(async () => {
    testbed = await setting().bringUp('rps');
    await answerAll(basename(testbed.receiver.netns));
  });
  after(() => setting().down());

  for (const name of grouped) {
    for (const traffic of ['raw', 'udp'] as const) {
      it(`${name}: three workers share ${traffic} packets, each once, and none that is sent`, async () => {
        const { receiverCpu, senderCpu } = setting().cpus;
        const workerCpus = [receiverCpu, senderCpu, receiverCpu];
        const cell = pathCell(name, { workers: 3 }, { traffic });
        const once = () => runOnce(setting(), testbed, cell, null, { workerCpus });
        const { result, ledger } = await runUntilValid(once);
        assert.equal(ledger.unexplained, 0);
        assert.ok(result.reader.packets > 0);
        assert.equal(result.reader.protocols[traffic === 'udp' ? 'udp' : 'pktpath'], result.reader.packets);
        const { missing, duplicated, reordered, corrupt } = result.reader.sequence;
        assert.deepEqual([missing, duplicated, reordered, corrupt], [0, 0, 0, 0]);
      });
    }

    it(`${name}: workers that are overrun name their drops, and each filters for itself`, async () => {
      const { receiverCpu, senderCpu } = setting().cpus;
      const tiny = { receiveBufferBytes: 1024, blockBytes: 4096, blocks: 2, workers: 2 };
      const flood = { frameBytes: 64, packets: 20_000, packetsPerSecond: null };
      const cell = pathCell(name, { ...tiny, filter: 'ether[16] & 1 = 0' }, flood);
      const { result, ledger } = await runOnce(setting(), testbed, cell, null, {
        workerCpus: [receiverCpu, senderCpu],
        warmupPackets: 0,
      });
      assert.equal(result.reader.filtered, flood.packets / 2);
      // what the veth ring or the backlog dropped, the filter has not seen: the ledger cannot tell those apart
      const before = ['veth-ring', 'softnet-backlog', 'receiver-interface'].map((layer) => ledger.drops[layer] ?? 0);
      if (before.every((count) => count === 0)) assert.equal(ledger.unexplained, 0);
    });
  }
});
