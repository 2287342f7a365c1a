import { join } from 'node:path';
import { asError, describeError, notPossible } from '../../errors.js';
import { makeEntry, openEntry, readAbout } from '../cache/entry.js';
import type { Entry } from '../cache/entry.js';
import { newestKernel, newestKernels } from './apt.js';
import { findOwnKernel, makeOwnKernel } from './by-path.js';
import { debianEntry, kernelsFolder, newestCached } from './cached.js';
import { makeDebianKernel } from './debian.js';
import { AboutKernel, entryFiles } from './kernel-image.js';
import type { KernelImage, KernelTools } from './kernel-image.js';
import { flavours, parseKernelName } from './names.js';
import type { Flavour, KernelName } from './names.js';

/**
 * The kernel that a name asks for (see parseKernelName), unpacked in the cache. Debian's are downloaded unless the
 * newest one is there already; without a network, or without package lists, the newest in the cache is taken.
 *
 * @throws exit code 2 for a name that means nothing; exit code 4 when this machine cannot have it: not amd64, no such
 * package, a missing program; exit code 1 when the download, the package, the disk or the file fails. Nothing half-made
 * stays.
 */
export async function resolveKernel(name: string, tools: KernelTools): Promise<KernelImage> {
  const wanted = parseKernelName(name);
  if (process.arch !== 'x64') throw notPossible(`the lab starts amd64 kernels only, this machine is ${process.arch}`);
  const entry = wanted.kind === 'path' ? await ownEntry(wanted, tools) : await debianKernel(wanted, tools);
  const { folder, about } = entry;
  return {
    name,
    package: about.package,
    packageVersion: about.packageVersion,
    release: about.release,
    vmlinux: join(folder, entryFiles.vmlinux),
    systemMap: about.hasSystemMap ? join(folder, entryFiles.systemMap) : null,
    modules: about.hasModules ? join(folder, entryFiles.modules) : null,
    digest: about.digest,
  };
}

async function ownEntry(wanted: KernelName & { kind: 'path' }, tools: KernelTools): Promise<Entry<AboutKernel>> {
  const own = await findOwnKernel(wanted);
  const folder = join(kernelsFolder(tools.cache), own.key);
  return (await open(folder, tools)) ?? makeEntry(folder, AboutKernel, (made) => makeOwnKernel(own, made, tools));
}

async function debianKernel(wanted: KernelName & { kind: 'debian' }, tools: KernelTools): Promise<Entry<AboutKernel>> {
  const { flavour, series } = wanted;
  try {
    const newest = await newestKernel(wanted, tools.signal);
    const folder = debianEntry(tools.cache, newest);
    const make = (made: string): Promise<AboutKernel> => makeDebianKernel(newest, made, tools);
    return (await open(folder, tools)) ?? (await makeEntry(folder, AboutKernel, make));
  } catch (error) {
    tools.signal.throwIfAborted();
    const older = await newestCached(tools.cache, flavour, series);
    const entry = older && (await open(debianEntry(tools.cache, older), tools));
    if (older === null || entry === null) throw asError(error);
    tools.tell(`taking ${older.package} ${older.version} from the cache: ${describeError(error)}`);
    return entry;
  }
}

function open(folder: string, { tell }: KernelTools): Promise<Entry<AboutKernel> | null> {
  return openEntry(folder, AboutKernel, (why) => tell(`making ${folder} again, it is broken: ${why}`));
}

/** A kernel that can be asked for by name. */
export interface KernelEntry {
  name: string;
  means: string;
  /** What the name stands for today; null when neither the package lists nor the cache know. */
  package: string | null;
  version: string | null;
  /** Whether it is in the cache, and so needs no network. */
  cached: boolean;
}

/** Series that Debian 12 has. Others can be asked for as well; these are listed. */
const listedSeries = [null, '6.1', '6.12'];
const meaning: Record<Flavour, string> = {
  generic: "Debian's kernel for PCs",
  cloud: "Debian's kernel for cloud machines: no e100, no e1000",
  rt: "Debian's kernel with PREEMPT_RT",
};

/** The kernels that have a name, for a list. Needs neither root nor a network, and does not fail. */
export async function kernelEntries(cache: string): Promise<KernelEntry[]> {
  const wanted = flavours.flatMap((flavour) => listedSeries.map((series) => ({ flavour, series })));
  const newest = process.arch === 'x64' ? await newestKernels(wanted).catch(() => []) : [];
  return Promise.all(
    wanted.map(async ({ flavour, series }, index) => {
      const known = newest[index] ?? (await newestCached(cache, flavour, series));
      const about = known && (await readAbout(debianEntry(cache, known), AboutKernel));
      return {
        name: `debian:${flavour}${series === null ? '' : `:${series}`}`,
        means: `${meaning[flavour]}, ${series === null ? "the running suite's" : `Linux ${series}`}`,
        package: known?.package ?? null,
        version: known?.version ?? null,
        cached: about !== null,
      };
    }),
  );
}
