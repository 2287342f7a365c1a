import { open } from 'node:fs/promises';
import type { LabProgram } from './programs.js';
import { runProgram } from './programs.js';

/** A way of packing, and the program that undoes it. */
export interface Packing {
  program: LabProgram;
  args: readonly string[];
}

/** By what a packed file's name ends with. */
export const packings: Record<'xz' | 'zst' | 'gz' | 'lz4', Packing> = {
  xz: { program: 'xz', args: ['-dc', '--format=xz'] },
  zst: { program: 'zstd', args: ['-dcq'] },
  gz: { program: 'gzip', args: ['-dc'] },
  lz4: { program: 'lz4', args: ['-dcq'] },
};

/** Unpacks a file into another, which must not be there. @throws exit code 1 or 4, see runProgram */
export async function unpackFile(packing: Packing, from: string, to: string, signal?: AbortSignal): Promise<void> {
  const output = await open(to, 'wx');
  try {
    await runProgram(packing.program, [...packing.args, from], { output: output.fd, ...(signal && { signal }) });
  } finally {
    await output.close();
  }
}
