// SPDX-License-Identifier: GPL-2.0-only
import { spawnSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { cleanEnvironment } from './environment.mjs';
import { SetupError, say } from './say.mjs';

const waitSeconds = 15 * 60;

/**
 * Holds the checkout for this set-up while `work` runs. The lock is flock(2) on the checkout's folder, taken by
 * flock(1) on our descriptor: it belongs to the open file, so it outlives flock(1), and the kernel drops it with this
 * process however that ends.
 * @template T
 * @param {string} root
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(root, work) {
  const folder = openSync(root, 'r');
  const flock = (...args) =>
    spawnSync('flock', ['--exclusive', ...args, '3'], {
      env: cleanEnvironment(),
      stdio: ['ignore', 'ignore', 'pipe', folder],
      encoding: 'utf8',
    });
  try {
    let attempt = flock('--nonblock');
    if (attempt.status === 1) {
      say(`another set-up works in ${root}; waiting for it, at most ${waitSeconds / 60} minutes`);
      attempt = flock('--wait', String(waitSeconds));
      if (attempt.status === 1) {
        throw new SetupError(
          `another set-up has held ${root} for ${waitSeconds / 60} minutes: end it and try again`,
          1,
        );
      }
    }
    // No flock(1), or a file system without locks.
    if (attempt.status !== 0)
      say(`no lock on ${root} (${attempt.error?.message ?? attempt.stderr.trim()}): going on without`);
    return await work();
  } finally {
    closeSync(folder);
  }
}
