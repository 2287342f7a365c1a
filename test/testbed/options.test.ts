import assert from 'node:assert/strict';
import { ExitCode, PktpathError } from '../../harness/errors.js';
import { run } from '../../harness/testbed/command.js';
import { namespaceNames, runOfNamespace } from '../../harness/testbed/names.js';
import { checkOptions, readOnlineCpus } from '../../harness/testbed/options.js';
import type { TestbedOptions } from '../../harness/testbed/testbed.js';

const good: TestbedOptions = { runId: 'a-1', isolation: 'rps', receiverCpu: 1, senderCpu: 0, mtu: 1500 };

describe('testbed options', () => {
  it('are taken when in range', () => {
    checkOptions(good, [0, 1]);
    checkOptions({ ...good, mtu: 68 }, [0, 1]);
    checkOptions({ ...good, mtu: 65_535 }, [0, 1]);
  });

  const bad: [name: string, change: Partial<Record<keyof TestbedOptions, unknown>>, message: RegExp][] = [
    ['an mtu of 0', { mtu: 0 }, /mtu 0/],
    ['an mtu of 70000', { mtu: 70_000 }, /mtu 70000/],
    ['an mtu below zero', { mtu: -1 }, /mtu -1/],
    ['a broken mtu', { mtu: 1500.5 }, /mtu 1500.5/],
    ['no mtu', { mtu: Number.NaN }, /mtu NaN/],
    ['an unknown isolation', { isolation: 'magic' }, /unknown isolation "magic"/],
    ['a CPU that is not there', { receiverCpu: 7 }, /receiverCpu 7 is not online/],
    ['a CPU below zero', { senderCpu: -1 }, /senderCpu -1/],
    ['one CPU for both', { receiverCpu: 0 }, /share CPU 0/],
    ['an empty run id', { runId: '' }, /run id ""/],
    ['a run id with a path in it', { runId: '../x' }, /run id/],
    ['a run id like an option', { runId: '-rf' }, /run id/],
    ['a run id with a command in it', { runId: 'a; reboot' }, /run id/],
    ['a run id with a second line', { runId: 'a\nlink del eth0' }, /run id/],
    ['a run id that is too long', { runId: 'a'.repeat(65) }, /run id/],
  ];
  for (const [name, change, message] of bad) {
    it(`refuse ${name} as bad usage`, () => {
      assert.throws(
        () => checkOptions({ ...good, ...change } as TestbedOptions, [0, 1]),
        (error: unknown) =>
          error instanceof PktpathError && error.exitCode === ExitCode.usage && message.test(error.message),
      );
    });
  }

  it('know this machine’s CPUs', async () => {
    assert.ok((await readOnlineCpus()).length > 0);
  });
});

describe('names of namespaces', () => {
  it('lead back to their run', () => {
    for (const name of Object.values(namespaceNames('20260101-ab'))) assert.equal(runOfNamespace(name), '20260101-ab');
  });

  for (const name of [
    'pktpath',
    'pktpath-rx',
    'pktpath--rx',
    'xpktpath-1-rx',
    'pktpath-1-rx2',
    'pktpath-a b-rx',
    'blue',
  ]) {
    it(`are not ${name}`, () => assert.equal(runOfNamespace(name), null));
  }
});

describe('a program that pktpath runs', () => {
  it('is named with its package when it is missing', async () => {
    const before = process.env['PATH'];
    await assert.rejects(run('no-such-program' as 'ip', []), (error: unknown) => {
      assert.ok(error instanceof PktpathError);
      assert.equal(error.exitCode, ExitCode.notPossible);
      assert.match(error.message, /no-such-program is not installed/);
      return true;
    });
    assert.equal(process.env['PATH'], before);
  });

  it('is quoted when it fails', async function () {
    await assert.rejects(
      run('ip', ['link', 'show', 'no-such-link']),
      /ip link show no-such-link failed \(exit code 1\): .*no-such-link/,
    );
  });
});
