import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { asError, failure, notPossible } from '../../errors.js';
import { commandEnvironment } from '../../testbed/command.js';
import { consoleWords } from './console-log.js';
import { Monitor } from './monitor.js';
import { qemu, qemuVersion } from './program.js';
import { machineArguments } from './spec.js';
import type { MachineSpec } from './spec.js';

export interface StartOptions {
  /** For console.log, which stays. */
  folder: string;
  /** A state that `save` wrote: the machine goes on from there. */
  snapshot?: string;
  /** Text behind QEMU's -plugin. */
  plugin?: string;
  signal?: AbortSignal;
}

/** QEMU does not take a saved state back: it is broken, or of another QEMU. */
export class SnapshotRefused extends Error {
  constructor(words: string) {
    super(words);
    this.name = 'SnapshotRefused';
  }
}

/** How long QEMU may take to end when it is told to. */
const quitPatienceMs = 5_000;
/** Of QEMU's own words that are kept. */
const keptWords = 2_000;
/** How often a migration is looked at. */
const lookMs = 20;
const settlingTurns = 4;

/** The child's descriptors behind stdin, stdout and stderr. */
const descriptors = { channel: 3, monitor: 4, state: 5 } as const;

/** One QEMU. Everything that talks to it goes through sockets that it is born with, so it leaves no file but its console. */
export class Machine {
  /** Rejects when QEMU ends without being told to. */
  readonly failed: Promise<never>;
  private readonly ended: Promise<void>;
  private quitting = false;
  private monitor: Monitor | null = null;
  private said = '';
  private fail: (error: Error) => void = () => undefined;

  constructor(
    private readonly child: ChildProcess,
    readonly consoleLog: string,
    /** The guest's virtio-serial port. */
    readonly channel: Duplex,
    private readonly monitorSocket: Duplex,
  ) {
    this.failed = new Promise((_, reject) => (this.fail = reject));
    this.failed.catch(() => undefined);
    for (const stream of [child.stderr, child.stdout]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        // said of every hub, as ours leads nowhere on purpose
        this.said = (this.said + text.replaceAll(/^.*is not connected to host network\n?/gm, '')).slice(-keptWords);
      });
    }
    channel.on('error', () => undefined);
    monitorSocket.on('error', () => undefined);
    this.ended = new Promise((resolve) => {
      child.once('error', () => {
        resolve();
      });
      child.once('close', (code, signal) => {
        resolve();
        if (!this.quitting) void this.tellEnd(code, signal);
      });
    });
  }

  /** What QEMU itself printed. */
  get words(): string {
    return this.said.trim();
  }

  get isRunning(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  async connectMonitor(): Promise<void> {
    this.monitor = await Promise.race([Monitor.connect(this.monitorSocket), this.failed]);
  }

  /** Waits until a saved state has been taken in; the machine was saved standing still, and still does. @throws SnapshotRefused */
  async takeIn(): Promise<void> {
    try {
      for (;;) {
        const { status } = await this.execute<{ status: string }>('query-status');
        if (status === 'paused') return;
        if (status !== 'inmigrate') throw failure(`the machine is ${status}`);
        await delay(lookMs);
      }
    } catch {
      await this.ended;
      throw new SnapshotRefused(this.words === '' ? 'QEMU ended without a word' : this.words);
    }
  }

  /** Lets the guest stand still; its clock does too. */
  async pause(): Promise<void> {
    await this.execute('stop');
  }

  /**
   * Waits, the machine standing still, until QEMU has taken what was written to the guest's port: its loop looks at all its
   * sockets in turn, so after a few answers it has been there.
   */
  async settled(): Promise<void> {
    for (let turn = 0; turn < settlingTurns; turn++) await this.execute('query-status');
  }

  async goOn(): Promise<void> {
    await this.execute('cont');
  }

  /**
   * Stops the machine and writes its state; it does not go on afterwards.
   * @param file appears whole or not at all
   * @throws PktpathError (failed) when it cannot be written
   */
  async save(file: string): Promise<void> {
    const temporary = `${file}.part`;
    try {
      await this.execute('stop');
      // as fast as the disk takes it: the default bound is for a network
      await this.execute('migrate-set-parameters', { 'max-bandwidth': 1 << 30 });
      await this.execute('migrate', { uri: `exec:cat > ${quoted(temporary)}` });
      for (;;) {
        const { status, 'error-desc': words } = await this.execute<{ status?: string; 'error-desc'?: string }>(
          'query-migrate',
        );
        if (status === 'completed') break;
        if (status === 'failed' || status === 'cancelled') {
          throw failure(`QEMU could not save the machine: ${[words, this.words].filter(Boolean).join(': ')}`);
        }
        await delay(lookMs);
      }
      const handle = await open(temporary, 'r+');
      await handle.sync().finally(() => handle.close());
      await rename(temporary, file);
    } catch (error) {
      await rm(temporary, { force: true });
      throw failure(
        `cannot save the guest in ${file}`,
        'is the disk full? the cache can be moved: PKTPATH_CACHE',
        error,
      );
    }
  }

  /** Ends QEMU; safe to call twice, resolves when it is gone. */
  async quit(): Promise<void> {
    this.quitting = true;
    if (this.isRunning) this.child.kill('SIGTERM');
    const kill = setTimeout(() => this.child.kill('SIGKILL'), quitPatienceMs);
    await this.ended;
    clearTimeout(kill);
  }

  /** @returns why the machine failed, with what its console said */
  async failure(what: string, hint?: string): Promise<Error> {
    const own = this.words === '' ? '' : `: ${this.words}`;
    const words = await consoleWords(this.consoleLog);
    const said = words === '' ? 'its console is empty' : `its console said${words}`;
    return failure(`${what}${own}; ${said}`, hint ?? `the whole console: ${this.consoleLog}`);
  }

  private execute<T>(command: string, parameters?: Record<string, unknown>): Promise<T> {
    if (this.monitor === null) throw failure('QEMU’s monitor is not connected');
    return this.monitor.execute<T>(command, parameters);
  }

  private async tellEnd(code: number | null, signal: NodeJS.Signals | null): Promise<void> {
    const how = signal === null ? `ended with exit code ${String(code)}` : `was killed by ${signal}`;
    this.fail(await this.failure(`QEMU ${how} while the guest ran`));
  }
}

