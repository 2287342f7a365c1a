import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { ExitCode, failure, notPossible, PktpathError } from '../../errors.js';
import { commandEnvironment } from '../../testbed/command.js';
import { consoleWords } from './console-log.js';
import { causeOf, hintOnSilence } from './ending.js';
import type { EndingCause } from './ending.js';
import { Monitor } from './monitor.js';
import { qemu, qemuVersion } from './program.js';
import { saveState } from './save.js';
import { machineArguments } from './spec.js';
import type { MachineSpec } from './spec.js';
import { Words } from './words.js';

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
/** How long QEMU may take to start, and to take a saved state in: a hundred times what it does. */
const startPatienceMs = 120_000;
/** How often the taking in of a state is looked at. */
const lookMs = 20;
const settlingTurns = 4;

/** The child's descriptors behind stdin, stdout and stderr. */
const descriptors = { channel: 3, monitor: 4, state: 5 } as const;

/** One QEMU. Everything that talks to it goes through sockets that it is born with, so it leaves no file but its console. */
export class Machine {
  /** Rejects when QEMU ends without being told to, with the cause. */
  readonly failed: Promise<never>;
  /** Resolves when QEMU is gone. */
  readonly ended: Promise<void>;
  private quitting = false;
  private readonly monitor: Monitor;
  private readonly words: Words;
  private takingIn = false;
  private fail: (error: Error) => void = () => undefined;

