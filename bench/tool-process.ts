import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { failure, notPossible } from '../harness/errors.js';
import { commandEnvironment } from '../harness/testbed/command.js';

/** Twenty tracepoints are attached within a second, on a busy machine within a few; a capture starts at once. */
const startPatienceMs = 20_000;
/** Taking them off waits for the kernel's grace periods. */
const stopPatienceMs = 20_000;
const lookMs = 20;

/** A tool’s process: started, watched, and ended by SIGINT to its pid. */
export class ToolProcess {
  stdout = '';
  stderr = '';
  private readonly child: ChildProcess;
  private readonly ended: Promise<string>;
  private over: string | null = null;

  constructor(
    private readonly name: string,
    command: readonly string[],
    { session = false }: { session?: boolean } = {},
  ) {
    const [program = '', ...args] = command;
    this.child = spawn(program, args, {
      env: commandEnvironment,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: session,
    });
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.stdout += text));
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    this.ended = new Promise((resolve) => {
      const end = (how: string): void => resolve((this.over ??= how));
      this.child.on('error', (error) => end(error.message));
      this.child.on('close', (code, signal) => end(signal ?? `exit code ${String(code)}`));
    });
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  /** @throws PktpathError (not possible) when it ends before it is ready, or does not get ready */
  async waitUntil(ready: () => boolean | Promise<boolean>): Promise<void> {
    const deadline = Date.now() + startPatienceMs;
    while (!(await ready())) {
      if (this.over !== null) throw notPossible(`${this.name} does not run here (${this.over}): ${this.lastWords()}`);
      if (Date.now() > deadline) {
        await this.kill();
        throw notPossible(`${this.name} is not ready after ${startPatienceMs / 1000} s: ${this.lastWords()}`);
      }
      await sleep(lookMs);
    }
  }

  /** @throws PktpathError (failed) when it had ended before, or does not end */
  async interrupt(): Promise<void> {
    if (this.over !== null) throw failure(`${this.name} ended on its own (${this.over}): ${this.lastWords()}`);
    this.child.kill('SIGINT');
    const patience = new AbortController();
    const late = sleep(stopPatienceMs, null, { signal: patience.signal }).catch(() => null);
    const how = await Promise.race([this.ended, late]);
    patience.abort();
    if (how !== null) return;
    await this.kill();
    throw failure(`${this.name} did not end within ${stopPatienceMs / 1000} s: ${this.lastWords()}`);
  }

  private async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.ended;
  }

  private lastWords(): string {
    const lines = this.stderr.split('\n').filter((line) => line.trim() !== '');
    return lines.slice(-3).join('; ') || 'it said nothing';
  }
}
