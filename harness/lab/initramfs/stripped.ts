import { join } from 'node:path';
import { z } from 'zod';
import { ExitCode, PktpathError } from '../../errors.js';
import { digestOfFile } from '../cache/digest.js';
import { makeEntry, openEntry } from '../cache/entry.js';
import { runProgram } from '../kernels/programs.js';

const AboutStripped = z.object({ kind: z.literal('stripped') });
const stripArgs = ['--strip-unneeded', '-o'];

/**
 * A copy of a program or library without its symbols and its debugging information, from the cache. The code is the
 * same. Of Node.js and our native part, that is a fifth of the whole image: less to copy into the guest, and to save
 * with it.
 *
 * @returns the file itself on a machine without strip
 * @throws exit code 1
 */
export async function stripped(file: string, cache: string): Promise<string> {
  const folder = join(cache, 'stripped', await digestOfFile(file));
  const make = async (made: string): Promise<z.infer<typeof AboutStripped>> => {
    await runProgram('strip', [...stripArgs, join(made, 'file'), file]);
    return { kind: 'stripped' };
  };
  try {
    const entry = await openEntry(folder, AboutStripped, () => undefined);
    return join((entry ?? (await makeEntry(folder, AboutStripped, make))).folder, 'file');
  } catch (error) {
    if (error instanceof PktpathError && error.exitCode === ExitCode.notPossible) return file;
    throw error;
  }
}
