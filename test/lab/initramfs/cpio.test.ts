import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { lstat, mkdir, mkdtemp, readdir, readFile, readlink, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ExitCode } from '../../../harness/errors.js';
import { cpio } from '../../../harness/lab/initramfs/cpio.js';
import { buildInitramfs } from '../../../harness/lab/initramfs/initramfs.js';
import { joinParts } from '../../../harness/lab/initramfs/parts.js';
import type { Parts } from '../../../harness/lab/initramfs/parts.js';
import { requireCapability } from '../../support/capabilities.js';

describe('an initramfs', () => {
  let folder = '';
  let cache = '';
  let parts = joinParts();
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pktpath-cpio-'));
    cache = join(folder, 'cache');
    await writeFile(join(folder, 'large'), Buffer.alloc(3_000_001, 'large'));
    await writeFile(join(folder, 'empty'), '');
    parts = {
      files: [
        { path: '/lib/x/large', source: join(folder, 'large'), mode: 0o755 },
        { path: '/lib/empty', source: join(folder, 'empty'), mode: 0o644 },
      ],
      links: [{ path: '/bin/sh', target: 'busybox' }],
      folders: [{ path: '/root', mode: 0o700 }],
      texts: [{ path: '/etc/näme', text: 'ü\n', mode: 0o600 }],
    };
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('is what cpio understands', async function () {
    requireCapability(this, 'busybox', spawnSync('busybox', ['cpio', '--help']).status === 0);
    const { file } = await buildInitramfs(parts, cache);
    const listed = execFileSync('busybox', ['cpio', '-t', '-F', file], { encoding: 'utf8', stdio: 'pipe' });
    const paths = ['bin', 'bin/sh', 'etc', 'etc/näme', 'lib', 'lib/empty', 'lib/x', 'lib/x/large', 'root'];
    assert.deepEqual(listed.trim().split('\n'), paths);
    const to = join(folder, 'unpacked');
    await mkdir(to);
    execFileSync('busybox', ['cpio', '-i', '-m', '-F', file], { cwd: to, stdio: 'pipe' });
    assert.ok((await readFile(join(to, 'lib/x/large'))).equals(await readFile(join(folder, 'large'))));
    assert.equal(await readFile(join(to, 'etc/näme'), 'utf8'), 'ü\n');
    assert.equal(await readlink(join(to, 'bin/sh')), 'busybox');
    const large = await lstat(join(to, 'lib/x/large'));
    assert.deepEqual([large.mode, large.mtimeMs], [0o100755, 0]);
    assert.equal((await lstat(join(to, 'root'))).mode, 0o040700);
  });

  it('depends on the parts and their contents alone', async () => {
    const first = await buildInitramfs(parts, cache);
    const other: Parts = { ...parts, files: parts.files.toReversed() };
    await utimes(join(folder, 'large'), 1, 1);
    assert.deepEqual(await buildInitramfs(other, cache), first);
    await writeFile(join(folder, 'empty'), 'x');
    assert.notEqual((await buildInitramfs(parts, cache)).digest, first.digest);
  });

  it('is written again when the cached one is broken', async () => {
    const { file, digest } = await buildInitramfs(parts, cache);
    const good = await readFile(file);
    await truncate(file, 1000);
    assert.equal((await buildInitramfs(parts, cache)).digest, digest);
    assert.ok((await readFile(file)).equals(good));
    assert.equal((await readdir(join(cache, 'initramfs'))).length, 1);
  });

  it('takes the place of those that nobody has used for a week', async () => {
    const { file } = await buildInitramfs(parts, cache);
    const longAgo = Date.now() / 1000 - 8 * 24 * 3600;
    await utimes(file, longAgo, longAgo);
    const next = await buildInitramfs({ ...parts, links: [] }, cache);
    assert.deepEqual(await readdir(join(cache, 'initramfs')), [`${next.digest}.cpio`]);
  });

  it('is not made of what is not there', async () => {
    await rm(join(folder, 'large'));
    await assert.rejects(buildInitramfs(parts, cache), { exitCode: ExitCode.failed, message: /large cannot be put/ });
    const folderAsFile = joinParts({ files: [{ path: '/x', source: folder, mode: 0o644 }] });
    await assert.rejects(buildInitramfs(folderAsFile, cache), { message: /it is no file/ });
  });

  for (const path of ['relative', '/', '/a//b', '/a/../b', '/a/', '/a\0b']) {
    it(`has no path '${path}'`, async () => {
      const one = joinParts({ folders: [{ path, mode: 0o755 }] });
      await assert.rejects(cpio(one).next(), /is no path/);
    });
  }

  it('has no path twice', async () => {
    const twice = joinParts(parts, { links: [{ path: '/lib/empty', target: 'x' }] });
    await assert.rejects(cpio(twice).next(), /twice/);
  });
});