  constructor(
    private readonly child: ChildProcess,
    private readonly spec: MachineSpec,
    readonly consoleLog: string,
    /** The guest's virtio-serial port. */
    readonly channel: Duplex,
    monitorSocket: Duplex,
  ) {
    this.failed = new Promise((_, reject) => (this.fail = reject));
    this.failed.catch(() => undefined);
    this.words = new Words([child.stderr, child.stdout]);
    this.monitor = new Monitor(monitorSocket);
    channel.on('error', () => undefined);
    monitorSocket.on('error', () => undefined);
    this.ended = new Promise((resolve) => {
      child.once('error', () => {
        resolve();
      });
      // once everything that it printed has been read
      child.once('close', (code, signal) => {
        resolve();
        void this.tellEnd(code, signal);
      });
    });
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  get isRunning(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /**
   * Waits until the monitor answers, and a saved state has been taken in; the machine was saved standing still, and
   * still does.
   * @throws SnapshotRefused; PktpathError (usage) for a CPU model that there is not; (failed) when QEMU does not start
   */
  async started(snapshot: boolean): Promise<void> {
    const timer = setTimeout(() => {
      void this.giveUp(`QEMU has not started within ${String(startPatienceMs / 1000)} s`);
    }, startPatienceMs);
    try {
      this.takingIn = snapshot;
      await this.monitor.greet();
      if (snapshot) await this.takenIn();
    } finally {
      this.takingIn = false;
      clearTimeout(timer);
    }
  }

  /**
   * Waits, the machine standing still, until QEMU has taken what was written to the guest's port: its loop looks at all its
   * sockets in turn, so after a few answers it has been there.
   */
  async settled(): Promise<void> {
    for (let turn = 0; turn < settlingTurns; turn++) await this.monitor.execute('query-status');
  }

  async goOn(): Promise<void> {
    await this.monitor.execute('cont');
  }

  /**
   * Stops the machine and writes its state; it does not go on afterwards.
   * @param file appears whole or not at all
   * @throws PktpathError (failed) when it cannot be written
   */
  async save(file: string): Promise<void> {
    try {
      await this.monitor.execute('stop');
      await saveState((command, parameters) => this.monitor.execute(command, parameters), file);
    } catch (error) {
      // the words are of the program that writes, which has QEMU's stderr
      const words = String(this.words);
      throw failure(
        `cannot save the guest in ${file}${words === '' ? '' : ` (${words})`}`,
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

  /** Ends QEMU because of what it does not do; whoever waits for it is told. @returns what they are told */
  async giveUp(what: string): Promise<Error> {
    const console = await consoleWords(this.consoleLog);
    const hint = console === '' ? hintOnSilence(this.spec) : null;
    const error = this.describe({ what, hint, exitCode: ExitCode.failed }, console);
    this.monitor.end(error);
    this.fail(error);
    await this.quit();
    return error;
  }

  private async takenIn(): Promise<void> {
    for (;;) {
      const { status } = await this.monitor.execute<{ status: string }>('query-status');
      if (status === 'paused') return;
      if (status !== 'inmigrate') throw new SnapshotRefused(`the machine is ${status}`);
      await delay(lookMs);
    }
  }

  private async tellEnd(exitCode: number | null, signal: NodeJS.Signals | null): Promise<void> {
    const error = this.quitting ? failure('QEMU was ended') : await this.causeOfEnd(exitCode, signal);
    this.monitor.end(error);
    this.fail(error);
  }

  private async causeOfEnd(exitCode: number | null, signal: NodeJS.Signals | null): Promise<Error> {
    const words = String(this.words);
    const console = await consoleWords(this.consoleLog);
    const { shutdown } = this.monitor;
    const cause = causeOf({ exitCode, signal, words, shutdown, console }, this.spec);
    if (this.takingIn && !cause.known) return new SnapshotRefused(words === '' ? cause.what : words);
    return this.describe(cause, console);
  }

  private describe({ what, hint, exitCode }: Omit<EndingCause, 'known'>, console: string): Error {
    const words = String(this.words);
    const own = words === '' ? '' : `: ${words}`;
    const said = console === '' ? 'is empty' : `said${console}`;
    const message = `${what}${own}; its console, ${this.consoleLog}, ${said}`;
    return new PktpathError(message, { exitCode, ...(hint === null ? {} : { hint }) });
  }
}

/**
 * Starts a machine; one that goes on from a saved state stands still until it is told to. It dies with this process, whatever
 * ends that.
 * @throws PktpathError (not possible) without QEMU; (usage) for a CPU model that QEMU has not; (failed) when it does not
 *   start; SnapshotRefused
 */
export async function startMachine(spec: MachineSpec, options: StartOptions): Promise<Machine> {
  await qemuVersion();
  options.signal?.throwIfAborted();
  const consoleLog = join(options.folder, 'console.log');
  const state = options.snapshot === undefined ? null : openSync(options.snapshot, 'r');
  let machine: Machine;
  try {
    machine = await launch(spec, consoleLog, state, options.plugin ?? null);
  } finally {
    if (state !== null) closeSync(state);
  }
  const abort = (): void => void machine.quit();
  options.signal?.addEventListener('abort', abort);
  void machine.ended.then(() => options.signal?.removeEventListener('abort', abort));
  try {
    await machine.started(state !== null);
    return machine;
  } catch (error) {
    await machine.quit();
    options.signal?.throwIfAborted();
    throw error;
  }
}

async function launch(
  spec: MachineSpec,
  consoleLog: string,
  state: number | null,
  plugin: string | null,
): Promise<Machine> {
  const words = machineArguments(spec, {
    consoleLog,
    channelFd: descriptors.channel,
    monitorFd: descriptors.monitor,
    stateFd: state === null ? null : descriptors.state,
    plugin,
  });
  // setpriv: the kernel kills QEMU when this process dies; a process group of its own keeps Ctrl-C from it
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', qemu, ...words], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe', ...(state === null ? [] : [state])],
    env: { ...process.env, ...commandEnvironment },
  });
  const [, , , channel, monitor] = child.stdio as unknown as Duplex[];
  if (channel === undefined || monitor === undefined) throw failure('no channel to QEMU');
  const machine = new Machine(child, spec, consoleLog, channel, monitor);
  try {
    await once(child, 'spawn');
  } catch (error) {
    throw notPossible('setpriv is not installed', 'install it: apt-get install util-linux', error);
  }
  return machine;
}
