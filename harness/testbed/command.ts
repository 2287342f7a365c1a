import spawn, { SubprocessError } from 'nano-spawn';
import { failure, notPossible } from '../errors.js';

/** Debian's package for each program that pktpath runs. */
export const packageOf = { ip: 'iproute2', ethtool: 'ethtool' } as const;
export type Program = keyof typeof packageOf;

/** `ip` and `ethtool` lie in /usr/sbin, which Debian leaves out of an ordinary user's PATH. */
export const commandEnvironment = {
  PATH: `${process.env['PATH'] ?? '/usr/bin:/bin'}:/usr/sbin:/sbin`,
  LC_ALL: 'C',
};

/** None of these commands takes long; one that does hangs on a lock of the kernel's. */
const timeoutMs = 20_000;

/**
 * Runs a program with its arguments; no shell reads them.
 *
 * @param input given to its standard input, e.g. the commands of `ip -batch -`
 * @returns its standard output
 * @throws exit code 4 when the program is not installed (names the package); exit code 1 when it fails
 */
export async function run(program: Program, args: readonly string[], input = ''): Promise<string> {
  try {
    const result = await spawn(program, args, {
      stdin: { string: input },
      env: commandEnvironment,
      timeout: timeoutMs,
    });
    return result.stdout;
  } catch (error) {
    throw commandError(program, args, error);
  }
}

/** Says what failed, on what and why, for a program that could not be started or that failed. */
export function commandError(program: Program, args: readonly string[], error: unknown): Error {
  const failed = error instanceof SubprocessError ? error : null;
  const cause = failed === null ? error : failed.cause;
  const code = cause instanceof Error && 'code' in cause ? cause.code : null;
  // EACCES also when it is nowhere and PATH holds a folder that this user may not look into: execvp(3).
  if (code === 'ENOENT' || code === 'EACCES') {
    return notPossible(
      `the program ${program} is not installed${code === 'EACCES' ? ', or this user may not run it' : ''}`,
      `install it: apt-get install ${packageOf[program]}`,
      cause,
    );
  }
  const command = [program, ...args].join(' ');
  const how = failed?.signalName ?? (failed?.exitCode === undefined ? null : `exit code ${String(failed.exitCode)}`);
  const said = failed?.stderr.trim().split('\n').slice(-3).join('; ') ?? '';
  return failure(
    `${command} failed${how === null ? '' : ` (${how})`}${said === '' ? '' : `: ${said}`}`,
    undefined,
    cause,
  );
}
