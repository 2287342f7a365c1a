import assert from 'node:assert/strict';
import type { FlowCounts, PathName } from '../../harness/executor/contract.js';
import type { PathOptions } from '../../harness/paths/path-spec.js';
import type { Testbed } from '../../harness/testbed/testbed.js';
import { useSetting } from './setting.js';
import { pathCell, runOnce, runUntilValid } from './trials.js';

const flows = 100;
const packets = 3050;
const frameBytes = 90;

const roads: [PathName, Partial<PathOptions>][] = [
  ['packet-recvfrom', {}],
  ['packet-recvmmsg', {}],
  ['tpacket-v2', {}],
  ['tpacket-v3', {}],
  ['libpcap', {}],
  ['af-xdp', { afXdpMode: 'native-copy' }],
  ['xdp-count', { xdpMode: 'generic' }],
  ['xdp-count', { xdpMode: 'native' }],
  ['tc-count', {}],
  ['socket-filter-count', {}],
];

describe('statistics by flow', function () {
  this.timeout(60_000);
  const setting = useSetting();
  let testbed: Testbed;
  before(async () => {
    testbed = await setting().bringUp('napi-thread');
  });
  after(() => setting().down());

  async function counted(name: PathName, options: Partial<PathOptions>, sent: number): Promise<FlowCounts> {
    const change = { traffic: 'udp', method: 'af-xdp', frameBytes, flows: sent, packets } as const;
    const cell = pathCell(name, { task: 'flows', ...options }, change);
    const { result, ledger } = await runUntilValid(() =>
      // a warm-up of its own number of packets, which are in no count
      runOnce(setting(), testbed, cell, null, { warmupPackets: 2 * sent }),
    );
    assert.equal(ledger.unexplained, 0);
    assert.equal(result.reader.packets, packets);
    assert.ok(result.flows !== undefined);
    return result.flows;
  }

  for (const [name, options] of roads) {
    it(`${[name, ...Object.values(options).map(String)].join(' ')}: has of each flow what was sent of it`, async () => {
      const { each, untracked } = await counted(name, options, flows);
      assert.equal(untracked, 0);
      assert.deepEqual(
        each.map(({ sourcePort }) => sourcePort).sort((a, b) => a - b),
        Array.from({ length: flows }, (_, index) => 9000 + index),
      );
      for (const flow of each) {
        // 3050 packets over 100 flows in turn: 31 of the first half, 30 of the others
        const expected = flow.sourcePort < 9050 ? 31 : 30;
        assert.deepEqual(flow, {
          protocol: 17,
          source: testbed.sender.address,
          destination: testbed.receiver.address,
          sourcePort: flow.sourcePort,
          destinationPort: 9000,
          packets: expected,
          bytes: expected * frameBytes,
        });
      }
    });
  }

  for (const name of ['packet-recvfrom', 'tc-count'] as const) {
    it(`${name}: is of no flow for frames that are no IPv4`, async () => {
      const cell = pathCell(name, { task: 'flows' });
      const { result } = await runUntilValid(() => runOnce(setting(), testbed, cell, null));
      assert.deepEqual(result.flows, { each: [], untracked: 0 });
    });
  }
});
