import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readAbout } from '../cache/entry.js';
import type { DebianKernel } from './apt.js';
import { AboutKernel } from './kernel-image.js';
import type { Flavour } from './names.js';
import { compareVersions, seriesOfPackage } from './versions.js';

/** Where the lab's cache keeps kernels. */
export function kernelsFolder(cache: string): string {
  return join(cache, 'kernels');
}

/** The entry of a Debian kernel: a version may have a colon, which some tools take for a separator of paths. */
export function debianEntry(cache: string, kernel: Pick<DebianKernel, 'package' | 'version'>): string {
  return join(kernelsFolder(cache), `${kernel.package}_${kernel.version.replaceAll(':', '%3a')}`);
}

/** The series of Debian's stock kernel by release of Debian, for a machine whose package lists are not there. */
const stockSeries: Partial<Record<string, string>> = { '11': '5.10', '12': '6.1', '13': '6.12' };

/**
 * The newest Debian kernel of a flavour in the cache, by what its entry says.
 *
 * @param series null: that of the running suite; of all of them on a machine that is not Debian
 */
export async function newestCached(
  cache: string,
  flavour: Flavour,
  series: string | null,
): Promise<{ package: string; version: string } | null> {
  const wanted = series ?? (await runningSeries());
  const found = [];
  for (const name of await readdir(kernelsFolder(cache)).catch(() => [])) {
    if (!name.startsWith('linux-image-')) continue;
    const about = await readAbout(join(kernelsFolder(cache), name), AboutKernel);
    if (about === null || about.package === null || about.packageVersion === null) continue;
    const its = seriesOfPackage(about.package, flavour);
    if (its === null || (wanted !== null && its !== wanted)) continue;
    found.push({ package: about.package, version: about.packageVersion });
  }
  return found.sort((one, other) => compareVersions(other.version, one.version))[0] ?? null;
}

async function runningSeries(): Promise<string | null> {
  const text = await readFile('/etc/os-release', 'utf8').catch(() => '');
  if (!/^ID=debian$/m.test(text)) return null;
  return stockSeries[/^VERSION_ID="?(\d+)/m.exec(text)?.[1] ?? ''] ?? null;
}
