import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { guestsOf, isRunningGuest } from '../lab/qemu/running-guests.js';
import { waitUntil } from '../live/processes.js';
import { takeTurn } from '../live/setting.js';
import { cliPath } from '../support/cli.js';

/** Two boots side by side, on a machine with other work. */
const stepPatienceMs = 480_000;
/** QEMU ends at once, or is killed after five seconds. */
const endPatienceMs = 30_000;

/** Another run that measures on this machine; it is found only after the guests have been started. */
const takenBy = /another pktpath run \(process \d+\) is measuring/;

/** `pktpath run table1 --kernel debian:generic --exact …`, with a cache of its own. */
export class LabCommand {
  private said = '';
  private readonly seen = new Set<number>();
  private readonly ended: Promise<number | null>;

  private constructor(
    private readonly child: ChildProcess,
    readonly folder: string,
  ) {
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.said += text));
    this.ended = once(child, 'close').then(([code]) => code as number | null);
  }

  static start(cache: string, folder: string, args: readonly string[] = []): LabCommand {
    const words = ['run', 'table1', '--kernel', 'debian:generic', '--exact', '--set', 'paths=packet-recvfrom'];
    const child = spawn(process.execPath, [cliPath, ...words, '--out', folder, '--json', ...args], {
      env: { ...process.env, PKTPATH_CACHE: cache, PKTPATH_DEBUG: '' },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    return new LabCommand(child, folder);
  }

  /** One that measures: past the point where another run on this machine would have made it give up. */
  static async measuring(cache: string, folder: string): Promise<LabCommand> {
    for (let attempt = 0; ; attempt++) {
      await (await takeTurn()).release();
      const command = LabCommand.start(cache, `${folder}-${String(attempt)}`);
      await command.until(() => command.isOver || command.says(/round 1\/\d+, trial 1/), 'trial');
      if (attempt === 20 || !command.says(takenBy)) return command;
    }
  }

  get isOver(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  get exitCode(): number | null {
    return this.child.exitCode;
  }

  get stderr(): string {
    return this.said;
  }

  says(words: RegExp): boolean {
    return words.test(this.said);
  }

  /** Its QEMUs that run now. */
  guests(): number[] {
    const guests = guestsOf(this.child.pid ?? 0);
    for (const pid of guests) this.seen.add(pid);
    return guests;
  }

  async until(so: () => boolean, what: string): Promise<void> {
    const came = await waitUntil(() => (this.guests(), so()), stepPatienceMs);
    if (!came) this.child.kill('SIGKILL');
    assert.ok(came, `there is no ${what}; it said ${this.said}`);
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Its end, after which none of the QEMUs runs that it was seen to have. @returns the exit code */
  async end(patienceMs = endPatienceMs): Promise<number | null> {
    const came = await waitUntil(() => (this.guests(), this.isOver), patienceMs);
    if (!came) this.child.kill('SIGKILL');
    assert.ok(came, `it did not end; it said ${this.said}`);
    const code = await this.ended;
    assert.ok(this.seen.size > 0, `it had no guest; it said ${this.said}`);
    assert.deepEqual([...this.seen].filter(isRunningGuest), []);
    return code;
  }

  /** The log that its message names has such words; empty: it is there. */
  assertLog(words: RegExp): void {
    const [path] = new RegExp(`${join(this.folder, 'guest')}/\\S+/console\\.log`).exec(this.said) ?? [];
    assert.ok(path !== undefined, this.said);
    assert.match(readFileSync(path, 'utf8'), words);
  }
}
