import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isAlive, ownIdentity } from '../../clean/process-identity.js';
import { failure } from '../../errors.js';

const temporaryName = /^\.making-(\d+)-(\d+)-([0-9a-f-]{36})-[0-9a-f-]{36}$/;

/**
 * A path for what is being made, in the folder that it is renamed into; its name says whose it is. Nothing lies there
 * yet. What processes that have ended left half-made in the folder is removed first.
 *
 * @throws exit code 1 when the folder cannot be made or read
 */
export async function temporaryIn(folder: string): Promise<string> {
  await makeFolder(folder);
  await sweep(folder);
  const { pid, startTime, bootId } = await ownIdentity();
  return join(folder, `.making-${pid}-${startTime}-${bootId}-${randomUUID()}`);
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    throw failure(`the cache ${folder} cannot be made`, 'name another: PKTPATH_CACHE=FOLDER', error);
  }
}

async function sweep(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const [, pid, startTime, bootId] = temporaryName.exec(name) ?? [];
    if (pid === undefined || startTime === undefined || bootId === undefined) continue;
    if (!(await isAlive({ pid: Number(pid), startTime, bootId }))) {
      await rm(join(folder, name), { recursive: true, force: true });
    }
  }
}
