import { runProgram } from '../kernels/programs.js';

export const qemu = 'qemu-system-x86_64';

let asked: Promise<string> | undefined;

/** Asked once. @throws PktpathError (not possible) when QEMU is not installed */
export async function qemuVersion(): Promise<string> {
  asked ??= runProgram(qemu, ['--version']);
  try {
    const text = await asked;
    return /version (\S+)/.exec(text)?.[1] ?? text.split('\n')[0] ?? 'unknown';
  } catch (error) {
    asked = undefined;
    throw error;
  }
}
