import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Long enough for any value that belongs in a record; a boot command line has 4096 at most. */
const longest = 4096;

/**
 * What the kernel tells through /proc, /sys and /boot. A file that is not there or may not be read is null: kernels
 * and machines differ in what they have, and none of it is required.
 */
export class SystemFiles {
  /** @param root '/' for this machine; a folder with such a tree for another one's */
  constructor(private readonly root = '/') {}

  async bytes(path: string): Promise<Buffer | null> {
    return readFile(join(this.root, path)).catch(() => null);
  }

  async text(path: string): Promise<string | null> {
    return (await this.bytes(path))?.toString('utf8') ?? null;
  }

  /** A value of one line, made safe to print. */
  async value(path: string): Promise<string | null> {
    const text = await this.text(path);
    return text === null ? null : printable(text);
  }

  /** Names in a folder, sorted; empty when it is not there. */
  async list(path: string): Promise<string[]> {
    return (await readdir(join(this.root, path)).catch(() => [])).sort();
  }
}

/** Turns control characters, terminal escapes among them, and runs of blanks into one blank, and cuts the length. */
export function printable(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim()
    .slice(0, longest);
}
