import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { readRegistry } from '../../harness/clean/registry.js';
import { readRecord } from '../../reports/record-io.js';
import type { RunRecord } from '../../reports/record.js';
import { cliPath } from '../support/cli.js';
import type { CliResult } from '../support/cli.js';
import { tool } from '../testbed/network-tools.js';
import { descendants, runs, waitUntil } from './processes.js';
import { Setting, takeTurn } from './setting.js';

/** One cell of 64-byte frames through a packet socket. */
export const small = ['run', 'table1', '--set', 'paths=packet-recvfrom', '--set', 'frameBytes=64'];
/** Enough of it that a signal comes in the middle. */
export const manyTrials = [...small, '--trials', '300', '--duration', '0.1'];

/** Put before a command: it runs as somebody who may do nothing. */
export const asNobody = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups'];

/** Debian keeps some tools out of an ordinary PATH. */
const env = { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin` };

/** Whether a program that pktpath did not write is installed. */
export const has = (program: string): boolean => spawnSync(program, ['--version'], { env }).error === undefined;

const endPatienceMs = 30_000;
const startPatienceMs = 60_000;

export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'pktpath-live-'));
}

/** A folder for a suite that runs whole commands, where this machine can measure. @returns what gives its path to a test */
export function useFolder(): () => string {
  let folder = '';
  before(async function () {
    folder = temporaryFolder();
    const setting = await Setting.open(this);
    await setting.close();
  });
  after(() => rmSync(folder, { recursive: true, force: true }));
  return () => folder;
}

/** `pktpath …` as a user runs it, while it runs. */
export class Command {
  private stdout = '';
  private stderr = '';
  private readonly ended: Promise<number | null>;

  private constructor(readonly child: ChildProcess) {
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.stdout += text));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    this.ended = once(child, 'close').then(([code]) => code as number | null);
  }

  /** @param launcher a program and its arguments that the command is put behind, e.g. setpriv */
  static start(args: readonly string[], launcher: readonly string[] = []): Command {
    const [program = '', ...rest] = [...launcher, process.execPath, cliPath, ...args];
    const options = { env: { ...env, PKTPATH_DEBUG: '' }, cwd: '/' };
    return new Command(spawn(program, rest, { stdio: ['ignore', 'pipe', 'pipe'], ...options }));
  }

  /** Waits until its stderr has such words. */
  async untilSaid(words: RegExp): Promise<void> {
    await this.until(() => words.test(this.stderr), String(words));
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** Its end, within half a minute; a longer run is given its own bound. */
  async end(patienceMs = endPatienceMs): Promise<CliResult> {
    const timer = new AbortController();
    const late = delay(patienceMs, 'late' as const, { signal: timer.signal }).catch(() => 'late' as const);
    const code = await Promise.race([this.ended, late]);
    timer.abort();
    if (code === 'late') {
      this.child.kill('SIGKILL');
      assert.fail(`it did not end within ${String(patienceMs)} ms; it said ${this.stderr}`);
    }
    return { code, stdout: this.stdout, stderr: this.stderr };
  }

  /** Waits until the record of a run that goes on holds something. */
  async untilRecorded(folder: string): Promise<void> {
    await this.until(() => existsSync(join(folder, 'run.json')), 'a record');
  }

  /** @returns whether it measures, or has ended otherwise, rather than for another run's sake */
  async untilHasLock(): Promise<boolean> {
    const over = (): boolean => this.child.exitCode !== null;
    await waitUntil(() => over() || lockHolder() === this.pid, startPatienceMs);
    if (!over()) return true;
    return !takenBy.test((await this.end()).stderr);
  }

  async until(so: () => boolean | Promise<boolean>, what: string): Promise<void> {
    const over = (): boolean => this.child.exitCode !== null || this.child.signalCode !== null;
    const came = await waitUntil(async () => over() || (await so()), startPatienceMs);
    if (!came || over()) {
      this.child.kill('SIGKILL');
      assert.fail(`there is no ${what}; it said ${this.stderr}`);
    }
  }

  /** Namespaces that it has registered, and the processes it has started: what has to be gone after it. */
  async made(): Promise<Made> {
    const entries = (await readRegistry()).filter(({ run }) => run?.pid === this.pid);
    return {
      namespaces: entries.flatMap(({ run }) => run?.namespaces ?? []),
      registered: entries.map(({ file }) => file),
      processes: descendants(this.pid),
    };
  }
}

/** Another run that began between a look at the lock and our start. */
const takenBy = /another pktpath run \(process \d+\) is measuring/;

/** A command that measures, past the point where another run on this machine would have made it give up. */
export async function startInTurn(args: readonly string[]): Promise<Command> {
  for (let attempt = 0; ; attempt++) {
    await (await takeTurn()).release();
    const command = Command.start(args);
    if ((await command.untilHasLock()) || attempt === 20) return command;
  }
}

/** The end of a command that measures, once it is its turn. */
export async function endInTurn(args: readonly string[]): Promise<CliResult> {
  return (await startInTurn(args)).end(60_000);
}

/** A cell that no trial of ten was valid of: the machine is too busy, and the command line rightly fails. */
export const tooBusy = /cells could not be measured/;

/** A whole run into a folder of its own below `folder`; when the machine was too busy for a cell, again, a few times. */
export async function wholeRun(
  folder: string,
  end: (out: string) => Promise<CliResult>,
): Promise<{ out: string; result: CliResult; record: RunRecord }> {
  for (let attempt = 0; ; attempt++) {
    const out = join(folder, `run-${String(attempt)}`);
    const result = await end(out);
    if (result.code === 1 && tooBusy.test(result.stderr) && attempt < 3) continue;
    assert.equal(result.code, 0, result.stderr);
    return { out, result, record: readRecord(out) };
  }
}

export interface Made {
  namespaces: string[];
  registered: string[];
  processes: number[];
}

export function namespacesThere(names: readonly string[]): string[] {
  return names.filter((name) => existsSync(join('/run/netns', name)));
}

/** Nothing of it is left: no namespace, no process, no entry in the registry, no lock. */
export async function assertGone({ namespaces, registered, processes }: Made, pid: number): Promise<void> {
  assert.deepEqual(namespacesThere(namespaces), []);
  assert.deepEqual(
    registered.filter((file) => existsSync(file)),
    [],
  );
  assert.ok(await waitUntil(() => !processes.some(runs), 10_000), 'its processes are gone');
  assert.notEqual(lockHolder(), pid);
  const links = await tool('ip', '-o', 'link', 'show');
  assert.ok(!/pktpath-[rt]x/.test(links), links);
}

/** Process id in the lock; null when nobody holds it. */
export function lockHolder(): number | null {
  try {
    return (JSON.parse(readFileSync('/run/pktpath/lock', 'utf8')) as { pid: number }).pid;
  } catch {
    return null;
  }
}

/** Files in a folder and below, in order. */
export function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true }).map(String).sort();
}
