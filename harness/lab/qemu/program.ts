import spawn, { SubprocessError } from 'nano-spawn';
import { failure, notPossible } from '../../errors.js';

export const qemu = 'qemu-system-x86_64';

/** @throws PktpathError (not possible) when QEMU is not installed */
export async function qemuVersion(): Promise<string> {
  try {
    const { stdout } = await spawn(qemu, ['--version']);
    return /version (\S+)/.exec(stdout)?.[1] ?? stdout.split('\n')[0] ?? 'unknown';
  } catch (error) {
    const cause = error instanceof SubprocessError ? error.cause : error;
    const code = cause instanceof Error && 'code' in cause ? cause.code : null;
    if (code === 'ENOENT' || code === 'EACCES') {
      throw notPossible(`${qemu} is not installed`, 'install it: apt-get install qemu-system-x86', error);
    }
    throw failure(`${qemu} cannot be run`, undefined, error);
  }
}
