import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

function findRoot(start: string): string {
  for (let dir = start; ; dir = dirname(dir)) {
    if (existsSync(join(dir, 'package.json'))) return dir;
    if (dir === dirname(dir)) throw new Error(`no package.json above ${start}`);
  }
}

/** The folder that holds package.json; native/build and kernel-probes/build lie below it. */
export const projectRoot = findRoot(dirname(fileURLToPath(import.meta.url)));
