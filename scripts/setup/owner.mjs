// SPDX-License-Identifier: GPL-2.0-only
import { chownSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './command.mjs';
import { SetupError } from './say.mjs';

/**
 * Whom the checkout belongs to, when that is not the root who runs us.
 * @param {string} root
 * @returns {{ uid: number, gid: number } | undefined}
 */
export function otherOwner(root) {
  const { uid, gid } = statSync(root);
  return process.getuid() === 0 && uid !== 0 ? { uid, gid } : undefined;
}

function accountOf(uid) {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.split(':')[2] === String(uid));
  const [name, , , , , home] = line?.split(':') ?? [];
  return { name, home };
}

function usableHome(home, uid) {
  return home !== undefined && existsSync(home) && statSync(home).uid === uid;
}

/**
 * Builds as the owner of the checkout, so that no file in it ends up owned by root, and no npm package runs as root.
 * @param {{ uid: number, gid: number }} owner
 * @param {string} purpose
 */
export async function buildAsOwner(owner, purpose) {
  const { name, home } = accountOf(owner.uid);
  const temporaryHome = usableHome(home, owner.uid) ? undefined : mkdtempSync(join(tmpdir(), 'pktpath-setup-'));
  if (temporaryHome !== undefined) chownSync(temporaryHome, owner.uid, owner.gid);

  const env = { ...process.env, HOME: temporaryHome ?? home, USER: name ?? '', LOGNAME: name ?? '' };
  // Root's own npm files are closed to the owner.
  delete env.npm_config_userconfig;
  delete env.npm_config_cache;
  try {
    const script = fileURLToPath(new URL('./build.mjs', import.meta.url));
    const { code, output } = await run(process.execPath, [script, purpose], { ...owner, env, inherit: true });
    if (code === 0) return;
    const who = name ?? `uid ${owner.uid}`;
    const why =
      code >= 126 && output !== '' ? `: ${output}; can ${who} read ${process.execPath} and the checkout?` : '';
    throw new SetupError(`set-up: building as ${who}, who owns the checkout, failed${why}`, 1);
  } finally {
    if (temporaryHome !== undefined) rmSync(temporaryHome, { recursive: true, force: true });
  }
}
