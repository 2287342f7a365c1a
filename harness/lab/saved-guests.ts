import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { failure } from '../errors.js';
import { explainIo } from '../../reports/atomic-file.js';
import { Guest } from './guest.js';
import { qemuVersion, SnapshotRefused, startMachine } from './qemu/machine.js';
import type { MachineSpec } from './qemu/machine.js';

/** What is known of a saved guest besides its state. */
const Manifest = z.object({
  version: z.literal(1),
  kernelRelease: z.string(),
  bootSeconds: z.number(),
  stateBytes: z.number().int().positive(),
});

const files = { state: 'state', manifest: 'manifest.json', symbols: 'symbols' } as const;

/** Saved guests that are kept, the last used ones; each takes some 200 MB. */
const kept = 24;

export interface GuestPlan {
  spec: MachineSpec;
  /** Digest of kernel and image, so that another one is another guest. */
  identity: string;
  /** Which of several boots of the same guest. */
  boot: number;
}

/** A guest that was booted and saved, ready to be started any number of times. */
export interface SavedGuest {
  plan: GuestPlan;
  folder: string;
  state: string;
  /** Lines of the guest's /proc/kallsyms that are functions. */
  symbols: string;
  kernelRelease: string;
}

interface Tools {
  cache: string;
  /** For console logs and sockets. */
  scratch: string;
  tell(step: string): void;
  signal: AbortSignal;
}

/**
 * Finds the guest in the cache, or boots and saves it. An entry appears whole or not at all.
 * @throws PktpathError (failed) when it does not boot, or cannot be saved
 */
export async function savedGuest(plan: GuestPlan, tools: Tools): Promise<SavedGuest> {
  const folder = join(tools.cache, 'guests', await keyOf(plan));
  return (await readEntry(plan, folder)) ?? bootAndSave(plan, folder, tools);
}

/**
 * Starts a saved guest. One that QEMU does not take back is thrown away, booted and saved anew.
 * @param plugin text behind QEMU's -plugin
 */
export async function startSaved(saved: SavedGuest, name: string, tools: Tools, plugin?: string): Promise<Guest> {
  const start = async ({ state }: SavedGuest): Promise<Guest> => {
    const folder = join(tools.scratch, name);
    await mkdir(folder, { recursive: true });
    const options = { folder, snapshot: state, signal: tools.signal, ...(plugin === undefined ? {} : { plugin }) };
    return new Guest(await startMachine(saved.plan.spec, options));
  };
  try {
    return await start(saved);
  } catch (error) {
    if (!(error instanceof SnapshotRefused)) throw error;
    tools.tell(`the saved guest cannot be used (${error.message}); booting it again`);
    await rm(saved.folder, { recursive: true, force: true });
    return start(await bootAndSave(saved.plan, saved.folder, tools));
  }
}

async function keyOf({ spec, identity, boot }: GuestPlan): Promise<string> {
  const { vmlinux: _kernel, initramfs: _image, ...machine } = spec;
  const text = JSON.stringify([identity, machine, await qemuVersion(), boot]);
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

async function readEntry(plan: GuestPlan, folder: string): Promise<SavedGuest | null> {
  try {
    const manifest = Manifest.parse(JSON.parse(await readFile(join(folder, files.manifest), 'utf8')));
    const state = join(folder, files.state);
    if ((await stat(state)).size !== manifest.stateBytes) throw new Error('the state is not whole');
    const symbols = await readFile(join(folder, files.symbols), 'utf8');
    const now = new Date();
    await utimes(folder, now, now);
    return { plan, folder, state, symbols, kernelRelease: manifest.kernelRelease };
  } catch {
    await rm(folder, { recursive: true, force: true });
    return null;
  }
}

async function bootAndSave(plan: GuestPlan, folder: string, tools: Tools): Promise<SavedGuest> {
  const temporary = `${folder}.${randomUUID()}.tmp`;
  const scratch = join(tools.scratch, `boot-${String(plan.boot)}-${randomUUID().slice(0, 8)}`);
  const begin = Date.now();
  try {
    await mkdir(temporary, { recursive: true });
    await mkdir(scratch, { recursive: true });
    const guest = new Guest(await startMachine(plan.spec, { folder: scratch, signal: tools.signal }));
    try {
      const { ready } = await Promise.race([guest.ready, guest.machine.failed]);
      const symbols = await guest.call<string>({ name: 'functionSymbols', arguments: [] });
      const bootSeconds = (Date.now() - begin) / 1000;
      await guest.machine.save(join(temporary, files.state));
      await writeFile(join(temporary, files.symbols), symbols);
      const { size } = await stat(join(temporary, files.state));
      const manifest = { version: 1, kernelRelease: ready.kernelRelease, bootSeconds, stateBytes: size };
      await writeFile(join(temporary, files.manifest), JSON.stringify(manifest));
    } finally {
      await guest.quit();
    }
    await rm(folder, { recursive: true, force: true });
    await rename(temporary, folder);
    await prune(join(tools.cache, 'guests'));
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    const { reason, hint } = explainIo(error);
    throw failure(`cannot save the guest in ${folder}: ${reason}`, hint, error);
  }
  const saved = await readEntry(plan, folder);
  if (saved === null) throw failure(`the guest saved in ${folder} cannot be read back`);
  return saved;
}

/** Removes what was used longest ago, and what a killed run left half-made. */
async function prune(folder: string): Promise<void> {
  const dayMs = 86_400_000;
  const entries = await Promise.all(
    (await readdir(folder)).map(async (name) => {
      const path = join(folder, name);
      const used = await stat(path).then(
        ({ mtimeMs }) => mtimeMs,
        () => 0,
      );
      return { path, used, half: name.endsWith('.tmp') };
    }),
  );
  const old = entries.filter(({ half }) => !half).sort((a, b) => b.used - a.used);
  const halves = entries.filter(({ half, used }) => half && Date.now() - used > dayMs);
  for (const { path } of [...old.slice(kept), ...halves]) await rm(path, { recursive: true, force: true });
}
