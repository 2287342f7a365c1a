import { copyFile, mkdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { failure } from '../../errors.js';
import { digestOfFile } from '../cache/digest.js';
import { downloadKernel } from './apt.js';
import type { DebianKernel } from './apt.js';
import { kernelRelease, unpackKernel } from './bzimage.js';
import { entryFiles } from './kernel-image.js';
import type { AboutKernel, KernelTools } from './kernel-image.js';
import { builtinList, labModules, modulePaths, orderList, pickModules } from './module-tree.js';
import { runPiped, runProgram } from './programs.js';

/** What a package holds, and how to get it out. */
interface Package {
  members: string[];
  /** Puts these members into the folder. The whole package is read for it: some seconds. */
  extract: (members: string[]) => Promise<void>;
}

/**
 * Fills an entry of the cache with a kernel of Debian's: downloads the package, takes out of it what the lab needs,
 * and installs nothing.
 *
 * @throws exit code 1 when the download fails or the package is not what it should be; exit code 4 for a missing program
 */
export async function makeDebianKernel(kernel: DebianKernel, folder: string, tools: KernelTools): Promise<AboutKernel> {
  const { signal, tell } = tools;
  const raw = join(folder, 'raw');
  await mkdir(raw);
  tell(`downloading ${kernel.package} ${kernel.version}`);
  const deb = await downloadKernel(kernel, raw, signal);
  tell(`unpacking ${kernel.package}`);
  const { members, extract } = await openPackage(deb, raw, signal);
  const image = members.find((path) => /^boot\/vmlinuz-[^/]+$/.test(path));
  const release = image?.slice('boot/vmlinuz-'.length);
  if (image === undefined || release === undefined) throw failure(`${kernel.package} holds no boot/vmlinuz`);
  const has = (path: string): string | null => (members.includes(path) ? path : null);
  const root = members.some((path) => path.startsWith('usr/lib/modules/')) ? 'usr/lib/modules' : 'lib/modules';
  const paths = modulePaths(members.filter((path) => path.startsWith(`${root}/${release}/`)));
  const boot = { config: has(`boot/config-${release}`), systemMap: has(`boot/System.map-${release}`) };
  const lists = { builtin: has(`${root}/${release}/${builtinList}`), order: has(`${root}/${release}/${orderList}`) };
  const first = [image, ...Object.values(boot), ...Object.values(lists), ...labModules.map((name) => paths.get(name))];
  const extracted = new Set(first.filter((path) => typeof path === 'string'));
  await extract([...extracted]);

  const vmlinux = join(folder, entryFiles.vmlinux);
  await unpackKernel(join(raw, image), vmlinux, signal);
  const says = await kernelRelease(vmlinux);
  if (says !== release) throw failure(`${kernel.package} holds the kernel ${says} in place of ${release}`);
  const fetch = async (some: string[]): Promise<string[]> => {
    const missing = some.filter((path) => !extracted.has(path));
    if (missing.length > 0) await extract(missing);
    return some.map((path) => join(raw, path));
  };
  const inRaw = (path: string | null): string | null => path && join(raw, path);
  const tree = { paths, builtin: inRaw(lists.builtin), order: inRaw(lists.order), fetch };
  await pickModules(tree, join(folder, entryFiles.modules), signal);
  if (boot.config !== null) await rename(join(raw, boot.config), join(folder, entryFiles.config));
  const map = inRaw(boot.systemMap);
  const hasSystemMap = map !== null && (await takeSystemMap(map, join(folder, entryFiles.systemMap)));
  await rm(raw, { recursive: true });
  return {
    kind: 'kernel',
    package: kernel.package,
    packageVersion: kernel.version,
    release,
    digest: await digestOfFile(vmlinux),
    hasSystemMap,
    hasModules: true,
  };
}

/** Copies a System.map unless it is the one line that Debian ships in its place. @returns whether it is one */
export async function takeSystemMap(from: string, to: string): Promise<boolean> {
  if (!/^[0-9a-f]{16} [A-Za-z] _text$/m.test(await readFile(from, 'latin1'))) return false;
  await copyFile(from, to);
  return true;
}

async function openPackage(deb: string, to: string, signal: AbortSignal): Promise<Package> {
  const sums = await runProgram('dpkg-deb', ['--info', deb, 'md5sums'], { signal });
  const members = sums.split('\n').flatMap((line) => /^[0-9a-f]{32} {2}(.+)$/.exec(line)?.[1] ?? []);
  return {
    members,
    async extract(some) {
      const from = { program: 'dpkg-deb', args: ['--fsys-tarfile', deb] } as const;
      const plain = ['--no-same-owner', '--no-same-permissions', '--no-wildcards'];
      const args = ['-x', '-f', '-', '-C', to, ...plain, '--', ...some.map((path) => `./${path}`)];
      await runPiped(from, { program: 'tar', args }, signal);
    },
  };
}
