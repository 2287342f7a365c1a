import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { z } from 'zod';
import { asError, describeError, failure } from '../../errors.js';
import { digestOfFile } from './digest.js';
import { temporaryIn } from './temporary.js';

const manifestName = 'manifest.json';

const ManifestFile = z.object({
  /** Relative to the entry. */
  path: z.string().regex(/^(?!\/)(?!.*(^|\/)\.\.(\/|$))./),
  bytes: z.number().int().nonnegative(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

const Manifest = z.object({ version: z.literal(1), about: z.unknown(), files: z.array(ManifestFile) });
type Manifest = z.infer<typeof Manifest>;

/**
 * A folder of the cache that is complete or not there: it is made under a temporary name, gets a manifest of its files,
 * and is renamed. `about` is what its owner says of it.
 */
export interface Entry<About> {
  folder: string;
  about: About;
}

/** What an entry says of itself, its files not looked at; null when there is none, or none that can be understood. */
export async function readAbout<About>(folder: string, about: z.ZodType<About>): Promise<About | null> {
  const manifest = await readManifest(folder).catch(() => null);
  return about.safeParse(manifest?.about).data ?? null;
}

/**
 * The entry, after its files have been compared with its manifest: names, sizes and contents.
 *
 * @param broken told why an entry that is there cannot be used; it has been thrown away then
 * @returns null when there is none that can be used
 */
export async function openEntry<About>(
  folder: string,
  about: z.ZodType<About>,
  broken: (why: string) => void,
): Promise<Entry<About> | null> {
  const inode = await inodeOf(folder);
  if (inode === null) return null;
  try {
    const manifest = await readManifest(folder);
    await checkFiles(folder, manifest);
    return { folder, about: about.parse(manifest.about) };
  } catch (error) {
    broken(error instanceof z.ZodError ? `its ${manifestName} cannot be understood` : describeError(error));
    // Another process may have put a good one in its place meanwhile.
    if ((await inodeOf(folder)) === inode) await discard(folder);
    return null;
  }
}

/**
 * Makes an entry. When another process has made the same one meanwhile, that one is used.
 *
 * @param make fills the folder that it is given
 * @throws what `make` throws, and exit code 1 when the files cannot be written; nothing is left then
 */
export async function makeEntry<About>(
  folder: string,
  about: z.ZodType<About>,
  make: (folder: string) => Promise<About>,
): Promise<Entry<About>> {
  const temporary = await temporaryIn(dirname(folder));
  try {
    await mkdir(temporary);
    const made = await make(temporary);
    await writeManifest(temporary, made);
    if (await renameUnlessThere(temporary, folder)) return { folder, about: made };
    const theirs = await openEntry(folder, about, () => undefined);
    if (theirs !== null) return theirs;
    throw failure(`${folder} was made by another process and is broken`, 'try again');
  } catch (error) {
    throw cacheError(dirname(folder), error);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** What a full disk did, said as such: also programs that were started report it in words only. */
export function cacheError(folder: string, error: unknown): Error {
  if (!/ENOSPC|No space left|enough free space/.test(describeError(error))) return asError(error);
  const hint = 'free some space there, or name another folder: PKTPATH_CACHE=FOLDER';
  return failure(`the disk that holds the cache ${folder} is full`, hint, error);
}

async function readManifest(folder: string): Promise<Manifest> {
  return Manifest.parse(JSON.parse(await readFile(join(folder, manifestName), 'utf8')));
}

async function writeManifest(folder: string, about: unknown): Promise<void> {
  const files: Manifest['files'] = [];
  for (const path of await filesIn(folder)) {
    const file = join(folder, path);
    files.push({ path, bytes: (await stat(file)).size, sha256: await digestOfFile(file) });
  }
  const manifest: Manifest = { version: 1, about, files };
  await writeFile(join(folder, manifestName), `${JSON.stringify(manifest, null, 2)}\n`, { flag: 'wx', flush: true });
}

async function checkFiles(folder: string, manifest: Manifest): Promise<void> {
  for (const { path, bytes, sha256 } of manifest.files) {
    const file = join(folder, path);
    const { size } = await stat(file);
    if (size !== bytes) throw new Error(`${path} has ${size} bytes in place of ${bytes}`);
    if ((await digestOfFile(file)) !== sha256) throw new Error(`the content of ${path} has changed`);
  }
}

/** Every file below the folder, relative to it, sorted. */
async function filesIn(folder: string): Promise<string[]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  return found
    .filter((item) => item.isFile())
    .map((item) => relative(folder, join(item.parentPath, item.name)))
    .sort();
}

async function inodeOf(folder: string): Promise<number | null> {
  return (await stat(folder).catch(() => null))?.ino ?? null;
}

/** Out of the way in one step, so that nobody sees half of it; then removed. */
async function discard(folder: string): Promise<void> {
  const temporary = await temporaryIn(dirname(folder));
  await rename(folder, temporary);
  await rm(temporary, { recursive: true, force: true });
}

async function renameUnlessThere(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOTEMPTY' || error.code === 'EEXIST'))
      return false;
    throw error;
  }
}
