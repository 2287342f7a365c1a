import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ExitCode } from '../../../harness/errors.js';
import { Guest } from '../../../harness/lab/guest.js';
import { SnapshotRefused } from '../../../harness/lab/qemu/machine.js';
import type { Machine } from '../../../harness/lab/qemu/machine.js';
import type { MachineSpec } from '../../../harness/lab/qemu/spec.js';
import { isRoot, requireCapability } from '../../support/capabilities.js';
import { has } from '../../live/command.js';
import { runs, waitUntil } from '../../live/processes.js';
import { TinyMachines, assertNoneRuns } from './tiny-machine.js';

describe('a QEMU that', () => {
  let machines: TinyMachines;
  before(function () {
    requireCapability(this, 'qemu-system-x86_64', has('qemu-system-x86_64'));
  });
  beforeEach(() => {
    machines = new TinyMachines();
  });
  afterEach(() => machines.clean());

  const refused: [what: string, changes: Partial<MachineSpec>, exitCode: number, message: RegExp, hint: RegExp][] = [
    [
      'has no such CPU model',
      { cpuModel: 'i8086' },
      ExitCode.usage,
      /no CPU model i8086: .*unable to find CPU model 'i8086'/,
      /-cpu help/,
    ],
    [
      'has no such feature',
      { cpuModel: 'max,warp=on' },
      ExitCode.usage,
      /no CPU model max,warp=on: .*warp/,
      /-cpu help/,
    ],
    // more than a process has addresses for
    ['cannot have so much memory', { memoryMiB: 2 ** 30 }, ExitCode.failed, /1073741824 MiB .*guest memory/, /memory/],
  ];
  for (const [what, changes, exitCode, message, hint] of refused) {
    it(`${what} says so, and is gone`, async () => {
      await assert.rejects(machines.start(machines.spec('', 'hang', changes)), { exitCode, message, hint });
      assertNoneRuns();
    });
  }

  it('finds no kernel says which, and is gone', async () => {
    const spec = machines.spec('', 'hang', { vmlinux: '/nonexistent/vmlinux' });
    const message = /cannot load the kernel \/nonexistent\/vmlinux.*No such file/;
    await assert.rejects(machines.start(spec), { exitCode: ExitCode.failed, message });
    assertNoneRuns();
  });

  it('is given no state of a machine refuses it, in its own words', async () => {
    const snapshot = join(machines.folder, 'state');
    writeFileSync(snapshot, 'nothing of the kind');
    await assert.rejects(machines.start(machines.spec('', 'hang'), { snapshot }), (error) => {
      assert.ok(error instanceof SnapshotRefused);
      assert.match(error.message, /Not a migration stream/);
      return true;
    });
    assertNoneRuns();
  });

  it('saves its state has it taken back whole, and refused when half of it is missing', async () => {
    const spec = machines.spec('here\n', 'hang');
    const snapshot = join(machines.folder, 'state');
    const machine = await machines.start(spec);
    await said(machine, /here/);
    await machine.save(snapshot);
    await machine.quit();
    assert.deepEqual(readdirSync(machines.folder).sort(), ['console.log', 'initramfs', 'kernel', 'state']);
    const again = await machines.start(spec, { snapshot });
    await again.goOn();
    await again.quit();
    truncateSync(snapshot, statSync(snapshot).size / 2);
    await assert.rejects(machines.start(spec, { snapshot }), SnapshotRefused);
    assertNoneRuns();
  });

  it('has not the memory for a saved state does not hold that against the state', async () => {
    const snapshot = join(machines.folder, 'state');
    writeFileSync(snapshot, '');
    const spec = machines.spec('', 'hang', { memoryMiB: 2 ** 30 });
    await assert.rejects(machines.start(spec, { snapshot }), { exitCode: ExitCode.failed, message: /cannot have/ });
  });

  it('cannot write its state to the last byte leaves nothing of it', async function () {
    requireCapability(this, 'root', isRoot);
    const machine = await machines.start(machines.spec('', 'hang'));
    const small = join(machines.folder, 'small');
    const first = join(machines.folder, 'state');
    await machine.save(first);
    const { size } = statSync(first);
    mkdirSync(small);
    // of the second QEMU itself says that it was completed: what does not fit is within the last pipe full
    for (const bytes of [16_384, size - 16_384]) {
      const same = await machines.start(machines.spec('', 'hang'), { snapshot: first });
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${String(bytes)}`, 'tmpfs', small]);
      try {
        const error = { exitCode: ExitCode.failed, message: /cannot save the guest in .*No space left/, hint: /full/ };
        await assert.rejects(same.save(join(small, 'state')), error, String(bytes));
        assert.deepEqual(readdirSync(small), []);
      } finally {
        await same.quit();
        execFileSync('umount', [small]);
      }
    }
  });

  it('is killed says by what, to whoever waits for an answer', async () => {
    const machine = await machines.start(machines.spec('so far\n', 'hang'));
    await said(machine, /so far/);
    const guest = new Guest(machine);
    const call = guest.call({ name: 'testbedCounters', arguments: [] });
    process.kill(machine.pid ?? 0, 'SIGKILL');
    const message = /killed by SIGKILL; its console, .*console\.log, said\n {2}\| so far/;
    await assert.rejects(call, { exitCode: ExitCode.failed, message, hint: /oom/ });
    await assert.rejects(machine.settled(), { message });
    assertNoneRuns();
  });

  it('is asked from outside to end says so', async () => {
    const machine = await machines.start(machines.spec('', 'hang'));
    process.kill(machine.pid ?? 0, 'SIGTERM');
    const message = /QEMU was told to end while the guest ran \(host-signal\): .*terminating on signal 15/;
    await assert.rejects(machine.failed, { message });
  });

  const ends: [what: string, words: string, end: 'triple fault' | 'power off', message: RegExp, hint?: RegExp][] = [
    ['resets without a word', '', 'triple fault', /reset itself \(guest-reset\).*is empty/, /console.*64 MiB/],
    [
      'panics',
      'Kernel panic - not syncing: System is deadlocked on memory\n',
      'triple fault',
      /the guest’s kernel panicked; .*\n {2}\| Kernel panic - not syncing: System is deadlocked/,
    ],
    ['powers off', 'pktpath-guest: no port\n', 'power off', /powered itself off; .*\n {2}\| pktpath-guest: no port/],
  ];
  for (const [what, words, end, message, hint] of ends) {
    it(`runs a guest that ${what} says so`, async () => {
      const machine = await machines.start(machines.spec(words, end));
      const expected = { exitCode: ExitCode.failed, message, ...(hint === undefined ? {} : { hint }) };
      await assert.rejects(machine.failed, expected);
      assertNoneRuns();
    });
  }

  it('runs a guest that hangs in a call is ended, with what the console said', async () => {
    const lockup = 'watchdog: BUG: soft lockup - CPU#0 stuck for 22s! [node:77]\n';
    const machine = await machines.start(machines.spec(`before\n${lockup}after\n`, 'hang'));
    await said(machine, /after/);
    const guest = new Guest(machine, () => 1);
    const message =
      /guest hangs: it has not answered testbedCounters within 1 s; its console, .*console\.log, said[^]*soft lockup/;
    const expected = { exitCode: ExitCode.failed, message };
    await assert.rejects(guest.call({ name: 'testbedCounters', arguments: [] }), expected);
    await assert.rejects(guest.call({ name: 'testbedCounters', arguments: [] }), expected);
    await waitUntil(() => !runs(machine.pid ?? 0), 1000);
    assertNoneRuns();
  });

  it('is stopped by the run’s signal ends at once, and so do the calls', async () => {
    const controller = new AbortController();
    const machine = await machines.start(machines.spec('', 'hang'), { signal: controller.signal });
    const call = new Guest(machine).call({ name: 'testbedCounters', arguments: [] });
    controller.abort();
    await assert.rejects(call, /QEMU was ended/);
    assertNoneRuns();
  });
});

/** Waits until the console has such words. */
async function said(machine: Machine, words: RegExp): Promise<void> {
  assert.ok(await waitUntil(() => words.test(readFileSync(machine.consoleLog, 'utf8')), 5000), String(words));
}
