import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ExitCode } from '../../../harness/errors.js';
import { elfSection } from '../../../harness/lab/kernels/elf.js';
import { moduleDependencies, moduleOfFile } from '../../../harness/lab/kernels/modinfo.js';
import { parseKernelName } from '../../../harness/lab/kernels/names.js';
import { compareVersions, seriesOfPackage } from '../../../harness/lab/kernels/versions.js';
import { makeModule } from './fake-debian.js';

describe('the name of a kernel', () => {
  it('is one of Debian’s, or a path with what belongs to it', () => {
    assert.deepEqual(parseKernelName('debian:rt'), { kind: 'debian', flavour: 'rt', series: null });
    assert.deepEqual(parseKernelName('debian:cloud:6.12'), { kind: 'debian', flavour: 'cloud', series: '6.12' });
    const path = { kind: 'path', kernel: '/boot/a,b', modules: null, systemMap: null };
    assert.deepEqual(parseKernelName('/boot/a,b'), path);
    assert.deepEqual(parseKernelName('/boot/a,b,map=/m,1,modules=/x'), { ...path, systemMap: '/m,1', modules: '/x' });
  });

  for (const name of ['', ',map=x', 'debian:', 'debian:foo', 'debian:rt:', 'debian:rt:6', 'debian:rt:6.1:x']) {
    it(`is refused: '${name}'`, () => {
      assert.throws(() => parseKernelName(name), { exitCode: ExitCode.usage });
    });
  }
  for (const name of ['/k,map=', '/k,map=a,map=b']) {
    it(`is refused: '${name}'`, () => {
      assert.throws(() => parseKernelName(name), { exitCode: ExitCode.usage });
    });
  }
});

describe('the name of a kernel’s package', () => {
  it('tells its flavour and series', () => {
    assert.equal(seriesOfPackage('linux-image-6.1.0-56-amd64', 'generic'), '6.1');
    assert.equal(seriesOfPackage('linux-image-6.12.117+deb12-cloud-amd64', 'cloud'), '6.12');
    assert.equal(seriesOfPackage('linux-image-6.1.0-0.deb11.21-rt-amd64', 'rt'), '6.1');
    for (const name of [
      'linux-image-6.12.117+deb12-cloud-amd64',
      'linux-image-6.1.0-56-rt-amd64',
      'linux-image-6.1.0-56-amd64-dbg',
      'linux-image-6.1.0-56-amd64-unsigned',
      'linux-image-amd64',
      'linux-image-6.12-amd64',
    ]) {
      assert.equal(seriesOfPackage(name, 'generic'), null, name);
    }
  });

  it('is ordered by number', () => {
    const names = ['6.1.0-9', '6.1.0-56', '6.12.99+deb12', '6.12.117+deb12', '6.12.117+deb13'];
    assert.deepEqual([...names].reverse().sort(compareVersions), names);
  });
});

describe('a module file', () => {
  it('names its module as the kernel does', () => {
    assert.equal(moduleOfFile('kernel/net/virtio-rng.ko.xz'), 'virtio_rng');
    assert.equal(moduleOfFile('kernel/net/x.ko.sig'), null);
  });

  it('says what it depends on', () => {
    assert.deepEqual(moduleDependencies(makeModule('mii,crc-ccitt')), ['mii', 'crc_ccitt']);
    assert.deepEqual(moduleDependencies(makeModule('')), []);
  });

  it('is not trusted: whatever is in it, the answer is an error or a list', () => {
    const good = makeModule('mii');
    const changes = fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { maxLength: 8 });
    fc.assert(
      fc.property(changes, fc.nat(good.length), (bytes, length) => {
        const file = Buffer.from(good.subarray(0, length));
        for (const [at, value] of bytes) if (at < length) file[at] = value;
        try {
          const section = elfSection(file, '.modinfo');
          assert.ok(section === null || section.length <= file.length);
        } catch (error) {
          assert.ok(error instanceof Error && !(error instanceof RangeError), String(error));
        }
      }),
      { numRuns: 2000 },
    );
  });
});
