import assert from 'node:assert/strict';
import { basename } from 'node:path';
import type { PathName } from '../../harness/executor/contract.js';
import type { PathOptions } from '../../harness/paths/path-spec.js';
import type { Testbed } from '../../harness/testbed/testbed.js';
import { tool } from '../testbed/network-tools.js';
import { useSetting } from './setting.js';
import { pathCell, runOnce } from './trials.js';
import type { Measured } from './trials.js';

/** So little that a few packets fill it: a buffer of the kernel's least, a ring of two pages. */
const tiny: Partial<PathOptions> = {
  receiveBufferBytes: 1024,
  blockBytes: 4096,
  blocks: 2,
  blockTimeoutMs: 10,
  bufferBytes: 1,
};
const flood = { frameBytes: 64, packets: 40_000, packetsPerSecond: null };
const attempts = 6;

describe('sockets and rings that are overrun', function () {
  this.timeout(60_000);
  const setting = useSetting();
  let testbed: Testbed;

  for (const isolation of ['napi-thread', 'inline'] as const) {
    describe(isolation, () => {
      before(async () => {
        testbed = await setting().bringUp(isolation);
      });
      after(() => setting().down());

      const taps: PathName[] = ['packet-recvmmsg', 'sock-packet', 'tpacket-v1', 'tpacket-v2', 'tpacket-v3'];
      for (const name of taps) {
        it(`${name} names every drop`, async () => {
          await overrun(name, assertNamed);
        });
      }

      for (const name of ['udp', 'udp-recvmmsg'] as const) {
        it(`${name} names every drop, as many as nstat counts`, async () => {
          let before = await rcvbufErrors();
          await overrun(name, async (measured) => {
            assertNamed(measured);
            const after = await rcvbufErrors();
            assert.equal(measured.result.reader.drops['socket'], measured.grown.udpRcvbufErrors);
            assert.equal(measured.result.reader.drops['socket'], after - before);
            before = after;
          });
        });
      }
    });
  }

  /** Trials until the socket dropped something: how often it does is the machine's affair, what it counts is not. */
  async function overrun(name: PathName, check: (measured: Measured) => void | Promise<void>): Promise<void> {
    for (let attempt = 0; attempt < attempts; attempt++) {
      const measured = await runOnce(setting(), testbed, pathCell(name, tiny, flood), null, { warmupPackets: 0 });
      await check(measured);
      if ((measured.ledger.drops['socket'] ?? 0) > 0) return;
    }
    assert.fail(`${name} dropped nothing in ${String(attempts)} trials of ${String(flood.packets)} packets`);
  }

  function assertNamed({ ledger, result }: Measured): void {
    const { reader } = result;
    assert.equal(ledger.unexplained, 0, JSON.stringify(ledger));
    assert.equal(ledger.sent, flood.packets);
    assert.equal(reader.packets, result.wirePackets - (reader.drops['socket'] ?? 0));
    const { missing, duplicated, corrupt, reordered } = reader.sequence;
    assert.deepEqual([duplicated, corrupt, reordered], [0, 0, 0]);
    assert.ok(missing <= ledger.sent - ledger.delivered);
  }

  /** UdpRcvbufErrors of the receiver's namespace, as nstat(8) has it. */
  async function rcvbufErrors(): Promise<number> {
    const namespace = basename(testbed.receiver.netns);
    const text = await tool('ip', 'netns', 'exec', namespace, 'nstat', '-asz', '--json', 'UdpRcvbufErrors');
    return (JSON.parse(text) as { kernel: { UdpRcvbufErrors: number } }).kernel.UdpRcvbufErrors;
  }
});
