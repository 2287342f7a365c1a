import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import spawn from 'nano-spawn';
import { ownIdentity } from '../../../harness/clean/process-identity.js';
import { ExitCode } from '../../../harness/errors.js';
import { kernelEntries, resolveKernel } from '../../../harness/lab/kernels/kernels.js';
import type { KernelImage } from '../../../harness/lab/kernels/kernel-image.js';
import { modulesFor } from '../../../harness/lab/kernels/modules.js';
import { commandEnvironment } from '../../../harness/testbed/command.js';
import { requireCapability } from '../../support/capabilities.js';
import { fakeDebian } from './fake-debian.js';
import type { FakeDebian } from './fake-debian.js';

const release = '6.1.0-56-amd64';
const newest = `linux-image-${release}`;

describe("Debian's kernels", () => {
  let debian: FakeDebian;
  let cache = '';
  let told: string[] = [];
  before(function () {
    requireCapability(this, 'an amd64 machine', process.arch === 'x64');
  });
  beforeEach(async () => {
    cache = await mkdtemp(join(tmpdir(), 'pktpath-cache-'));
    debian = await fakeDebian();
    told = [];
    await debian.publish(newest, '6.1.192-2', release);
    await debian.list('linux-image-amd64', `Depends: ${newest} (= 6.1.192-2)`);
  });
  afterEach(async () => {
    await debian.remove();
    await rm(cache, { recursive: true, force: true });
  });
  const tell = (step: string): void => void told.push(step);
  const resolve = (name = 'debian:generic', signal = AbortSignal.timeout(60_000)): Promise<KernelImage> =>
    resolveKernel(name, { cache, tell, signal });
  const inCache = (): Promise<string[]> => readdir(join(cache, 'kernels'));
  const downloads = async (): Promise<number> =>
    (await debian.calls()).filter((call) => call.startsWith('apt-get')).length;

  it('are downloaded once, and only what the lab needs is kept', async () => {
    const kernel = await resolve();
    assert.equal(kernel.package, newest);
    assert.equal(kernel.packageVersion, '6.1.192-2');
    assert.equal(kernel.release, release);
    assert.equal(kernel.systemMap, null); // Debian's is one line that says where the real one is.
    const kept = await readdir(join(cache, 'kernels', `${newest}_6.1.192-2`), { recursive: true });
    assert.deepEqual(
      kept.sort(),
      [
        ...['config', 'manifest.json', 'modules', 'vmlinux'],
        ...['crc_ccitt.ko', 'e100.ko', 'mii.ko', 'modules.builtin', 'modules.order', 'virtio.ko', 'virtio_ring.ko'].map(
          (file) => `modules/${file}`,
        ),
      ].sort(),
    );
    assert.deepEqual(await resolve(), kernel);
    assert.equal(await downloads(), 1);
    const [call] = (await debian.calls()).filter((line) => line.startsWith('apt-get'));
    assert.match(call ?? '', /AllowUnauthenticated=false .*AllowInsecureRepositories=false/);
  });

  it('have their modules in an order in which they can be put in', async () => {
    const kernel = await resolve();
    const names = async (...wanted: string[]): Promise<string[]> =>
      (await modulesFor(kernel, wanted)).map(({ name }) => name);
    assert.deepEqual(await names('e100', 'virtio-ring'), ['mii', 'crc_ccitt', 'e100', 'virtio', 'virtio_ring']);
    assert.deepEqual(await names('virtio_pci'), []); // built in
    const refused = { exitCode: ExitCode.notPossible };
    await assert.rejects(names('e1000'), {
      ...refused,
      message: /6\.1\.0-56-amd64 .*has no e1000/,
      hint: /virtio-net/,
    });
    await assert.rejects(names('noise'), { ...refused, message: /not one that the lab keeps/ });
  });

  it('are found by name where no meta package points at them, the highest number first', async () => {
    for (const number of ['9', '10']) {
      const name = `linux-image-6.12.${number}+deb12-amd64`;
      await debian.publish(name, `6.12.${number}-1~deb12u1`, `6.12.${number}+deb12-amd64`);
    }
    for (const ending of ['amd64-unsigned', 'amd64-dbg', 'cloud-amd64']) {
      await debian.list(`linux-image-6.12.11+deb12-${ending}`, `Version: 6.12.11-1\nSHA256: ${'0'.repeat(64)}`);
    }
    assert.equal((await resolve('debian:generic:6.12')).package, 'linux-image-6.12.10+deb12-amd64');
  });

  it('are refused when the lists do not know them', async () => {
    const error = { exitCode: ExitCode.notPossible, message: /no linux-image-rt-amd64/, hint: /apt-get update/ };
    await assert.rejects(resolve('debian:rt'), error);
  });

  it('are refused when the package is damaged, and nothing of it stays', async () => {
    await truncate(join(debian.folder, 'packages', `${newest}.deb`), 2000);
    await assert.rejects(resolve(), { exitCode: ExitCode.failed, message: /damaged: its sha256/ });
    assert.deepEqual(await inCache(), []);
  });

  it('are refused when the package is what the lists say and still no package', async () => {
    const deb = join(debian.folder, 'packages', `${newest}.deb`);
    await truncate(deb, 2000);
    const { stdout } = await spawn('sha256sum', [deb]);
    await debian.list(newest, `Version: 6.1.192-2\nSHA256: ${stdout.slice(0, 64)}`);
    await assert.rejects(resolve(), { exitCode: ExitCode.failed, message: /dpkg-deb/ });
    assert.deepEqual(await inCache(), []);
  });

  it('come from the cache without a network, and say so', async () => {
    await writeFile(join(debian.folder, 'apt-get.offline'), '');
    await assert.rejects(resolve(), { exitCode: ExitCode.failed, message: /cannot be downloaded/, hint: /network/ });
    assert.deepEqual(await inCache(), []);
    await rm(join(debian.folder, 'apt-get.offline'));
    const older = await resolve('debian:generic:6.1');

    const newer = 'linux-image-6.1.0-57-amd64';
    await debian.publish(newer, '6.1.200-1', '6.1.0-57-amd64');
    await debian.list('linux-image-amd64', `Depends: ${newer} (= 6.1.200-1)`);
    await writeFile(join(debian.folder, 'apt-get.offline'), '');
    assert.deepEqual(await resolve('debian:generic:6.1'), older);
    assert.match(
      told.at(-1) ?? '',
      /taking linux-image-6\.1\.0-56-amd64 .* from the cache: .*cannot be downloaded.*resolving/,
    );

    await rm(join(debian.folder, 'lists'), { recursive: true });
    await mkdir(join(debian.folder, 'lists'));
    assert.deepEqual(await resolve('debian:generic:6.1'), older);
    const listed = (await kernelEntries(cache)).find(({ name }) => name === 'debian:generic:6.1');
    assert.deepEqual([listed?.package, listed?.cached], [newest, true]);
  });

  it('are made again when their entry is broken', async () => {
    const kernel = await resolve();
    const good = await readFile(kernel.vmlinux);
    for (const break_ of [
      () =>
        writeFile(
          kernel.vmlinux,
          good.map((byte, index) => (index === 99 ? byte ^ 1 : byte)),
        ),
      () => rm(join(kernel.modules ?? '', 'e100.ko')),
      () => writeFile(join(kernel.vmlinux, '..', 'manifest.json'), '{"version": 1, "files": [{"path": "../x"}]}'),
    ]) {
      await break_();
      told = [];
      assert.deepEqual(await resolve(), kernel);
      assert.match(told[0] ?? '', /making .* again, it is broken/);
      assert.ok((await readFile(kernel.vmlinux)).equals(good));
      assert.equal((await inCache()).length, 1);
    }
  });

  it('leave nothing when they are interrupted', async () => {
    await writeFile(join(debian.folder, 'apt-get.slow'), '');
    const stop = new AbortController();
    const running = resolve('debian:generic', stop.signal);
    while (!(await readdir(debian.folder)).includes('apt-get.started')) await sleep(10);
    assert.equal((await inCache()).length, 1);
    stop.abort(new Error('enough'));
    await assert.rejects(running, { message: 'enough' });
    assert.deepEqual(await inCache(), []);
  });

  it('clear away what dead processes left, and nothing of the living', async () => {
    const { pid, startTime, bootId } = await ownIdentity();
    const dead = `.making-${pid}-1-${bootId}-${bootId}`;
    const alive = `.making-${pid}-${startTime}-${bootId}-${bootId}`;
    for (const name of [dead, alive]) await mkdir(join(cache, 'kernels', name), { recursive: true });
    await resolve();
    assert.deepEqual((await inCache()).sort(), [alive, `${newest}_6.1.192-2`]);
  });

  it('can be made by several processes at once', async () => {
    const program = `
      const { resolveKernel } = await import(process.argv[1]);
      const tools = { cache: process.argv[2], tell: () => undefined, signal: AbortSignal.timeout(60000) };
      console.log((await resolveKernel('debian:generic', tools)).digest);
    `;
    const module = new URL('../../../harness/lab/kernels/kernels.js', import.meta.url).href;
    const one = (): Promise<{ stdout: string }> =>
      spawn(process.execPath, ['--input-type=module', '-e', program, '--', module, cache], { env: commandEnvironment });
    const all = await Promise.all([one(), one(), one()]);
    assert.deepEqual(new Set(all.map(({ stdout }) => stdout)), new Set([(await resolve()).digest]));
    assert.deepEqual(await inCache(), [`${newest}_6.1.192-2`]);
  });

  it('are listed without apt and without a cache', async () => {
    const path = commandEnvironment.PATH;
    commandEnvironment.PATH = '/nonexistent';
    try {
      const entries = await kernelEntries(join(cache, 'none'));
      assert.equal(entries.length, 9);
      assert.ok(entries.every((entry) => entry.package === null && entry.version === null && !entry.cached));
      await assert.rejects(resolve(), { exitCode: ExitCode.notPossible, message: /apt-cache is not installed/ });
    } finally {
      commandEnvironment.PATH = path;
    }
  });
});
