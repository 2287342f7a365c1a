import assert from 'node:assert/strict';
import { basename } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ExitCode, PktpathError } from '../../harness/errors.js';
import type { PathName } from '../../harness/executor/contract.js';
import type { Testbed } from '../../harness/testbed/testbed.js';
import { tool } from '../testbed/network-tools.js';
import { irqSuspendTimeouts } from './napi-settings.js';
import { useSetting } from './setting.js';
import { pathCell, probesFor, probesOf, runOnce, runUntilValid } from './trials.js';
import type { Measured } from './trials.js';

const taps: PathName[] = [
  'packet-recvfrom',
  'packet-recvmmsg',
  'sock-packet',
  'tpacket-v1',
  'tpacket-v2',
  'tpacket-v3',
];
const inet: PathName[] = ['tcp', 'udp', 'udp-recvmmsg'];

describe('how a reader waits', function () {
  this.timeout(60_000);
  const setting = useSetting();

  describe('beside a sender on another CPU', () => {
    let testbed: Testbed;
    before(async () => {
      testbed = await setting().bringUp('inline');
    });
    after(() => setting().down());

    for (const name of [...taps, ...inet]) {
      it(`${name}: one that spins counts what one that sleeps counts`, async () => {
        for (const waiting of ['sleep', 'spin'] as const) {
          const { result, ledger } = await runUntilValid(() =>
            runOnce(setting(), testbed, pathCell(name, { waiting }), null),
          );
          assert.equal(ledger.unexplained, 0);
          assert.equal(result.reader.packets, result.generator.sent);
          // a ring's reader that spins makes no system call at all
          if (name.startsWith('tpacket') && waiting === 'spin') assert.equal(result.reader.systemCalls, 0);
        }
      });
    }

    for (const name of taps) {
      it(`${name}: busy polling is refused by name`, async () => {
        await assert.rejects(runOnce(setting(), testbed, pathCell(name, { waiting: 'busy-poll' }), null), notPossible);
      });
    }

    for (const name of inet) {
      it(`${name}: busy polling is refused where there is no NAPI instance to poll`, async () => {
        await assert.rejects(runOnce(setting(), testbed, pathCell(name, { waiting: 'busy-poll' }), null), notPossible);
      });
    }
  });

  describe('with NAPI', () => {
    let testbed: Testbed;
    before(async () => {
      testbed = await setting().bringUp('napi-thread');
    });
    after(() => setting().down());

    for (const name of inet) {
      it(`${name}: busy polling drives the device from the reader’s calls`, async () => {
        const cell = pathCell(name, { waiting: 'busy-poll' });
        const probes = probesFor(setting(), testbed, cell);
        const measured = await runUntilValid(() => runOnce(setting(), testbed, cell, probes));
        assert.equal(measured.ledger.unexplained, 0);
        assert.ok(Number(measured.result.reader.granted['napiId']) > 0);
        assert.ok(polledByReader(measured), 'the device is polled from the reader’s own calls');
      });
    }

    for (const name of ['udp', 'udp-recvmmsg'] as const) {
      it(`${name}: interrupts are suspended while the reader finds packets, and no longer than the trial`, async () => {
        const cell = pathCell(name, { waiting: 'irq-suspend' });
        const probes = probesFor(setting(), testbed, cell);
        const measured = await runUntilValid(() => runOnce(setting(), testbed, cell, probes));
        assert.equal(measured.ledger.unexplained, 0);
        const { napiId, irqSuspendTimeoutNs } = measured.result.reader.granted;
        assert.ok(Number(napiId) > 0);
        assert.equal(irqSuspendTimeoutNs, 20_000_000);
        assert.ok(polledByReader(measured), 'the device is polled from the reader’s own calls');
        assert.deepEqual(await irqSuspendTimeouts(testbed.receiver), [0]);
      });
    }

    it('tcp: suspending interrupts is refused by name', async () => {
      const cell = pathCell('tcp', { waiting: 'irq-suspend' });
      await assert.rejects(runOnce(setting(), testbed, cell, null), /interrupts are suspended for readers of udp/);
    });

    it('a ring’s reader that spins is accounted for without a mark', async () => {
      const cell = pathCell('tpacket-v2', { waiting: 'spin' });
      const probes = probesFor(setting(), testbed, cell);
      const measured = await runUntilValid(() => runOnce(setting(), testbed, cell, probes));
      const states = probesOf(measured).cpus.flatMap((cpu) => cpu.states);
      const spent = states.filter(({ layer, owner, ns }) => layer === 'task' && owner === 'receiver' && ns > 0);
      assert.deepEqual(
        spent.map(({ stage }) => stage),
        ['user'],
        'it never leaves user space',
      );
    });
  });

  describe('when its interface is removed', () => {
    for (const name of [
      'packet-recvfrom',
      'packet-recvmmsg',
      'sock-packet',
      'tpacket-v2',
      'tpacket-v3',
      'udp',
    ] as const) {
      for (const waiting of ['sleep', 'spin'] as const) {
        it(`${name}, ${waiting}: the trial fails, says why, and ends`, async () => {
          const testbed = await setting().bringUp('inline');
          try {
            const cell = pathCell(name, { waiting }, { packets: 45_000, maxDurationNs: 4_000_000_000 });
            const trial = runOnce(setting(), testbed, cell, null);
            const removed = delay(400).then(() =>
              tool('ip', '-n', basename(testbed.receiver.netns), 'link', 'delete', testbed.receiver.interface),
            );
            await assert.rejects(trial, (error: Error) => {
              assert.match(
                error.message,
                /ENETDOWN|ENXIO|ENODEV|ENETUNREACH|EINVAL|no counters of interface|is not in/,
              );
              return true;
            });
            await removed;
          } finally {
            await setting().down();
          }
        });
      }
    }
  });

  describe('when its interface goes down', () => {
    for (const name of taps) {
      it(`${name}: the reader says so`, async () => {
        const testbed = await setting().bringUp('inline');
        try {
          const trial = runOnce(setting(), testbed, pathCell(name, {}, { packets: 15_000 }), null);
          const down = delay(400).then(() =>
            tool('ip', '-n', basename(testbed.receiver.netns), 'link', 'set', testbed.receiver.interface, 'down'),
          );
          await assert.rejects(trial, /^PktpathError: receiving on .* failed: ENETDOWN/);
          await down;
        } finally {
          await setting().down();
        }
      });
    }
  });

  function polledByReader(measured: Measured): boolean {
    return probesOf(measured)
      .cpus.flatMap(({ states }) => states)
      .some(({ owner, stage, entries }) => owner === 'receiver' && stage === 'driver-rx' && entries > 0);
  }

  function notPossible(error: unknown): boolean {
    assert.ok(error instanceof PktpathError);
    assert.match(error.message, /busy polling cannot work/);
    assert.equal(error.exitCode, ExitCode.notPossible);
    return true;
  }
});
