import assert from 'node:assert/strict';
import type { PathName } from '../../harness/executor/contract.js';
import type { PathOptions } from '../../harness/paths/path-spec.js';
import type { Testbed } from '../../harness/testbed/testbed.js';
import { useSetting } from './setting.js';
import { pathCell, runOnce, runUntilValid } from './trials.js';

const rings: PathName[] = ['tpacket-v1', 'tpacket-v2', 'tpacket-v3'];

describe('the geometry of receive rings', function () {
  this.timeout(60_000);
  const setting = useSetting();
  let testbed: Testbed;

  before(async () => {
    testbed = await setting().bringUp('napi-thread');
  });
  after(() => setting().down());

  for (const [index, name] of rings.entries()) {
    it(`${name}: says what the kernel has, and works where slots leave a rest in each block`, async () => {
      const asked = { blockBytes: 64 * 1024, blocks: 48, slotBytes: 1584, blockTimeoutMs: 7 };
      const cell = pathCell(name, asked);
      const { result, ledger } = await runUntilValid(() => runOnce(setting(), testbed, cell, null));
      assert.equal(ledger.unexplained, 0);
      const { granted } = result.reader;
      assert.equal(granted['tpacketVersion'], index + 1);
      assert.equal(granted['ringBytes'], asked.blockBytes * asked.blocks);
      assert.equal(granted['blockBytes'], asked.blockBytes);
      assert.equal(granted['blocks'], asked.blocks);
      assert.equal(granted['frameBytes'], asked.slotBytes);
      assert.equal(granted['blockTimeoutMs'], name === 'tpacket-v3' ? asked.blockTimeoutMs : undefined);
    });

    const refused: [string, Partial<PathOptions>][] = [
      ['blocks that are no pages', { blockBytes: 5000 }],
      ['slots that are not aligned', { slotBytes: 2050 }],
      ['slots too small for their headers', { slotBytes: 16 }],
      ['slots larger than a block', { blockBytes: 4096, slotBytes: 8192 }],
      ['more slots than can be counted', { blockBytes: 1 << 30, blocks: 65536, slotBytes: 64 }],
    ];
    for (const [what, options] of refused) {
      it(`${name}: ${what} are refused with the rules`, async () => {
        const cell = pathCell(name, options);
        assert.ok(cell.path.name === name && 'blocks' in cell.path);
        const { blocks, blockBytes, frameBytes } = cell.path;
        const numbers = `${String(blocks)} blocks of ${String(blockBytes)} bytes in slots of ${String(frameBytes)}`;
        await assert.rejects(runOnce(setting(), testbed, cell, null), (error: Error) => {
          assert.ok(error.message.includes(`the kernel refuses a TPACKET_V${String(index + 1)} ring of ${numbers};`));
          assert.match(error.message, /a multiple of the page.*EINVAL/);
          return true;
        });
      });
    }
  }

  for (const name of rings.slice(0, 2)) {
    it(`${name}: a slot smaller than the frame cuts it, and its length stays`, async () => {
      const cell = pathCell(name, { slotBytes: 128 });
      const { result, ledger } = await runUntilValid(() => runOnce(setting(), testbed, cell, null));
      assert.equal(ledger.unexplained, 0);
      assert.equal(result.reader.bytes, result.reader.packets * cell.generator.frameBytes);
      assert.ok(result.reader.copiedBytes < result.reader.packets * 128);
    });
  }

  it('0 lets the kernel work out the block’s timeout', async () => {
    const { result } = await runOnce(setting(), testbed, pathCell('tpacket-v3', { blockTimeoutMs: 0 }), null);
    assert.ok(Number(result.reader.granted['blockTimeoutMs']) > 0);
  });

  it('libpcap takes TPACKET_V3, and V2 when every packet has to come at once', async () => {
    for (const immediate of [false, true]) {
      const cell = pathCell('libpcap', { immediate });
      const { result, ledger } = await runUntilValid(() => runOnce(setting(), testbed, cell, null));
      const { granted } = result.reader;
      assert.equal(ledger.unexplained, 0);
      assert.equal(granted['tpacketVersion'], immediate ? 2 : 3);
      assert.equal(granted['blockTimeoutMs'], immediate ? undefined : 10);
      assert.equal(granted['ringBytes'], Number(granted['blocks']) * Number(granted['blockBytes']));
      assert.equal(result.reader.systemCalls, null);
    }
  });
});
