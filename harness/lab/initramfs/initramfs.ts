import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { failure } from '../../errors.js';
import { digestOfFile } from '../cache/digest.js';
import { cacheError } from '../cache/entry.js';
import { temporaryIn } from '../cache/temporary.js';
import { cpio } from './cpio.js';
import type { Parts } from './parts.js';

/** An image that nobody has used for so long is removed when another is made. */
const keptMs = 7 * 24 * 3600 * 1000;

export interface Initramfs {
  file: string;
  /** sha256 of the file: the same for the same parts and contents. */
  digest: string;
}

/**
 * The image of these parts, uncompressed, from the cache if it is there and whole.
 *
 * @throws exit code 1 when a part cannot be read, or the image cannot be written; nothing half-made stays
 */
export async function buildInitramfs(parts: Parts, cache: string): Promise<Initramfs> {
  const hash = createHash('sha256');
  for await (const piece of cpio(parts)) hash.update(piece);
  const digest = hash.digest('hex');
  const file = join(cache, 'initramfs', `${digest}.cpio`);
  if ((await digestOfFile(file).catch(() => null)) !== digest) await write(parts, file, digest);
  const now = new Date();
  await utimes(file, now, now).catch(() => undefined); // Somebody else's cache can be used all the same.
  return { file, digest };
}

async function write(parts: Parts, file: string, digest: string): Promise<void> {
  const folder = dirname(file);
  const temporary = await temporaryIn(folder);
  try {
    await removeUnused(folder);
    const hash = createHash('sha256');
    const hashed = async function* (pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
      for await (const piece of pieces) {
        hash.update(piece);
        yield piece;
      }
    };
    await pipeline(cpio(parts), hashed, createWriteStream(temporary, { flags: 'wx', highWaterMark: 1 << 20 }));
    if (hash.digest('hex') !== digest) throw failure('a file of the guest has changed while it was read', 'try again');
    await rename(temporary, file);
  } catch (error) {
    throw cacheError(folder, error);
  } finally {
    await rm(temporary, { force: true });
  }
}

async function removeUnused(folder: string): Promise<void> {
  for (const name of (await readdir(folder)).filter((some) => some.endsWith('.cpio'))) {
    const used = await stat(join(folder, name)).catch(() => null);
    if (used !== null && Date.now() - used.mtimeMs > keptMs) await rm(join(folder, name), { force: true });
  }
}
