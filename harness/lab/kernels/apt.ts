import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ExitCode, failure, notPossible, PktpathError } from '../../errors.js';
import { digestOfFile } from '../cache/digest.js';
import type { Flavour } from './names.js';
import { runProgram } from './programs.js';
import { compareVersions, metaPackage, seriesOfPackage } from './versions.js';

/** A package of Debian's that holds a kernel, as the machine's signed package lists describe it. */
export interface DebianKernel {
  package: string;
  version: string;
  sha256: string;
}

/** Whatever this machine's configuration allows, nothing that no signed list vouches for. */
const authenticated = [
  ...['-o', 'APT::Get::AllowUnauthenticated=false'],
  ...['-o', 'Acquire::AllowInsecureRepositories=false'],
  ...['-o', 'Acquire::AllowWeakRepositories=false'],
  ...['-o', 'Acquire::AllowDowngradeToInsecureRepositories=false'],
];

/** A flavour of Debian's kernel. `series`: e.g. `6.12`; null: the one that the running suite's meta package asks for. */
export interface WantedKernel {
  flavour: Flavour;
  series: string | null;
}

/** A paragraph of a package list, by field. */
type Paragraph = Map<string, string>;

/**
 * The newest kernel of a flavour that this machine's package lists know.
 *
 * @throws exit code 4 when they know none, or there is no apt
 */
export async function newestKernel(wanted: WantedKernel, signal?: AbortSignal): Promise<DebianKernel> {
  const [kernel] = await newestKernels([wanted], signal);
  if (kernel) return kernel;
  throw notPossible(
    `this machine's package lists have no ${metaPackage(wanted.flavour, wanted.series)}`,
    'refresh them: apt-get update; on a machine that is not Debian name a kernel by its path',
  );
}

/**
 * The newest kernel of each flavour, null for those that the package lists do not know. Three questions to apt-cache in
 * all, which takes half a second for each.
 *
 * @throws exit code 4 when there is no apt
 */
export async function newestKernels(
  wanted: readonly WantedKernel[],
  signal?: AbortSignal,
): Promise<(DebianKernel | null)[]> {
  const metas = wanted.map(({ flavour, series }) => metaPackage(flavour, series));
  const paragraphs = await show([...new Set(metas)], signal);
  const exact = metas.map((meta) => {
    const depends = paragraphs.get(meta)?.get('Depends') ?? '';
    return /^(linux-image-\S+) \(= (\S+)\)/.exec(depends)?.slice(1, 3);
  });
  // Only the running suite's series lacks meta packages of its own.
  const byName = wanted.some(({ series }, index) => series !== null && exact[index] === undefined);
  const names = byName ? (await runApt(['pkgnames', 'linux-image-'], signal)).split('\n') : [];
  const candidates = wanted.map(({ flavour, series }, index) =>
    exact[index] === undefined
      ? names
          .filter((name) => series !== null && seriesOfPackage(name, flavour) === series)
          .sort((one, other) => compareVersions(other, one))
      : [`${exact[index][0] ?? ''}=${exact[index][1] ?? ''}`],
  );
  const shown = await show([...new Set(candidates.flat())], signal);
  return candidates.map((some) => {
    // A name can be known of which no version is there.
    const kernels = some.map((candidate) => kernelOf(shown.get(candidate.split('=', 1)[0] ?? '')));
    return kernels.find((kernel) => kernel !== null) ?? null;
  });
}

/**
 * Downloads a kernel's package into a folder, in which no other package lies.
 *
 * @returns the package's path
 * @throws exit code 1 when it cannot be downloaded, or is not what the package lists say
 */
export async function downloadKernel(kernel: DebianKernel, folder: string, signal: AbortSignal): Promise<string> {
  const what = `${kernel.package} ${kernel.version}`;
  try {
    const args = ['-q', ...authenticated, 'download', `${kernel.package}=${kernel.version}`];
    await runProgram('apt-get', args, { folder, signal });
  } catch (error) {
    if (!(error instanceof PktpathError) || error.exitCode !== ExitCode.failed) throw error;
    const hint = 'look at the network; when the package has been superseded: apt-get update';
    throw failure(`${what} cannot be downloaded`, hint, error);
  }
  const file = (await readdir(folder)).find((name) => name.endsWith('.deb'));
  if (file === undefined) throw failure(`apt-get download ${what} left no package`);
  const digest = await digestOfFile(join(folder, file));
  if (digest !== kernel.sha256) {
    throw failure(
      `the downloaded ${what} is damaged: its sha256 is ${digest}, the package list says ${kernel.sha256}`,
      'try again; if it stays so, look at the mirror: apt-get update',
    );
  }
  return join(folder, file);
}

/** What apt-cache says of packages, by name; nothing of those that it does not know. */
async function show(packages: readonly string[], signal?: AbortSignal): Promise<Map<string, Paragraph>> {
  if (packages.length === 0) return new Map();
  try {
    const text = await runApt(['show', '--no-all-versions', ...packages], signal);
    const paragraphs = text.split('\n\n').map((part) => new Map(part.split('\n').map(splitField)));
    return new Map(paragraphs.map((paragraph) => [paragraph.get('Package') ?? '', paragraph]));
  } catch (error) {
    // It knows none of them.
    if (error instanceof PktpathError && error.exitCode === ExitCode.failed) return new Map();
    throw error;
  }
}

function runApt(args: readonly string[], signal?: AbortSignal): Promise<string> {
  return runProgram('apt-cache', args, { ...(signal && { signal }) });
}

function splitField(line: string): [string, string] {
  const colon = line.indexOf(':');
  return [line.slice(0, colon), line.slice(colon + 1).trim()];
}

/** Null for what is no kernel's paragraph; its words become file names and arguments. */
function kernelOf(paragraph: Paragraph | undefined): DebianKernel | null {
  const name = paragraph?.get('Package') ?? '';
  const version = paragraph?.get('Version') ?? '';
  const sha256 = paragraph?.get('SHA256') ?? '';
  const known = /^linux-image-[a-z0-9.+~-]+$/.test(name) && /^\d[A-Za-z0-9.+:~-]*$/.test(version);
  return known && /^[0-9a-f]{64}$/.test(sha256) ? { package: name, version, sha256 } : null;
}
