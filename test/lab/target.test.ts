import assert from 'node:assert/strict';
import { ExitCode, PktpathError } from '../../harness/errors.js';
import { expectedPlace, readTargets, splitList, targetSlug } from '../../harness/lab/target.js';
import type { TargetFlags } from '../../harness/lab/target.js';

describe('the kernels that a command names', () => {
  it('are this machine’s own unless said otherwise', () => {
    assert.deepEqual(readTargets({}), [null]);
    assert.deepEqual(readTargets({ kernel: 'host', testbed: 'veth' }), [null]);
  });

  it('are crossed with boot arguments and CPU models, host once', () => {
    const flags = { kernel: 'host,debian:generic,debian:rt', boot: [',mitigations=off'], cpuModel: ['max', 'qemu64'] };
    const targets = readTargets(flags);
    assert.equal(targets.length, 1 + 2 * 2 * 2);
    assert.deepEqual(targets[1], {
      ...{ kernel: 'debian:generic', bootArguments: '', cpuModel: 'max', card: null, exact: false },
    });
    assert.deepEqual(new Set(targets.map((target) => targetSlug(target, targets))).size, targets.length);
  });

  it('have a comma in an argument behind a backslash', () => {
    assert.deepEqual(splitList('mitigations=auto\\,nosmt,preempt=full'), ['mitigations=auto,nosmt', 'preempt=full']);
  });

  it('bring the card that they have a driver for', () => {
    const own = readTargets({ kernel: '/k/vmlinuz,modules=/k/modules,map=/k/System.map,debian:rt' });
    assert.deepEqual(
      own.map((target) => target?.kernel),
      ['/k/vmlinuz,modules=/k/modules,map=/k/System.map', 'debian:rt'],
    );
    const [cloud] = readTargets({ kernel: 'debian:cloud:6.12' });
    const [generic] = readTargets({ kernel: 'debian:generic' });
    assert.equal(expectedPlace(cloud ?? null)?.card, 'virtio-net');
    assert.equal(expectedPlace(generic ?? null)?.card, 'i82557c');
  });

  it('may be told more than ours, and otherwise than ours', () => {
    for (const boot of ['panic=5', 'console=ttyS0\\,115200', 'init=/bin/sh', 'my.rdinit=1', 'oops=']) {
      assert.equal(readTargets({ kernel: 'debian:rt', boot: [boot] }).length, 1);
    }
  });

  const refused: [why: string, flags: TargetFlags][] = [
    ['arguments for a kernel that runs already', { boot: ['mitigations=off'] }],
    ['instructions of this machine', { exact: true }],
    ['a card that this machine has not', { testbed: 'i82557c' }],
    ['an unknown testbed', { kernel: 'debian:rt', testbed: 'i82559er' }],
    ['no kernel', { kernel: 'host,' }],
    ['a kernel twice', { kernel: 'debian:rt,debian:rt' }],
    ['a line break for the kernel’s command line', { kernel: 'debian:rt', boot: ['quiet\ninit=/bin/sh'] }],
    ['more arguments than a kernel takes', { kernel: 'debian:rt', boot: ['x'.repeat(1025)] }],
    ['another first process in the image', { kernel: 'debian:rt', boot: ['quiet rdinit=/bin/sh'] }],
    ['the same in quotes', { kernel: 'debian:rt', boot: ['"rdinit=/bin/sh"'] }],
    ['another image', { kernel: 'debian:rt', boot: ['initrd=0x1000\\,4096'] }],
    ['a list of models for a model', { kernel: 'debian:rt', cpuModel: ['help'] }],
    ['no model', { kernel: 'debian:rt', cpuModel: [''] }],
  ];
  for (const [why, flags] of refused) {
    it(`refuses ${why}`, () => {
      assert.throws(
        () => readTargets(flags),
        (error) => error instanceof PktpathError && error.exitCode === ExitCode.usage,
      );
    });
  }
});
