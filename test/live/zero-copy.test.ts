import assert from 'node:assert/strict';
import { useSetting } from './setting.js';
import { pathCell, runOnce, runUntilValid } from './trials.js';

describe('TCP_ZEROCOPY_RECEIVE', function () {
  this.timeout(60_000);
  const setting = useSetting();
  after(() => setting().down());

  it('hands over each byte, mapped or copied', async () => {
    const testbed = await setting().bringUp('napi-thread');
    const bulk = { traffic: 'tcp-bulk', packetsPerSecond: null, frameBytes: 1514 } as const;
    const cell = pathCell('tcp', { zeroCopy: true, readBytes: 16_384 }, bulk);
    const { result, ledger } = await runUntilValid(() => runOnce(setting(), testbed, cell, null));
    assert.equal(ledger.unexplained, 0);
    const { bytes, copiedBytes, granted, sequence } = result.reader;
    assert.equal(bytes, result.generator.bytes);
    // What was mapped in the warm-up is in it too.
    assert.ok(Number(granted['mappedBytes']) >= bytes - copiedBytes, JSON.stringify(granted));
    assert.deepEqual([sequence.corrupt, sequence.missing, sequence.duplicated], [0, 0, 0]);
  });
});
