import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { notPossible } from '../../harness/errors.js';
import { commandEnvironment } from '../../harness/testbed/command.js';

/** @throws PktpathError (not possible) that names the package when no folder of PATH has the program */
export async function requireProgram(program: string, packages: string): Promise<void> {
  const folders = commandEnvironment.PATH.split(':').filter((folder) => folder !== '');
  const tries = folders.map((folder) => access(join(folder, program), constants.X_OK));
  const found = (await Promise.allSettled(tries)).some(({ status }) => status === 'fulfilled');
  if (!found) throw notPossible(`${program} is not installed: apt-get install ${packages}`);
}
