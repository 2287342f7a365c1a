import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { notPossible } from '../errors.js';
import { makeEntry, openEntry } from './cache/entry.js';
import type { Entry } from './cache/entry.js';
import { Guest } from './guest.js';
import type { Ready, TestbedDescription } from './guest/calls.js';
import { plainReception } from '../testbed/reception.js';
import type { Testbed, TestbedOptions } from '../testbed/testbed.js';
import { qemuVersion } from './qemu/program.js';
import { SnapshotRefused, startMachine } from './qemu/machine.js';
import { kernelArguments } from './qemu/spec.js';
import type { MachineSpec } from './qemu/spec.js';

/** What is known of a saved guest besides its state. */
const AboutGuest = z.object({ kind: z.literal('guest'), kernelRelease: z.string(), bootSeconds: z.number() });
type AboutGuest = z.infer<typeof AboutGuest>;

const files = { state: 'state', symbols: 'symbols', testbed: 'testbed.json' } as const;

/** Names the guest's namespaces; it has only one run, and no other. */
const guestRunId = 'lab';

/** Saved guests that are kept, the last used ones; each takes some 300 MB. */
const kept = 24;

export interface GuestPlan {
  spec: MachineSpec;
  /** Digest of kernel and image, so that another one is another guest. */
  identity: string;
  /** Which of several boots of the same guest. */
  boot: number;
  /** Brought up before the guest is saved. */
  testbed: Omit<TestbedOptions, 'runId'>;
}

/** A guest that was booted and saved, ready to be started any number of times. */
export interface SavedGuest {
  plan: GuestPlan;
  folder: string;
  state: string;
  /** Lines of the guest's /proc/kallsyms that are functions. */
  symbols: string;
  testbed: TestbedDescription;
}

export interface GuestTools {
  cache: string;
  /** For console logs and sockets. */
  scratch: string;
  tell: (step: string) => void;
  signal: AbortSignal;
}

/**
 * Finds the guest in the cache, or boots and saves it. An entry is there whole or not at all.
 * @throws PktpathError (failed) when it does not boot, or cannot be saved
 */
export async function savedGuest(plan: GuestPlan, tools: GuestTools): Promise<SavedGuest> {
  const folder = join(tools.cache, 'guests', await keyOf(plan));
  const broken = (why: string): void => tools.tell(`booting again, the saved guest is broken: ${why}`);
  const found = await openEntry(folder, AboutGuest, broken);
  if (found !== null) await touch(folder);
  return read(plan, found ?? (await make(plan, folder, tools)));
}

/**
 * Starts a saved guest. One that QEMU does not take back is thrown away, booted and saved anew.
 * @param plugin text behind QEMU's -plugin
 */
export async function startSaved(saved: SavedGuest, name: string, tools: GuestTools, plugin?: string): Promise<Guest> {
  const start = async ({ state }: SavedGuest): Promise<Guest> => {
    const folder = join(tools.scratch, `${name}-${randomUUID().slice(0, 4)}`);
    await mkdir(folder, { recursive: true });
    const options = { folder, snapshot: state, signal: tools.signal, ...(plugin === undefined ? {} : { plugin }) };
    return new Guest(await startMachine(saved.plan.spec, options));
  };
  try {
    return await start(saved);
  } catch (error) {
    if (!(error instanceof SnapshotRefused)) throw error;
    tools.tell(`booting again, QEMU does not take the saved guest back: ${error.message}`);
    await forget(saved.folder);
    return start(await read(saved.plan, await make(saved.plan, saved.folder, tools)));
  }
}

/** The testbed that a guest was saved with; `saved` tells whose turn it is. */
export function savedTestbed(saved: () => SavedGuest, counters: Testbed['counters']): Testbed {
  return {
    get receiver() {
      return saved().testbed.receiver;
    },
    get sender() {
      return saved().testbed.sender;
    },
    isolation: saved().plan.testbed.isolation,
    arrange: (reception) => {
      const own = plainReception(saved().plan.testbed.isolation);
      if (isDeepStrictEqual(reception, own)) return Promise.resolve();
      return Promise.reject(notPossible('a guest takes packets in as it was booted to', 'leave out --set arms'));
    },
    counters,
    describe: () => saved().testbed.record,
    // the guests are thrown away as they stand
    down: () => Promise.resolve(),
  };
}

