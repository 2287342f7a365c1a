import assert from 'node:assert/strict';
import { basename } from 'node:path';
import type { FilterPlace, PathName } from '../../harness/executor/contract.js';
import { markingMethods } from '../../harness/generators/generator-spec.js';
import { filterInstructions } from '../../harness/paths/path-spec.js';
import type { Testbed } from '../../harness/testbed/testbed.js';
import { Capture } from './capture.js';
import { useSetting } from './setting.js';
import { pathCell, probesFor, runOnce, runUntilValid } from './trials.js';
import type { Measured } from './trials.js';

const places: readonly FilterPlace[] = ['user', 'cbpf', 'ebpf', 'xdp-generic', 'xdp-native'];

const unwanted = 'ether proto 0x88b6'.split(' ');

/** A tenth of a second at most. */
const short = { packets: 1000, packetsPerSecond: 20_000 };

function cellWith(path: PathName, place: FilterPlace, instructions: number, wantedPercent: number) {
  return pathCell(path, { sizedFilter: { place, instructions } }, { ...short, wantedPercent });
}

function assertExact({ result, ledger }: Measured, wantedPercent: number): void {
  const { sent, wanted } = result.generator;
  assert.equal(sent, short.packets);
  assert.equal(wanted, (sent * wantedPercent) / 100);
  assert.equal(ledger.unexplained, 0);
  assert.equal(result.reader.packets, wanted);
  assert.equal(result.reader.protocols['pktpath'], wanted);
  assert.equal(result.reader.filtered, sent - wanted);
  assert.equal(ledger.drops['filter'] ?? 0, sent - wanted);
}

describe('sized filters', function () {
  this.timeout(60_000);
  const setting = useSetting();
  let testbed: Testbed;

  before(async () => {
    testbed = await setting().bringUp('napi-thread');
  });
  after(() => setting().down());

  // Every place on the first road; on the others the two that their own code decides.
  for (const [path, chosen] of [
    ['packet-recvfrom', places],
    ['sock-packet', ['user', 'cbpf']],
    ['tpacket-v3', ['user', 'cbpf']],
  ] as const) {
    for (const place of chosen) {
      it(`${path}, ${place}: delivers what was wanted and names the rest, with probes and without`, async () => {
        for (const [wantedPercent, probed] of [
          [0, false],
          [30, true],
        ] as const) {
          const cell = cellWith(path, place, 20, wantedPercent);
          const probes = probed ? probesFor(setting(), testbed, cell) : null;
          assertExact(await runUntilValid(() => runOnce(setting(), testbed, cell, probes)), wantedPercent);
        }
      });
    }
  }

  it('has the kernel run a program as much longer as was asked, in whatever form', async () => {
    for (const place of ['cbpf', 'ebpf', 'xdp-generic'] as const) {
      const programs: number[] = [];
      for (const length of [filterInstructions.min, filterInstructions.max]) {
        const cell = cellWith('packet-recvfrom', place, length, 50);
        const { result } = await runUntilValid(() => runOnce(setting(), testbed, cell, null));
        programs.push(Number(result.reader.granted['filterProgram']));
      }
      const [least = NaN, most = NaN] = programs;
      assert.equal(most - least, filterInstructions.max - filterInstructions.min, place);
    }
  });

  for (const method of markingMethods) {
    it(`${method} marks frames evenly, and tcpdump counts what a filter takes`, async () => {
      const capture = await Capture.start(basename(testbed.receiver.netns), testbed.receiver.interface, unwanted);
      try {
        const cell = pathCell(
          'packet-recvfrom',
          {},
          { ...short, method, batch: method === 'sendto' ? 1 : 8, wantedPercent: 30 },
        );
        const { result } = await runOnce(setting(), testbed, cell, null, { warmupPackets: 0 });
        const { sent, wanted } = result.generator;
        assert.equal(wanted, sent * 0.3);
        assert.deepEqual(
          [result.reader.protocols['pktpath'], result.reader.protocols['other']],
          [wanted, sent - wanted],
        );
        const { packets } = await capture.finish(sent - wanted);
        assert.equal(packets.length, sent - wanted);
      } finally {
        await capture.discard();
      }
    });
  }
});
