import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { access, copyFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { failure } from '../../errors.js';
import { digestOfFile } from '../cache/digest.js';
import { kernelFormat, kernelRelease, unpackKernel } from './bzimage.js';
import { takeSystemMap } from './debian.js';
import { entryFiles } from './kernel-image.js';
import type { AboutKernel, KernelTools } from './kernel-image.js';
import { folderTree, labModules, pickModules } from './module-tree.js';
import type { ModuleTree } from './module-tree.js';
import type { KernelName } from './names.js';

/** A kernel of the user's own, and what was found to belong to it. */
export interface OwnKernel {
  kernel: string;
  format: 'elf' | 'bzImage';
  systemMap: string | null;
  modules: ModuleTree | null;
  /** Name of its entry: the same for the same contents. */
  key: string;
}

/**
 * Looks at a kernel that was named by its path. Where the name says no more, a vmlinuz-X or vmlinux-X has its map in
 * System.map-X beside it and its modules in ../lib/modules/X, as /boot has.
 *
 * @throws exit code 2 when the path is no kernel; exit code 1 when a file cannot be read
 */
export async function findOwnKernel(name: KernelName & { kind: 'path' }): Promise<OwnKernel> {
  const kernel = resolve(name.kernel);
  const format = await kernelFormat(kernel);
  const suffix = /^vmlinu[xz]-(.+)$/.exec(basename(kernel))?.[1];
  const beside = async (path: string): Promise<string | null> =>
    suffix !== undefined && (await isReadable(path)) ? path : null;
  const systemMap = name.systemMap ?? (await beside(join(dirname(kernel), `System.map-${suffix ?? ''}`)));
  const folder = name.modules ?? (await beside(join(dirname(dirname(kernel)), 'lib/modules', suffix ?? '')));
  if (systemMap !== null && !(await isReadable(systemMap))) throw failure(`the map ${systemMap} cannot be read`);
  const modules = folder === null ? null : await folderTree(resolve(folder));
  const contents = [kernel, ...(systemMap === null ? [] : [systemMap]), ...moduleFiles(modules)];
  const hash = createHash('sha256');
  for (const file of contents) hash.update(`${basename(file)} ${await digestOfFile(file)}\n`);
  return { kernel, format, systemMap, modules, key: `path_${hash.digest('hex').slice(0, 32)}` };
}

function moduleFiles(modules: ModuleTree | null): string[] {
  if (modules === null) return [];
  const lists = [modules.builtin, modules.order].filter((list) => list !== null);
  return [...lists, ...labModules.flatMap((module) => modules.paths.get(module) ?? [])];
}

/** Fills an entry of the cache with it, so that what the lab uses cannot change under it. @throws exit code 1 or 2 */
export async function makeOwnKernel(own: OwnKernel, folder: string, tools: KernelTools): Promise<AboutKernel> {
  const vmlinux = join(folder, entryFiles.vmlinux);
  tools.tell(`unpacking ${own.kernel}`);
  if (own.format === 'bzImage') await unpackKernel(own.kernel, vmlinux, tools.signal);
  else await copyFile(own.kernel, vmlinux, constants.COPYFILE_FICLONE);
  if (own.modules !== null) await pickModules(own.modules, join(folder, entryFiles.modules), tools.signal);
  const hasSystemMap =
    own.systemMap !== null && (await takeSystemMap(own.systemMap, join(folder, entryFiles.systemMap)));
  return {
    kind: 'kernel',
    package: null,
    packageVersion: null,
    release: await kernelRelease(vmlinux),
    digest: await digestOfFile(vmlinux),
    hasSystemMap,
    hasModules: own.modules !== null,
  };
}

async function isReadable(path: string): Promise<boolean> {
  return access(path, constants.R_OK).then(
    () => true,
    () => false,
  );
}
