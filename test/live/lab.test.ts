import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { readRecord } from '../../reports/record-io.js';
import type { RunRecord } from '../../reports/record.js';
import { requireCapability } from '../support/capabilities.js';
import { Command, has, temporaryFolder } from './command.js';
import { Setting } from './setting.js';

/** One boot of Debian's stock kernel, the article's card, the packet socket. A download comes first on a new machine. */
const patienceMs = 540_000;
const frames = 1000;

describe('pktpath run table1 --kernel debian:generic --exact', function () {
  this.timeout(patienceMs + 60_000);
  let folder = '';
  let record: RunRecord;

  before(async function () {
    requireCapability(this, 'an x86-64 machine', process.arch === 'x64');
    requireCapability(this, 'qemu-system-x86_64', has('qemu-system-x86_64'));
    const setting = await Setting.open(this);
    await setting.close();
    folder = temporaryFolder();
    const out = join(folder, 'run');
    const words = ['run', 'table1', '--kernel', 'debian:generic', '--exact', '--set', 'paths=packet-recvfrom'];
    const { code, stderr } = await Command.start([...words, '--json', '--out', out]).end(patienceMs);
    assert.equal(code, 0, stderr);
    record = readRecord(out);
  });
  after(() => {
    if (folder !== '') rmSync(folder, { recursive: true, force: true });
  });

  it('sends a thousand frames, and counts each at every function on its way, by probes and by the emulator', () => {
    for (const { cell, probed, valid, generator, wirePackets, reader, probes, emulator } of record.trials) {
      assert.ok(valid, cell);
      assert.deepEqual([generator.sent, wirePackets, reader.packets], [frames, frames, frames]);
      if (probed) {
        const counts = new Map(probes?.boundaries.map(({ program, packets }) => [program, packets]));
        for (const program of [
          'driver_poll_exit',
          'netif_receive_skb',
          'packet_rcv_enter',
          'copy_enter',
          'recvmsg_enter',
        ]) {
          assert.equal(counts.get(program), frames, program);
        }
        // an interrupt a frame; e100’s watchdog raises one by itself every two seconds
        const interrupts = counts.get('device_irq_enter') ?? 0;
        assert.ok(interrupts >= frames && interrupts <= frames + 2, String(interrupts));
        continue;
      }
      const calls = new Map(emulator?.functions.map(({ name, calls: number }) => [name, number]));
      for (const name of ['packet_rcv', 'packet_recvmsg', 'skb_copy_datagram_iter', 'sock_def_readable']) {
        assert.equal(calls.get(name), frames, name);
      }
      assert.deepEqual(emulator?.problems, []);
      // every instruction of the guest was charged to something
      assert.equal(emulator.charged, emulator.instructions);
    }
  });

  it('takes the driver, the softirq, the tap and the call from the functions of the article’s four points', () => {
    const tiers = new Map(
      record.stagePlans[0]?.boundaries.map(({ boundary, tier, targets }) => [boundary, { tier, targets }]),
    );
    assert.deepEqual(tiers.get('driver-irq'), { tier: 'function', targets: ['e100_intr'] });
    assert.deepEqual(tiers.get('driver-rx:enter'), { tier: 'function', targets: ['e100_poll'] });
    assert.deepEqual(tiers.get('packet-tap:enter'), { tier: 'function', targets: ['packet_rcv'] });
    assert.deepEqual(tiers.get('recvmsg:enter'), { tier: 'function', targets: ['packet_recvmsg'] });
  });

  it('closes to the instruction, and has each stage of 500 and more as the emulator has it, within 3 %', () => {
    const [row] = record.summary;
    assert.equal(row?.status, 'measured');
    assert.equal(row.closure?.statesOverElapsed, 1);
    const refereed = row.stages.flatMap((stage) => {
      const seen = 'emulator' in stage ? (stage.emulator?.instructionsPerPacket ?? 0) : 0;
      if (seen < 500 || !('correctedInstructionsPerPacket' in stage)) return [];
      return [[stage.stage, (stage.correctedInstructionsPerPacket ?? 0) / seen] as const];
    });
    assert.deepEqual(
      refereed.map(([stage]) => stage),
      ['driver-rx', 'wake-up', 'recvmsg', 'copy', 'syscall-return'],
    );
    for (const [stage, ratio] of refereed) assert.ok(Math.abs(ratio - 1) < 0.03, `${stage}: ${String(ratio)}`);
    assert.equal(row.metrics['copiedBytesPerPacket']?.median, 1514);
  });

  it('calls no instruction a nanosecond', () => {
    const [row] = record.summary;
    assert.deepEqual(
      Object.keys(row?.metrics ?? {}).filter((name) => /ns|second/i.test(name.replace(/instructions/i, ''))),
      [],
    );
    assert.ok(record.experiment.exact);
    assert.equal(record.machine.kind, 'guest');
  });
});
