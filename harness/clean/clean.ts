import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describeError, notPossible } from '../errors.js';
import { run } from '../testbed/command.js';
import { interfaceNames, namespaceDirectory, runOfNamespace } from '../testbed/names.js';
import { parseHolder } from './lock.js';
import { isAlive } from './process-identity.js';
import { readRegistry } from './registry.js';
import type { RegistryEntry } from './registry.js';
import { runDirectory } from './run-directory.js';

/** What was removed, what was left alone since a run is using it, and what could not be removed. */
export interface CleanReport {
  namespaces: string[];
  interfaces: string[];
  files: string[];
  /** Namespaces of runs that are alive. */
  inUse: string[];
  /** One line for each thing that resisted. */
  failed: string[];
}

/** Where to look; tests look elsewhere. */
export interface CleanPlaces {
  runDirectory: string;
  namespaceDirectory: string;
}

/**
 * Removes whatever an interrupted run left: its network namespaces with the veth pairs in them, its entries in the
 * registry, a dead holder's lock, half-written files. What belongs to a running run stays, and so does everything that
 * is not named as pktpath names things.
 *
 * @throws exit code 4 when not root
 */
export async function clean(places: CleanPlaces = { runDirectory, namespaceDirectory }): Promise<CleanReport> {
  if (process.geteuid?.() !== 0) throw notPossible('pktpath clean needs root', 'run it as root, e.g. with sudo');
  const report: CleanReport = { namespaces: [], interfaces: [], files: [], inUse: [], failed: [] };
  // The namespaces before the registry: a run registers first, so what is in the list and new is registered.
  const namespaces = (await readdir(places.namespaceDirectory).catch(() => []))
    .filter((name) => runOfNamespace(name) !== null)
    .sort();
  const { living, dead } = await sortRuns(await readRegistry(places.runDirectory));
  const used = new Set(living.flatMap((entry) => entry.run?.namespaces ?? []));
  for (const name of namespaces) {
    if (used.has(name)) report.inUse.push(name);
    else await attempt(report, report.namespaces, name, () => removeNamespace(name));
  }
  for (const name of Object.values(interfaceNames)) {
    // Asked again for each: one end takes the other with it.
    const stray = (await rootInterfaces(report)).includes(name);
    if (stray) await attempt(report, report.interfaces, name, () => run('ip', ['link', 'delete', 'dev', name]));
  }
  for (const entry of dead) await attempt(report, report.files, entry.file, () => rm(entry.file));
  for (const file of await staleFiles(places.runDirectory)) await attempt(report, report.files, file, () => rm(file));
  return report;
}

async function sortRuns(entries: RegistryEntry[]): Promise<{ living: RegistryEntry[]; dead: RegistryEntry[] }> {
  const alive = await Promise.all(entries.map(async ({ run: found }) => found !== null && (await isAlive(found))));
  return { living: entries.filter((_, index) => alive[index]), dead: entries.filter((_, index) => !alive[index]) };
}

async function removeNamespace(name: string): Promise<void> {
  for (const device of Object.values(interfaceNames)) {
    // The pair goes at once this way, and also when some process keeps the namespace alive. It may not be there.
    await run('ip', ['-n', name, 'link', 'delete', 'dev', device]).catch(() => undefined);
  }
  await run('ip', ['netns', 'delete', name]);
}

/** Veth ends outside of any namespace. */
async function rootInterfaces(report: CleanReport): Promise<string[]> {
  try {
    const links: unknown = JSON.parse((await run('ip', ['-json', 'link', 'show', 'type', 'veth'])) || '[]');
    const found = Array.isArray(links) ? links.map((link: { ifname?: unknown }) => link.ifname) : [];
    return found.filter((name) => typeof name === 'string');
  } catch (error) {
    report.failed.push(describeError(error));
    return [];
  }
}

/** A file that cannot be understood may still be being written; not for as long as this. */
const writingMs = 60_000;

/** The lock and its claims where the holder is dead, and files that were being written by no one alive. */
async function staleFiles(directory: string): Promise<string[]> {
  const names = (await readdir(directory).catch(() => [])).filter((name) => /^lock$|\.claim$|\.tmp$/.test(name));
  const stale = await Promise.all(
    names.map(async (name) => {
      const file = join(directory, name);
      const holder = parseHolder(await readFile(file, 'utf8').catch(() => ''));
      const dead = holder === null ? Date.now() - (await lastWritten(file)) > writingMs : !(await isAlive(holder));
      return dead ? file : null;
    }),
  );
  return stale.filter((file) => file !== null);
}

/** Milliseconds since the epoch; a file that has gone meanwhile counts as just written. */
async function lastWritten(file: string): Promise<number> {
  return stat(file).then(
    ({ mtimeMs }) => mtimeMs,
    () => Date.now(),
  );
}

async function attempt(
  report: CleanReport,
  list: string[],
  name: string,
  action: () => Promise<unknown>,
): Promise<void> {
  try {
    await action();
    list.push(name);
  } catch (error) {
    report.failed.push(`${name}: ${describeError(error)}`);
  }
}

/** Everything that is gone now. */
export function removedBy({ namespaces, interfaces, files }: CleanReport): string[] {
  return [...namespaces, ...interfaces, ...files];
}

/** One line for a person. */
export function renderCleanReport(report: CleanReport): string {
  const removed = removedBy(report);
  const lines = [
    removed.length === 0 ? 'nothing to remove' : `removed: ${removed.join(', ')}`,
    ...(report.inUse.length === 0 ? [] : [`left alone, a run is using them: ${report.inUse.join(', ')}`]),
    ...report.failed.map((line) => `could not remove ${line}`),
  ];
  return `${lines.join('\n')}\n`;
}
