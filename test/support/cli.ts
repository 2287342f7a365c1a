import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { projectRoot } from '../../harness/root.js';

export const cliPath = join(projectRoot, 'dist/harness/cli/main.js');

export interface CliResult {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface CliOptions {
  cwd?: string;
  env?: Record<string, string>;
  /** User to run as; needs root. */
  uid?: number;
}

/** Runs the built command line in a process of its own, as a user would. */
export function pktpath(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  return runProgram(process.execPath, [cliPath, ...args], options);
}

/**
 * Starts tasks in their order, two at a time: most of a short command is its start, which one CPU is busy with.
 * @returns the end of each
 */
export function twoAtATime<T>(tasks: readonly (() => Promise<T>)[]): Promise<T>[] {
  const ends: Promise<T>[] = [];
  for (const [index, task] of tasks.entries()) {
    const before = ends[index - 2] ?? Promise.resolve();
    ends.push(before.then(task, task));
  }
  return ends;
}

export function runProgram(program: string, args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      ...options,
      env: { ...process.env, PKTPATH_DEBUG: '', ...options.env },
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}
