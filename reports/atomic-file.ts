import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { failure } from '../harness/errors.js';

const reasons: Record<string, { reason: string; hint: string }> = {
  ENOSPC: { reason: 'no space is left on the device', hint: 'Free some space, or name another folder with --out.' },
  EDQUOT: { reason: 'the disk quota is used up', hint: 'Free some space, or name another folder with --out.' },
  EROFS: { reason: 'the file system is read-only', hint: 'Name a writable folder with --out.' },
  EACCES: { reason: 'permission denied', hint: 'Name a writable folder with --out.' },
  EPERM: { reason: 'operation not permitted', hint: 'Name a writable folder with --out.' },
  ENOTDIR: { reason: 'a part of the path is not a folder', hint: 'Name another folder with --out.' },
  EEXIST: { reason: 'a file stands where the folder should be', hint: 'Name another folder with --out.' },
  EISDIR: { reason: 'a folder stands where the file should be', hint: 'Remove it, or name another folder.' },
  ENOENT: { reason: 'no such file or folder', hint: 'Check the path.' },
};

/** What a failed system call means to the user, and what to try. */
export function explainIo(error: unknown): { reason: string; hint: string } {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  const known = code !== undefined && Object.hasOwn(reasons, code) ? reasons[code] : undefined;
  if (known !== undefined) return known;
  return { reason: code ?? String(error), hint: 'Check the path and the file system it is on.' };
}

/**
 * Writes a file whole or not at all: a temporary file in the same folder, flushed to the disk, then renamed. The
 * folder is made when missing. It does not yield to the event loop, so that a signal's handler cannot end the process
 * half-way and leave the temporary file.
 *
 * @throws PktpathError (exit code 1) naming the file and the reason; nothing of the new content is left then, and an
 * older file of that name is untouched.
 */
export function writeFileAtomic(path: string, data: string | Uint8Array): void {
  const folder = dirname(path);
  const temporary = join(folder, `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    mkdirSync(folder, { recursive: true });
    writeFlushed(temporary, data);
    renameSync(temporary, path);
    flushFolder(folder);
  } catch (error) {
    removeQuietly(temporary);
    const { reason, hint } = explainIo(error);
    throw failure(`cannot write ${path}: ${reason}`, hint, error);
  }
}

function writeFlushed(path: string, data: string | Uint8Array): void {
  // O_EXCL: never through a symbolic link that someone left in a shared folder.
  const fd = openSync(path, 'wx', 0o644);
  try {
    writeFileSync(fd, data);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Makes the rename itself durable. */
function flushFolder(folder: string): void {
  const fd = openSync(folder, 'r');
  try {
    fsyncSync(fd);
  } catch (error) {
    // Some file systems cannot flush a folder; the file is whole all the same.
    if ((error as NodeJS.ErrnoException).code !== 'EINVAL') throw error;
  } finally {
    closeSync(fd);
  }
}

function removeQuietly(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // The reason of the failed write is the one to report: a folder that cannot be written has no file to remove.
  }
}
