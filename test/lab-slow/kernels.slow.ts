import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ExitCode } from '../../harness/errors.js';
import type { KernelImage } from '../../harness/lab/kernels/kernel-image.js';
import { resolveKernel } from '../../harness/lab/kernels/kernels.js';
import { modulesFor } from '../../harness/lab/kernels/modules.js';
import { isRoot, requireCapability } from '../support/capabilities.js';

/** With Debian's own packages, and so with a network. */
describe("Debian's kernels, downloaded", function () {
  this.timeout(180_000);
  let cache = '';
  before(async () => (cache = await mkdtemp(join(tmpdir(), 'pktpath-kernels-'))));
  after(() => rm(cache, { recursive: true, force: true }));
  const resolve = (name: string, folder = cache): Promise<KernelImage> =>
    resolveKernel(name, { cache: folder, tell: () => undefined, signal: AbortSignal.timeout(170_000) });

  const cards = { generic: ['e100', 'e1000', 'virtio_net'], cloud: ['virtio_net'], rt: ['e100', 'virtio_net'] };
  for (const series of ['6.1', '6.12']) {
    for (const [flavour, drivers] of Object.entries(cards)) {
      it(`debian:${flavour}:${series} has its modules in the order that depmod finds`, async () => {
        const kernel = await resolve(`debian:${flavour}:${series}`);
        assert.ok(kernel.release.startsWith(`${series}.`));
        const wanted = ['virtio_pci', 'virtio_console', 'veth', 'pktgen', 'sch_ingress', 'cls_bpf', ...drivers];
        const modules = await modulesFor(kernel, wanted);
        const depends = await depmod(kernel, join(cache, 'depmod'));
        for (const [index, { name }] of modules.entries()) {
          const before = new Set(modules.slice(0, index).map((module) => module.name));
          assert.deepEqual(
            (depends.get(name) ?? ['not found by depmod']).filter((dependency) => !before.has(dependency)),
            [],
            name,
          );
        }
        for (const driver of drivers) assert.ok(modules.some(({ name }) => name === driver));
      });
    }
  }

  it('leave nothing on a full disk, and say that it is full', async function () {
    requireCapability(this, 'root', isRoot);
    const small = join(cache, 'small');
    await mkdir(small);
    // The package has 27 MB; what is unpacked of it needs some 35 more.
    for (const megabytes of [10, 30, 40, 50]) {
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', small]);
      try {
        const error = {
          exitCode: ExitCode.failed,
          message: /disk that holds the cache .* is full/,
          hint: /PKTPATH_CACHE/,
        };
        await assert.rejects(resolve('debian:cloud:6.1', small), error, `${megabytes} MB`);
        assert.deepEqual(await readdir(join(small, 'kernels')), []);
      } finally {
        execFileSync('umount', [small]);
      }
    }
  });
});

/** What each module depends on, by busybox's depmod. */
async function depmod(kernel: KernelImage, folder: string): Promise<Map<string, string[]>> {
  const modules = join(folder, 'lib/modules');
  await mkdir(modules, { recursive: true });
  await symlink(kernel.modules ?? '', join(modules, kernel.release)).catch(() => undefined);
  const args = ['depmod', '-n', '-b', folder, kernel.release];
  const lists = execFileSync('busybox', args, { encoding: 'utf8', stdio: 'pipe', maxBuffer: 1 << 26 });
  const lines = lists.split('\n').filter((line) => /^[^#:]+\.ko:/.test(line));
  return new Map(
    lines.map((line) => {
      const [name = '', ...depends] = (line.match(/[\w-]+(?=\.ko)/g) ?? []).map((word) => word.replaceAll('-', '_'));
      return [name, depends];
    }),
  );
}