async function keyOf({ spec, identity, boot, testbed }: GuestPlan): Promise<string> {
  // kernel and image are told by their digests, wherever they lie
  const machine = { ...spec, vmlinux: '', initramfs: '' };
  const text = JSON.stringify([identity, machine, kernelArguments(spec), await qemuVersion(), boot, testbed]);
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

async function read(plan: GuestPlan, { folder }: Entry<AboutGuest>): Promise<SavedGuest> {
  const symbols = await readFile(join(folder, files.symbols), 'utf8');
  const testbed = JSON.parse(await readFile(join(folder, files.testbed), 'utf8')) as TestbedDescription;
  return { plan, folder, state: join(folder, files.state), symbols, testbed };
}

async function make(plan: GuestPlan, folder: string, tools: GuestTools): Promise<Entry<AboutGuest>> {
  await mkdir(join(tools.cache, 'guests'), { recursive: true });
  const entry = await makeEntry(folder, AboutGuest, (made) => bootAndSave(plan, made, tools));
  await prune(join(tools.cache, 'guests'));
  return entry;
}

async function bootAndSave({ spec, boot, testbed }: GuestPlan, folder: string, tools: GuestTools): Promise<AboutGuest> {
  const scratch = join(tools.scratch, `boot-${String(boot)}-${randomUUID().slice(0, 4)}`);
  await mkdir(scratch, { recursive: true });
  const begin = Date.now();
  const guest = new Guest(await startMachine(spec, { folder: scratch, signal: tools.signal }));
  try {
    const { ready } = await bootedWithin(guest);
    const symbols = await guest.call<string>({ name: 'functionSymbols', arguments: [] });
    const options = { ...testbed, runId: guestRunId };
    const described = await guest.call<TestbedDescription>({
      name: 'bringUpTestbed',
      arguments: [spec.card, options],
    });
    await writeFile(join(folder, files.testbed), JSON.stringify(described));
    const bootSeconds = (Date.now() - begin) / 1000;
    await guest.machine.save(join(folder, files.state));
    await writeFile(join(folder, files.symbols), symbols);
    return { kind: 'guest', kernelRelease: ready.kernelRelease, bootSeconds };
  } finally {
    await guest.quit();
  }
}

/** Marks it as used now. */
async function touch(folder: string): Promise<void> {
  const now = new Date();
  await utimes(folder, now, now);
}

/** Removes the guests that were used longest ago. */
async function prune(folder: string): Promise<void> {
  const entries = await Promise.all(
    (await readdir(folder, { withFileTypes: true }))
      .filter(({ name }) => /^[0-9a-f]{32}$/.test(name))
      .map(async ({ name }) => {
        const path = join(folder, name);
        return {
          path,
          used: await stat(path).then(
            ({ mtimeMs }) => mtimeMs,
            () => 0,
          ),
        };
      }),
  );
  const old = entries.sort((a, b) => b.used - a.used).slice(kept);
  for (const { path } of old) await forget(path);
}

/** Removes a saved guest, and what is known of it. */
async function forget(folder: string): Promise<void> {
  const about = (await readdir(dirname(folder))).filter((name) => name.startsWith(`${basename(folder)}.`));
  for (const path of [folder, ...about.map((name) => join(dirname(folder), name))]) {
    await rm(path, { recursive: true, force: true });
  }
}

/** Ten times what a boot under emulation takes on a busy machine. */
const bootPatienceMs = 300_000;

/** @throws PktpathError (failed) with the console's words when the guest hangs, or ends */
async function bootedWithin({ ready, machine }: Guest): Promise<Ready> {
  const timer = new AbortController();
  const late = delay(bootPatienceMs, null, { signal: timer.signal }).catch(() => null);
  try {
    const first = await Promise.race([ready, machine.failed, late]);
    if (first !== null) return first;
    throw await machine.giveUp(`the guest has not come up within ${String(bootPatienceMs / 1000)} s`);
  } finally {
    timer.abort();
  }
}
