import { createHash, randomUUID } from 'node:crypto';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ExitCode, failure, PktpathError } from '../errors.js';
import { isAlive, ownIdentity, ProcessIdentity } from './process-identity.js';
import { ensureRunDirectory, runDirectory } from './run-directory.js';

export interface RunLock {
  /** Lets the next run in; safe to call twice. */
  release(): Promise<void>;
}

/** More than this many holders in turn while one waits for none of them means that something else is wrong. */
const attempts = 10;

/** Whom a lock file names; null when it cannot be understood. */
export function parseHolder(text: string): ProcessIdentity | null {
  try {
    return ProcessIdentity.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

/**
 * Takes the lock that lets one run at a time measure on this machine. A lock whose holder has died is taken over.
 *
 * @throws RunLockHeld (exit code 1) when another run holds it, with that run's pid; exit code 4 when this user may not make it
 */
export async function acquireRunLock(directory = runDirectory): Promise<RunLock> {
  await ensureRunDirectory(directory);
  const path = join(directory, 'lock');
  const mine = `${JSON.stringify({ ...(await ownIdentity()), nonce: randomUUID() })}\n`;
  const temporary = join(directory, `${randomUUID()}.tmp`);
  await writeFile(temporary, mine, { mode: 0o600, flag: 'wx' });
  try {
    for (let attempt = 0; attempt < attempts; attempt++) {
      if (await linkNew(temporary, path)) return lockAt(path, mine);
      const found = await readIfThere(path);
      if (found === null) continue;
      const holder = parseHolder(found);
      if (holder !== null && (await isAlive(holder))) throw new RunLockHeld(path, holder);
      if (await takeOver(path, found, temporary)) return lockAt(path, mine);
    }
    throw failure(`${path} changes hands too fast to be taken`, 'try again in a moment');
  } finally {
    await rm(temporary, { force: true });
  }
}

/**
 * Puts our file in the place of a dead holder's. Renaming over it is atomic, but two processes could both have seen
 * the dead holder, and the second would throw out the first. So who may do it is settled first: a claim is named by
 * the dead lock's content, which no later lock repeats, and only one process can make it. With the claim in hand the
 * content is looked at again; if it is still the dead one's, nobody else can replace it.
 */
async function takeOver(path: string, dead: string, temporary: string): Promise<boolean> {
  const claim = `${path}.${createHash('sha256').update(dead).digest('hex').slice(0, 32)}.claim`;
  if (!(await linkNew(temporary, claim))) {
    const claimant = parseHolder((await readIfThere(claim)) ?? '');
    if (claimant !== null && (await isAlive(claimant))) throw new RunLockHeld(path, claimant);
    throw failure(`taking over ${path} was interrupted once`, 'clear it: pktpath clean');
  }
  try {
    if ((await readIfThere(path)) !== dead) return false;
    // rename(2) does nothing when both names are one file, which here they are not: the claim is a third name.
    await rename(temporary, path);
    return true;
  } finally {
    await rm(claim, { force: true });
  }
}

/** Another run is measuring on this machine. */
export class RunLockHeld extends PktpathError {
  constructor(path: string, { pid }: ProcessIdentity) {
    super(`another pktpath run (process ${String(pid)}) is measuring on this machine; ${path} names it`, {
      exitCode: ExitCode.failed,
      hint: `wait until it ends, or end it: kill ${String(pid)}`,
    });
    this.name = 'RunLockHeld';
  }
}

function lockAt(path: string, mine: string): RunLock {
  return {
    async release() {
      if ((await readIfThere(path)) === mine) await rm(path, { force: true });
    },
  };
}

/** Gives a file a second name, whole content at once. @returns false when the name is taken */
async function linkNew(existing: string, name: string): Promise<boolean> {
  try {
    await link(existing, name);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw failure(`${name} cannot be made`, undefined, error);
  }
}

async function readIfThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw failure(`${path} cannot be read`, 'look at it, remove it', error);
  }
}
