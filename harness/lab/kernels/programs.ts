import { spawn as startChild } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import spawn, { SubprocessError } from 'nano-spawn';
import { failure, notPossible } from '../../errors.js';
import { commandEnvironment } from '../../testbed/command.js';

/** Debian's package for each program of the lab. */
export const labPackageOf = {
  'apt-cache': 'apt',
  'apt-get': 'apt',
  'dpkg-deb': 'dpkg',
  gzip: 'gzip',
  ldd: 'libc-bin',
  lz4: 'lz4',
  'qemu-system-x86_64': 'qemu-system-x86',
  strip: 'binutils',
  tar: 'tar',
  xz: 'xz-utils',
  zstd: 'zstd',
} as const;
export type LabProgram = keyof typeof labPackageOf;

export interface ProgramOptions {
  signal?: AbortSignal;
  /** The working directory. */
  folder?: string;
  /** File descriptor that takes the standard output, which is then not returned. */
  output?: number;
}

/** Lines of standard error that a message repeats. */
const repeatedLines = 3;
/** Characters of a command that a message repeats. */
const shownCommand = 160;

/**
 * Runs a program to its end; no shell reads its arguments.
 *
 * @returns its standard output
 * @throws exit code 4 when it is not installed (names the package); exit code 1 when it fails, with its last words;
 * the signal's reason when that stopped it
 */
export async function runProgram(
  program: LabProgram,
  args: readonly string[],
  { signal, folder, output }: ProgramOptions = {},
): Promise<string> {
  signal?.throwIfAborted();
  try {
    const result = await spawn(program, args, {
      stdin: 'ignore',
      stdout: output ?? 'pipe',
      env: commandEnvironment,
      ...(signal && { signal }),
      ...(folder !== undefined && { cwd: folder }),
    });
    return result.stdout;
  } catch (error) {
    signal?.throwIfAborted();
    throw programError(program, error);
  }
}

export interface Piped {
  program: LabProgram;
  args: readonly string[];
}

/**
 * Runs two programs, the second of which reads what the first writes: as much as it likes.
 *
 * @throws as runProgram, for the program that failed first
 */
export async function runPiped(from: Piped, to: Piped, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const options = { env: commandEnvironment, signal };
  // Not nano-spawn's pipe(): it reads what flows as UTF-8, and keeps it.
  const source = startChild(from.program, from.args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  const sink = spawn(to.program, to.args, { ...options, stdin: 'pipe', stdout: 'ignore' });
  const flow = sink.nodeChildProcess
    .then((child) => child.stdin && pipeline(source.stdout, child.stdin))
    // Whichever end broke it says why itself; a source that nobody reads must not wait for ever.
    .catch(() => source.stdout.destroy());
  const sinkEnd = sink.then(
    () => null,
    (error: unknown) => programError(to.program, error),
  );
  const [sourceError, sinkError] = await Promise.all([endOf(source, from), sinkEnd, flow]);
  signal.throwIfAborted();
  const first = sinkError !== null && sourceError?.message.includes('Broken pipe') ? sinkError : sourceError;
  const error = first ?? sinkError;
  if (error !== null) throw error;
}

/** How a program ended; null: well. */
function endOf(child: ChildProcessByStdio<null, Readable, Readable>, { program, args }: Piped): Promise<Error | null> {
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  return new Promise((resolve) => {
    child.once('error', (error) => {
      resolve(startError(program, error) ?? failure(`${program} cannot be run`, undefined, error));
    });
    child.once('close', (code, signalName) => {
      const how = signalName === 'SIGPIPE' ? 'Broken pipe' : (signalName ?? `exit code ${String(code)}`);
      resolve(code === 0 ? null : failure(failureText([program, ...args].join(' '), how, said)));
    });
  });
}

function programError(program: LabProgram, error: unknown): Error {
  if (!(error instanceof SubprocessError)) return failure(`${program} cannot be run`, undefined, error);
  const how = error.signalName ?? `exit code ${String(error.exitCode)}`;
  return (
    startError(program, error.cause) ?? failure(failureText(error.command, how, error.stderr), undefined, error.cause)
  );
}

/** For a program that could not be started because it is not there. */
function startError(program: LabProgram, cause: unknown): Error | null {
  const code = cause instanceof Error && 'code' in cause ? cause.code : null;
  if (code !== 'ENOENT' && code !== 'EACCES') return null;
  const install = `install it: apt-get install ${labPackageOf[program]}`;
  return notPossible(`the program ${program} is not installed`, install, cause);
}

function failureText(command: string, how: string, stderr: string): string {
  const shown = command.length > shownCommand ? `${command.slice(0, shownCommand)} ...` : command;
  const said = stderr.trim().split('\n').slice(-repeatedLines).join('; ');
  return `${shown} failed (${how})${said === '' ? '' : `: ${said}`}`;
}
