// SPDX-License-Identifier: GPL-2.0-only
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { SetupError } from './say.mjs';

/** The children that run now, so that a signal to the set-up alone does not leave them behind. */
const running = new Set();

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.once(signal, () => {
    for (const child of running) child.kill(signal);
    process.exit(128 + constants.signals[signal]);
  });
}

/**
 * Runs a command without a shell and without standard input, and keeps what it prints.
 * @param {string} file
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, input?: string, uid?: number, gid?: number, inherit?: boolean }} options
 *   inherit: let it write to this process' stderr, instead of keeping the output
 * @returns {Promise<{ code: number, output: string }>} code 127 when the command does not exist
 */
export function run(file, args, options = {}) {
  const { input, inherit = false, ...rest } = options;
  return new Promise((resolve) => {
    const stdio = [input === undefined ? 'ignore' : 'pipe', ...(inherit ? [2, 2] : ['pipe', 'pipe'])];
    const child = spawn(file, args, { ...rest, stdio });
    running.add(child);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text) => (output += text));
    }
    child.once('error', (error) => {
      running.delete(child);
      resolve({ code: error.code === 'ENOENT' ? 127 : 126, output: error.message });
    });
    child.once('close', (code, signal) => {
      running.delete(child);
      resolve({ code: code ?? 128 + constants.signals[signal], output });
    });
    // A command that ends without reading its input is judged by its exit code alone.
    child.stdin?.on('error', () => {});
    child.stdin?.end(input);
  });
}

/**
 * As `run`, but throws the whole output when the command fails.
 * @param {string} file
 * @param {string[]} args
 * @param {Parameters<typeof run>[2]} options
 */
export async function mustRun(file, args, options = {}) {
  const { code, output } = await run(file, args, options);
  if (code !== 0) {
    throw new SetupError(`${output.trimEnd()}\nset-up: exit code ${code} from: ${[file, ...args].join(' ')}`, 1);
  }
}
