import { existsSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { failure } from '../../errors.js';

/** One command to QEMU's monitor. */
export type Execute = <T>(command: string, parameters?: Record<string, unknown>) => Promise<T>;

/** How often a migration is looked at. */
const lookMs = 20;
/** The writer's last pipe of data and its renaming take no longer, even where the disk is busy. */
const writerPatienceMs = 60_000;

/**
 * Writes the state of a machine that stands still.
 *
 * QEMU hands the state to a program, and does not mind how that ends: on a full disk it calls the migration completed
 * when the last of it is in the pipe. So the program itself renames its file, if every byte is in it.
 *
 * @param file appears whole or not at all
 * @throws PktpathError (failed) when it cannot be written; nothing is left then
 */
export async function saveState(execute: Execute, file: string): Promise<void> {
  const part = `${file}.part`;
  const whole = `${part}.whole`;
  try {
    // as fast as the disk takes it: the default bound is for a network
    await execute('migrate-set-parameters', { 'max-bandwidth': 1 << 30 });
    await execute('migrate', { uri: `exec:${writer(quoted(part), quoted(whole))}` });
    await migrated(execute);
    await written(part, whole);
    const handle = await open(whole, 'r+');
    await handle.sync().finally(() => handle.close());
    await rename(whole, file);
  } catch (error) {
    // in this order: a writer that still runs renames nothing any more
    await rm(part, { force: true });
    await rm(whole, { force: true });
    throw error;
  }
}

function writer(part: string, whole: string): string {
  return `cat > ${part} && mv ${part} ${whole} || rm -f ${part}`;
}

async function migrated(execute: Execute): Promise<void> {
  for (;;) {
    const { status, 'error-desc': words } = await execute<{ status?: string; 'error-desc'?: string }>('query-migrate');
    if (status === 'completed') return;
    if (status === 'failed' || status === 'cancelled') {
      throw failure(`QEMU could not write its state${words === undefined ? '' : `: ${words}`}`);
    }
    await delay(lookMs);
  }
}

async function written(part: string, whole: string): Promise<void> {
  for (let waited = 0; waited < writerPatienceMs; waited += lookMs) {
    const unfinished = existsSync(part);
    if (existsSync(whole)) return;
    if (!unfinished) throw failure('the state could not be written to its end');
    await delay(lookMs);
  }
  throw failure(`the state was not written within ${String(writerPatienceMs / 1000)} s`);
}

/** For the shell that QEMU gives its exec: to. */
function quoted(path: string): string {
  return `'${path.replaceAll("'", `'\\''`)}'`;
}
