import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { access, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ExitCode } from '../../../harness/errors.js';
import { guestParts } from '../../../harness/lab/initramfs/guest-parts.js';
import { importsOf } from '../../../harness/lab/initramfs/imports.js';
import { initScript } from '../../../harness/lab/initramfs/init-script.js';
import { librariesOf, parseLdd } from '../../../harness/lab/initramfs/libraries.js';
import type { KernelImage } from '../../../harness/lab/kernels/kernel-image.js';
import { projectRoot } from '../../../harness/root.js';
import { requireCapability } from '../../support/capabilities.js';

const hasProgram = (name: string): boolean =>
  spawnSync('sh', ['-c', `PATH=$PATH:/usr/sbin; command -v ${name}`]).status === 0;

describe('the guest', () => {
  let folder = '';
  beforeEach(async () => (folder = await realpath(await mkdtemp(join(tmpdir(), 'pktpath-guest-')))));
  afterEach(() => rm(folder, { recursive: true, force: true }));
  const write = async (path: string, text: string): Promise<void> => {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  };

  it('has what its agent imports, and no more', async () => {
    await write('dist/a.js', `import { x } from './b.js';\nimport {\n  y,\n} from 'outer/inner';\nimport 'node:fs';\n`);
    await write('dist/b.js', `export * from '../dist/c.js';\nconst d = await import('./d.js');\n`);
    await write('dist/c.js', `const worker = new URL('e.js', import.meta.url);\nimport './a.js';\n`);
    for (const file of ['d', 'e', 'unused']) await write(`dist/${file}.js`, '// import nothing\n');
    await write('node_modules/outer/package.json', '{"dependencies": {"@in/dependency": "1"}}');
    await write('node_modules/outer/node_modules/@in/dependency/package.json', '{}');
    await write('node_modules/unused/package.json', '{}');
    const { files, packages } = await importsOf(join(folder, 'dist/a.js'));
    assert.deepEqual(
      files,
      ['a', 'b', 'c', 'd', 'e'].map((name) => join(folder, `dist/${name}.js`)),
    );
    const outer = join(folder, 'node_modules/outer');
    assert.deepEqual(packages, [outer, join(outer, 'node_modules/@in/dependency')]);
    await rm(join(folder, 'dist/e.js'));
    const error = { exitCode: ExitCode.failed, message: /e\.js.* is not built/ };
    await assert.rejects(importsOf(join(folder, 'dist/a.js')), error);
  });

  it('has the libraries that its programs load', async () => {
    const { paths, folders } = await librariesOf([process.execPath]);
    assert.ok(paths.some((path) => /\/libc\.so\.6$/.test(path)));
    await Promise.all(paths.map((path) => access(path)));
    // The loader itself, asked for by another way than ldd.
    const interpreter = /interpreter (\S+?),/.exec(
      execFileSync('file', ['-L', process.execPath], { encoding: 'utf8' }),
    );
    assert.ok(interpreter === null || paths.includes(interpreter[1] ?? ''));
    assert.ok(folders.length > 0 && folders.every((path) => path.startsWith('/')));
    assert.throws(() => parseLdd('/x', '\tlibfoo.so.1 => not found\n'), {
      message: /\/x needs the library libfoo\.so\.1/,
    });
  });

  it('has a first process that the shell understands', async function () {
    requireCapability(this, 'busybox', hasProgram('busybox'));
    await write('init', initScript('/pktpath/agent.js', ['/lib/a', '/lib/b']));
    const { status, stderr } = spawnSync('busybox', ['sh', '-n', join(folder, 'init')], { encoding: 'utf8' });
    assert.deepEqual([status, stderr], [0, '']);
  });

  it('has everything, and the modules in their order', async function () {
    for (const program of ['busybox', 'ip', 'ethtool']) requireCapability(this, program, hasProgram(program));
    for (const path of ['native', 'kernel-probes', 'node_modules', 'package.json']) {
      await symlink(join(projectRoot, path), join(folder, path));
    }
    await write('dist/harness/lab/guest/agent.js', `import { z } from 'zod';\n`);
    await write('e100.ko', '');
    await write('mii.ko', '');
    const modules = ['mii', 'e100'].map((name) => ({ name, file: join(folder, `${name}.ko`) }));
    const kernel = { release: '6.1.0-56-amd64' } as KernelImage;
    const parts = await guestParts(kernel, modules, folder, join(folder, 'cache'));
    const paths = new Set(parts.files.map(({ path }) => path));
    for (const path of [
      ...['/bin/busybox', '/usr/bin/node', '/usr/sbin/ip', '/usr/sbin/ethtool', '/modules/e100.ko'],
      ...['package.json', 'native/build/Release/pktpath_native.node', 'kernel-probes/build/stages.raw_tp.bpf.o'].map(
        (inner) => `/pktpath/${inner}`,
      ),
      '/pktpath/node_modules/zod/index.js',
    ]) {
      assert.ok(paths.has(path), path);
    }
    assert.ok([...paths].every((path) => !/vega|\.map$|\.d\.ts$|\.\./.test(path)));
    assert.equal(parts.texts.find(({ path }) => path === '/modules/order')?.text, 'mii\ne100\n');
    await rm(join(folder, 'dist'), { recursive: true });
    const error = { exitCode: ExitCode.failed, message: /agent\.js.* is not built/ };
    await assert.rejects(guestParts(kernel, modules, folder, join(folder, 'cache')), error);
  });
});
