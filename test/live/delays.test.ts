import assert from 'node:assert/strict';
import type { PathName } from '../../harness/executor/contract.js';
import type { PathOptions } from '../../harness/paths/path-spec.js';
import { histogramQuantile } from '../../harness/statistics/quantile.js';
import type { Testbed } from '../../harness/testbed/testbed.js';
import { useSetting } from './setting.js';
import { pathCell, runOnce, runUntilValid } from './trials.js';

const attempts = 6;
const blockTimeoutMs = 8;
/** A block's packets in that time fill a twentieth of it: the timeout closes each. */
const ring = { blockBytes: 1 << 20, blocks: 8, blockTimeoutMs };

describe('the delays that a ring’s own rules make', function () {
  this.timeout(60_000);
  const setting = useSetting();
  let testbed: Testbed;

  before(async () => {
    testbed = await setting().bringUp('napi-thread');
  });
  after(() => setting().down());

  async function delays(name: PathName, options: Partial<PathOptions>) {
    const cell = pathCell(name, options, { packets: 8000, packetsPerSecond: 20_000 });
    const { result, ledger } = await runUntilValid(() => runOnce(setting(), testbed, cell, null, { latency: true }));
    assert.equal(ledger.unexplained, 0);
    const { latency, latencyMaxNs, packets } = result.reader;
    assert.ok(latency !== null);
    assert.equal(
      latency.counts.reduce((sum, count) => sum + count, 0),
      packets,
      'each packet has its delay',
    );
    const at = (p: number): number => histogramQuantile(latency, p) ?? 0;
    return { median: at(0.5), most: at(0.9), max: latencyMaxNs };
  }

  it('tpacket-v3 spreads them evenly over the time that a block is open; tpacket-v2 hands over at once', async () => {
    const seen: string[] = [];
    for (let attempt = 0; attempt < attempts; attempt++) {
      const slots = await delays('tpacket-v2', ring);
      const blocks = await delays('tpacket-v3', ring);
      // evenly spread: 0.5 to 0.9 of the time
      const shape = blocks.median / blocks.most;
      const inTimeouts = (ns: number): number => ns / (blockTimeoutMs * 1e6);
      const even = shape > 0.4 && shape < 0.75 && inTimeouts(blocks.median) > 0.25 && inTimeouts(blocks.max) < 4;
      if (even && slots.median < blocks.median) return;
      seen.push(JSON.stringify({ slots, blocks }));
    }
    assert.fail(`not once in ${String(attempts)}: ${seen.join(' | ')}`);
  });

  it('libpcap waits for its blocks too, and not when it is to hand over at once', async () => {
    const seen: string[] = [];
    for (let attempt = 0; attempt < attempts; attempt++) {
      const [atOnce, inBlocks] = [
        await delays('libpcap', { immediate: true }),
        await delays('libpcap', { timeoutMs: blockTimeoutMs }),
      ];
      if (atOnce.median < inBlocks.median) return;
      seen.push(JSON.stringify({ atOnce, inBlocks }));
    }
    assert.fail(`not once in ${String(attempts)}: ${seen.join(' | ')}`);
  });
});
