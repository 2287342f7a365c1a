// SPDX-License-Identifier: GPL-2.0-only
// The steps that write into the checkout. Runs in the set-up's process, or as a program under the owner's uid.
import { accessSync, constants, realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { purposes } from './purposes.mjs';
import { SetupError, timed } from './say.mjs';
import { Stamp } from './stamp.mjs';
import { root } from './steps.mjs';

function isDone(step, stamp) {
  return step.isThere() && stamp.get(step.name) === step.digest();
}

/**
 * @param {string} purpose
 * @returns {boolean} whether no step has anything to do; reads only
 */
export function nothingToBuild(purpose) {
  const stamp = new Stamp(root);
  return purposes[purpose].steps.every((step) => isDone(step, stamp));
}

/** @param {string} purpose */
export async function build(purpose) {
  try {
    accessSync(root, constants.W_OK);
  } catch {
    throw new SetupError(`set-up: cannot build in ${root}: not writable for uid ${process.getuid()}`, 4);
  }
  const stamp = new Stamp(root);
  for (const step of purposes[purpose].steps) {
    if (isDone(step, stamp)) continue;
    // A step that fails half-way may have changed its result already.
    stamp.set(step.name, undefined);
    const before = step.digest();
    await timed(step.title, () => step.work());
    stamp.set(step.name, before);
  }
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  try {
    await build(process.argv[2]);
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = error.exitCode;
  }
}
