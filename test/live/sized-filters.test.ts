import assert from 'node:assert/strict';
import { basename } from 'node:path';
import type { FilterPlace, PathName } from '../../harness/executor/contract.js';
import { markingMethods } from '../../harness/generators/generator-spec.js';
import { sizable } from '../../harness/paths/path-spec.js';
import type { Testbed } from '../../harness/testbed/testbed.js';
import { Capture } from './capture.js';
import { useSetting } from './setting.js';
import { pathCell, probesFor, runOnce, runUntilValid } from './trials.js';
import type { Measured } from './trials.js';

const places: readonly FilterPlace[] = ['user', 'cbpf', 'ebpf', 'xdp-generic', 'xdp-native'];

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

  for (const path of sizable) {
    for (const place of places) {
      it(`${path}, ${place}: delivers what was wanted and names the rest, with probes and without`, async () => {
        for (const wantedPercent of [0, 30, 100]) {
          const cell = cellWith(path, place, 20, wantedPercent);
          const probes = wantedPercent === 30 ? probesFor(setting(), testbed, cell) : null;
          assertExact(await runUntilValid(() => runOnce(setting(), testbed, cell, probes)), wantedPercent);
        }
      });
    }
  }
});
