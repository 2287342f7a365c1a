// SPDX-License-Identifier: GPL-2.0-only
import { ensureTools } from './apt.mjs';
import { build, nothingToBuild } from './build.mjs';
import { withLock } from './lock.mjs';
import { buildAsOwner, otherOwner } from './owner.mjs';
import { purposes } from './purposes.mjs';
import { SetupError } from './say.mjs';
import { root } from './steps.mjs';
import { missingTools } from './tools.mjs';

function parse(args) {
  const [flag, purpose = ''] = args.length === 0 ? ['--for', 'setup'] : args;
  if (flag !== '--for' || !Object.hasOwn(purposes, purpose) || args.length > 2) {
    const known = Object.keys(purposes).join(', ');
    throw new SetupError(`set-up: usage: node scripts/setup.mjs [--for PURPOSE]; a purpose is one of: ${known}`, 2);
  }
  return purpose;
}

function requireRoot(command) {
  if (command === undefined || process.getuid() === 0) return;
  throw new SetupError(
    `pktpath needs root to attach probes and make network namespaces. Run: sudo env "PATH=$PATH" ${command}`,
    4,
  );
}

async function setUp(purpose) {
  const { stepTools, tools, asRoot } = purposes[purpose];
  requireRoot(asRoot);
  if (nothingToBuild(purpose) && (await missingTools(tools)).length === 0) return;
  await withLock(root, async () => {
    // Asked again: another set-up may have done it all while this one waited.
    const toBuild = !nothingToBuild(purpose);
    await ensureTools([...(toBuild ? stepTools : []), ...tools]);
    if (!toBuild) return;
    const owner = otherOwner(root);
    await (owner === undefined ? build(purpose) : buildAsOwner(owner, purpose));
  });
}

/**
 * @param {string[]} args command line
 * @returns {Promise<number>} exit code
 */
export async function main(args) {
  try {
    await setUp(parse(args));
    return 0;
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return error.exitCode;
  }
}
