import assert from 'node:assert/strict';
import { pathNames, paths } from '../../harness/paths/paths.js';
import { pathSpec } from '../../harness/paths/path-spec.js';
import type { Testbed } from '../../harness/testbed/testbed.js';
import { useSetting } from './setting.js';
import { pathCell, runOnce, runUntilValid } from './trials.js';

/** Long against whatever else a reader does with a packet, short against the time between two. */
const workNs = 100_000;
const few = { packets: 500, packetsPerSecond: 2000 };

describe('work on each packet', function () {
  this.timeout(120_000);
  const setting = useSetting();
  const readers = pathNames.filter((name) => paths[name].taker !== 'kernel');
  let testbed: Testbed;

  before(async () => {
    testbed = await setting().bringUp('napi-thread');
  });

  it('is of every path that has a reader, and of no other', () => {
    const working = pathNames.filter((name) => pathSpec(name, 512, { workNs }).workNs === workNs);
    assert.deepEqual(working, readers);
  });

  for (const name of readers) {
    it(`${name}: takes its reader’s CPU so long, by the kernel’s own clock, and loses nothing`, async () => {
      const { result, ledger } = await runUntilValid(() =>
        runOnce(setting(), testbed, pathCell(name, { workNs }, few), null),
      );
      assert.equal(ledger.unexplained, 0);
      const { packets, threadCpuNs } = result.reader;
      assert.equal(packets, few.packets);
      // it was measured on a CPU that nobody disturbed, so that it may take longer, but not much less
      assert.ok(threadCpuNs > 0.8 * workNs * packets, `${threadCpuNs / packets} ns a packet`);
    });
  }

  it('is none unless it is asked for', async () => {
    const { result } = await runUntilValid(() =>
      runOnce(setting(), testbed, pathCell('packet-recvfrom', {}, few), null),
    );
    assert.ok(result.reader.threadCpuNs < 0.8 * workNs * result.reader.packets);
  });
});