/** For the shell that QEMU gives its exec: to. */
function quoted(path: string): string {
  return `'${path.replaceAll("'", `'\\''`)}'`;
}

/**
 * Starts a machine; one that goes on from a saved state stands still until it is told to. It dies with this process, whatever
 * ends that.
 * @throws PktpathError (not possible) without QEMU; (failed) when it does not start; SnapshotRefused
 */
export async function startMachine(spec: MachineSpec, options: StartOptions): Promise<Machine> {
  await qemuVersion();
  options.signal?.throwIfAborted();
  const consoleLog = join(options.folder, 'console.log');
  const state = options.snapshot === undefined ? null : openSync(options.snapshot, 'r');
  const words = machineArguments(spec, {
    consoleLog,
    channelFd: descriptors.channel,
    monitorFd: descriptors.monitor,
    stateFd: state === null ? null : descriptors.state,
    plugin: options.plugin ?? null,
  });
  let machine: Machine;
  try {
    machine = await launch(words, consoleLog, state);
  } finally {
    if (state !== null) closeSync(state);
  }
  const abort = (): void => void machine.quit();
  options.signal?.addEventListener('abort', abort, { once: true });
  try {
    await machine.connectMonitor();
    if (state !== null) await machine.takeIn();
    return machine;
  } catch (error) {
    options.signal?.removeEventListener('abort', abort);
    await machine.quit();
    options.signal?.throwIfAborted();
    if (state !== null && !(error instanceof SnapshotRefused)) throw new SnapshotRefused(asError(error).message);
    throw error;
  }
}

async function launch(words: readonly string[], consoleLog: string, state: number | null): Promise<Machine> {
  // setpriv: the kernel kills QEMU when this process dies; a process group of its own keeps Ctrl-C from it
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', qemu, ...words], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe', ...(state === null ? [] : [state])],
    env: { ...process.env, ...commandEnvironment },
  });
  const [, , , channel, monitor] = child.stdio as unknown as Duplex[];
  if (channel === undefined || monitor === undefined) throw failure('no channel to QEMU');
  const machine = new Machine(child, consoleLog, channel, monitor);
  try {
    await once(child, 'spawn');
  } catch (error) {
    throw notPossible('setpriv is not installed', 'install it: apt-get install util-linux', error);
  }
  return machine;
}
