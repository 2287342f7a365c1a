import { lstat, mkdir } from 'node:fs/promises';
import { failure, notPossible } from '../errors.js';

/** Holds the lock and a file for each run that has a testbed. */
export const runDirectory = '/run/pktpath';

/**
 * Makes the folder, for its owner alone, or checks that the one which is there is such a folder.
 *
 * @throws exit code 4 when this user may not make it; exit code 1 when something else stands in its place
 */
export async function ensureRunDirectory(directory = runDirectory): Promise<void> {
  try {
    await mkdir(directory, { mode: 0o700 });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : '';
    if (code === 'EACCES' || code === 'EPERM') {
      throw notPossible(`${directory} cannot be made`, 'run it as root, e.g. with sudo', error);
    }
    if (code !== 'EEXIST') throw failure(`${directory} cannot be made`, undefined, error);
  }
  const stat = await lstat(directory);
  if (stat.uid === 0 && process.geteuid?.() !== 0) {
    throw notPossible(`${directory} is root's`, 'run it as root, e.g. with sudo');
  }
  if (!stat.isDirectory() || stat.uid !== process.geteuid?.() || (stat.mode & 0o022) !== 0) {
    throw failure(`${directory} is not a folder that only its owner, this user, can write to`, `look at it, remove it`);
  }
}
