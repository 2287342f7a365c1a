import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { failure } from '../errors.js';
import { explainIo } from '../../reports/atomic-file.js';

/** Kernels, images and saved guests, some hundred MB each; all of it can be made again. */
export function cacheDirectory(): string {
  const given = process.env['PKTPATH_CACHE'];
  return given === undefined || given === '' ? '/var/cache/pktpath' : resolve(given);
}

/** @throws PktpathError (failed) when it cannot be made */
export async function ensureCache(folder = cacheDirectory()): Promise<string> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o755 });
    return folder;
  } catch (error) {
    const { reason, hint } = explainIo(error);
    throw failure(`cannot make the cache ${folder}: ${reason}`, `${hint}; another folder: PKTPATH_CACHE`, error);
  }
}
