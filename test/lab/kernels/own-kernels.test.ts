import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ExitCode } from '../../../harness/errors.js';
import type { KernelImage } from '../../../harness/lab/kernels/kernel-image.js';
import { resolveKernel } from '../../../harness/lab/kernels/kernels.js';
import { modulesFor } from '../../../harness/lab/kernels/modules.js';
import { requireCapability } from '../../support/capabilities.js';
import { makeBzImage, makeModule, makeVmlinux, packers } from './fake-debian.js';

describe("kernels of one's own", () => {
  let folder = '';
  let cache = '';
  before(function () {
    requireCapability(this, 'an amd64 machine', process.arch === 'x64');
  });
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pktpath-kernel-'));
    cache = join(folder, 'cache');
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));
  const resolve = (name: string): Promise<KernelImage> =>
    resolveKernel(name, { cache, tell: () => undefined, signal: AbortSignal.timeout(60_000) });
  const vmlinux = makeVmlinux('6.9.1-mine');

  for (const packer of Object.keys(packers) as (keyof typeof packers)[]) {
    it(`are unpacked from a bzImage that ${packer} packed`, async function () {
      const program = packers[packer][0];
      requireCapability(this, program, spawnSync(program, ['--version']).status === 0);
      const file = join(folder, 'bzImage');
      await writeFile(file, makeBzImage(vmlinux, packer));
      const kernel = await resolve(file);
      assert.ok((await readFile(kernel.vmlinux)).equals(vmlinux));
      assert.deepEqual(
        [kernel.release, kernel.package, kernel.modules, kernel.systemMap],
        ['6.9.1-mine', null, null, null],
      );
      assert.deepEqual(await modulesFor(kernel, ['e100']), []); // It has none: all is built in.
    });
  }

  it('have the modules and the map that are named, or that lie as in /boot', async () => {
    const modules = join(folder, 'lib/modules/X');
    await mkdir(join(modules, 'extra'), { recursive: true });
    await mkdir(join(folder, 'boot'));
    await writeFile(join(modules, 'extra/veth.ko'), makeModule(''));
    await writeFile(join(folder, 'boot/vmlinux-X'), vmlinux);
    const map = 'ffffffff81000000 T _text\n';
    await writeFile(join(folder, 'boot/System.map-X'), map);
    await writeFile(join(folder, 'elsewhere'), vmlinux);
    const named = `${folder}/elsewhere,map=${folder}/boot/System.map-X,modules=${modules}`;
    for (const name of [`${folder}/boot/vmlinux-X`, named]) {
      const kernel = await resolve(name);
      assert.equal(kernel.systemMap && (await readFile(kernel.systemMap, 'utf8')), map);
      assert.deepEqual(
        (await modulesFor(kernel, ['veth'])).map((module) => module.name),
        ['veth'],
      );
      const message = /no e100, as a module, and no modules\.builtin/;
      await assert.rejects(modulesFor(kernel, ['e100']), { exitCode: ExitCode.notPossible, message });
    }
    assert.equal((await resolve(join(folder, 'elsewhere'))).modules, null);
  });

  it('are made anew when the file has changed', async () => {
    const file = join(folder, 'vmlinux');
    await writeFile(file, vmlinux);
    const before = await resolve(file);
    await writeFile(file, makeVmlinux('6.9.2-mine'));
    const after = await resolve(file);
    assert.deepEqual([before.release, after.release], ['6.9.1-mine', '6.9.2-mine']);
    assert.notEqual(before.digest, after.digest);
  });

  const image = makeBzImage(vmlinux);
  const damaged: [string, (bytes: Buffer) => Buffer, number, RegExp][] = [
    ['ends too early', (bytes) => bytes.subarray(0, bytes.length - 200), ExitCode.failed, /damaged: it ends before/],
    ['is packed in no known way', (bytes) => flip(bytes, 1600), ExitCode.failed, /packed in an unknown way/],
    ['has a damaged payload', (bytes) => flip(bytes, 1640), ExitCode.failed, /xz/],
    ['says another size', (bytes) => flip(bytes, bytes.length - 104), ExitCode.failed, /damaged: its kernel has/],
    ['holds no ELF file', () => makeBzImage(Buffer.alloc(5000, 'x')), ExitCode.usage, /no kernel/],
    ['holds no kernel', () => makeBzImage(vmlinux.subarray(0, 4096)), ExitCode.usage, /no version banner/],
    ['is empty', () => Buffer.alloc(0), ExitCode.usage, /no kernel/],
    ['is a text', () => Buffer.from('vmlinux\n'.repeat(1000)), ExitCode.usage, /no kernel/],
  ];
  for (const [what, change, exitCode, message] of damaged) {
    it(`are refused when the file ${what}`, async () => {
      const file = join(folder, 'bzImage');
      await writeFile(file, change(Buffer.from(image)));
      await assert.rejects(resolve(file), { exitCode, message });
      assert.deepEqual(await readdir(join(cache, 'kernels')).catch(() => []), []);
    });
  }

  it('are refused when there is none', async () => {
    const usage = { exitCode: ExitCode.usage };
    await assert.rejects(resolve(join(folder, 'none')), { ...usage, message: /cannot be read/ });
    await assert.rejects(resolve(folder), { ...usage, message: /cannot be read/ });
  });
});

function flip(bytes: Buffer, at: number): Buffer {
  bytes.writeUInt8(bytes.readUInt8(at) ^ 0xff, at);
  return bytes;
}
