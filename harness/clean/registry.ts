import { randomUUID } from 'node:crypto';
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { ownIdentity, ProcessIdentity } from './process-identity.js';
import { ensureRunDirectory, runDirectory } from './run-directory.js';

const RegisteredRun = z.object({ ...ProcessIdentity.shape, namespaces: z.array(z.string()) });
export type RegisteredRun = z.infer<typeof RegisteredRun>;

/** A file of the registry; `run` is null when it cannot be understood. */
export interface RegistryEntry {
  runId: string;
  file: string;
  run: RegisteredRun | null;
}

/**
 * Says, before anything is made, which namespaces this process will make, so that `pktpath clean` can tell those of a
 * running run from those that one left. The file appears whole or not at all.
 *
 * @param runId checked already: it becomes a file name
 */
export async function registerRun(runId: string, namespaces: string[], directory = runDirectory): Promise<void> {
  await ensureRunDirectory(directory);
  const run: RegisteredRun = { ...(await ownIdentity()), namespaces };
  const temporary = join(directory, `${randomUUID()}.tmp`);
  await writeFile(temporary, `${JSON.stringify(run)}\n`, { mode: 0o600, flag: 'wx' });
  await rename(temporary, join(directory, `${runId}.json`));
}

/** Takes the run out again, after its namespaces have gone. */
export async function unregisterRun(runId: string, directory = runDirectory): Promise<void> {
  await rm(join(directory, `${runId}.json`), { force: true });
}

/** Everything that is registered; empty when there is no registry. */
export async function readRegistry(directory = runDirectory): Promise<RegistryEntry[]> {
  const files = (await readdir(directory).catch(() => [])).filter((name) => name.endsWith('.json'));
  const entries = await Promise.all(
    files.map(async (name): Promise<RegistryEntry | null> => {
      const file = join(directory, name);
      const text = await readFile(file, 'utf8').catch(() => null);
      return text === null ? null : { runId: name.slice(0, -'.json'.length), file, run: parseRun(text) };
    }),
  );
  return entries.filter((entry) => entry !== null);
}

function parseRun(text: string): RegisteredRun | null {
  try {
    return RegisteredRun.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}
