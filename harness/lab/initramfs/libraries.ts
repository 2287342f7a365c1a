import { dirname } from 'node:path';
import { failure } from '../../errors.js';
import { runProgram } from '../kernels/programs.js';

/** What a program needs besides itself. */
export interface Libraries {
  /** Shared libraries and the ELF interpreter, where the dynamic loader looks for them. */
  paths: string[];
  /** The folders of the libraries, for LD_LIBRARY_PATH: the guest has no cache of ldconfig's. */
  folders: string[];
}

/**
 * The shared libraries of programs and libraries, all the way down, by ldd; it runs the programs' own loader, so they
 * must be ones that are trusted.
 *
 * @throws exit code 1 when one of them is missing
 */
export async function librariesOf(files: readonly string[]): Promise<Libraries> {
  const found = await Promise.all(files.map(async (file) => parseLdd(file, await runLdd(file))));
  const paths = [...new Set(found.flat())].sort();
  return { paths, folders: [...new Set(paths.filter((path) => !/\/ld-linux[^/]*$/.test(path)).map(dirname))] };
}

/** @param text what ldd printed of a file */
export function parseLdd(file: string, text: string): string[] {
  return text.split('\n').flatMap((line) => {
    const missing = /^\s*(\S+) => not found/.exec(line)?.[1];
    if (missing !== undefined) throw failure(`${file} needs the library ${missing}, which is not there`);
    return /^\s*(?:\S+ => )?(\/\S+) \(0x[0-9a-f]+\)$/.exec(line)?.[1] ?? [];
  });
}

/** ldd fails on a static program, which needs nothing; its exit code is the same for what is no program. */
async function runLdd(file: string): Promise<string> {
  try {
    return await runProgram('ldd', [file]);
  } catch (error) {
    if (error instanceof Error && error.message.includes('not a dynamic executable')) return '';
    throw error;
  }
}
