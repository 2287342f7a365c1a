import assert from 'node:assert/strict';
import { useSetting } from './setting.js';
import { pathCell, runOnce, runUntilValid } from './trials.js';

/** A page of payload, and the headers of IP and TCP without options. */
const wholePages = 4096 + 20 + 20;

describe('TCP_ZEROCOPY_RECEIVE', function () {
  this.timeout(60_000);
  const setting = useSetting();

  for (const mtu of [1500, wholePages]) {
    it(`hands over each byte, mapped or copied, with an MTU of ${String(mtu)}`, async () => {
      const testbed = await setting().bringUp('napi-thread', mtu);
      const bulk = { traffic: 'tcp-bulk', packetsPerSecond: null, frameBytes: 1024 + 54 } as const;
      const cell = pathCell('tcp', { zeroCopy: true, readBytes: 65_536 }, bulk);
      const { result, ledger } = await runUntilValid(() => runOnce(setting(), testbed, cell, null));
      assert.equal(ledger.unexplained, 0);
      const { bytes, copiedBytes, granted, sequence } = result.reader;
      assert.equal(bytes, result.generator.bytes);
      // What was mapped in the warm-up is in it too.
      assert.ok(Number(granted['mappedBytes']) >= bytes - copiedBytes, JSON.stringify(granted));
      assert.deepEqual([sequence.corrupt, sequence.missing, sequence.duplicated], [0, 0, 0]);
    });
  }
});
