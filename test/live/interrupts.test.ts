import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { interrupts } from '../../experiments/interrupts.js';
import { mitigationsOf } from '../../harness/testbed/mitigations.js';
import type { Testbed } from '../../harness/testbed/testbed.js';
import { useSetting } from './setting.js';
import { pathCell, runOnce, runUntilValid } from './trials.js';

const options = { isolation: 'rps', flushTimeoutsUs: [50], deferHardIrqs: 2, changeMachine: false } as const;
const mitigations = mitigationsOf(interrupts.parameters.arms.default as never, {
  ...options,
  flushTimeoutsUs: [...options.flushTimeoutsUs],
}).filter(({ leftOut }) => leftOut === null);

/** NET_RX of each CPU. */
async function softirqs(): Promise<number[]> {
  const line = /^\s*NET_RX:(.*)$/m.exec(await readFile('/proc/softirqs', 'utf8'))?.[1] ?? '';
  return line.trim().split(/\s+/).map(Number);
}

describe('how a receiver is told of packets', function () {
  this.timeout(60_000);
  const setting = useSetting();
  let testbed: Testbed;
  before(async () => {
    testbed = await setting().bringUp('rps');
  });
  after(() => setting().down());

  for (const { label, reception, waiting } of mitigations) {
    it(`${label}: every packet is counted, and so is what told of it`, async () => {
      await testbed.arrange(reception);
      const cell = pathCell('udp', { waiting }, { frameBytes: 64, method: 'af-xdp' });
      const earlier = await softirqs();
      const { result, ledger } = await runUntilValid(() => runOnce(setting(), testbed, cell, null));
      const later = await softirqs();
      assert.equal(ledger.unexplained, 0);
      assert.equal(result.reader.packets, result.generator.sent);
      const { triggers } = result;
      assert.ok(triggers !== undefined);
      const { receiverSoftirqs, senderSoftirqs, napiWakeups } = triggers;
      assert.ok(receiverSoftirqs <= (later[testbed.receiver.cpu] ?? 0) - (earlier[testbed.receiver.cpu] ?? 0));
      assert.ok((senderSoftirqs ?? 0) <= (later[testbed.sender.cpu] ?? 0) - (earlier[testbed.sender.cpu] ?? 0));
      assert.equal(triggers.interrupts, null, 'veth has none');
      assert.equal(napiWakeups !== null, reception.isolation === 'napi-thread');
      const own = { rps: receiverSoftirqs, 'napi-softirq': receiverSoftirqs + (senderSoftirqs ?? 0) };
      const told = napiWakeups ?? own[reception.isolation as keyof typeof own];
      // one that polls by itself may never be told
      if (waiting === 'sleep') assert.ok(told > 0 && told <= 4 * result.wirePackets, String(told));
    });

    it(`${label}: what an overload loses is lost by name`, async () => {
      await testbed.arrange(reception);
      const load = { frameBytes: 64, method: 'af-xdp', batch: 32, packets: 60_000, packetsPerSecond: null } as const;
      const cell = pathCell('udp', { waiting, receiveBufferBytes: 65_536 }, load);
      const { ledger, result } = await runUntilValid(() => runOnce(setting(), testbed, cell, null));
      assert.equal(ledger.unexplained, 0, JSON.stringify(ledger));
      assert.equal(ledger.sent, 60_000);
      assert.equal(result.reader.packets, result.wirePackets - (result.reader.drops['socket'] ?? 0));
    });
  }

  it('polls by a timer on the receiver’s CPU alone, when notification is off for good', async () => {
    const watchdog = mitigations.find(({ label }) => label.startsWith('watchdog'));
    assert.ok(watchdog !== undefined);
    await testbed.arrange(watchdog.reception);
    const cell = pathCell('udp', {}, { frameBytes: 64 });
    const { result } = await runUntilValid(() => runOnce(setting(), testbed, cell, null));
    const { receiverSoftirqs, senderSoftirqs } = result.triggers ?? {};
    // the sender's CPU has none of these packets, but perhaps somebody else's
    assert.ok((receiverSoftirqs ?? 0) > 10 * (senderSoftirqs ?? 0), JSON.stringify(result.triggers));
  });
});
