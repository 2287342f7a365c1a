import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { projectRoot } from '../../harness/root.js';
import type { Context, Runnable, Suite, Test } from 'mocha';

/** What a skipped test, or all tests of a skipped suite, would have needed. */
const needed = new WeakMap<Runnable | Suite, string>();

/**
 * Skips the test, or from a hook the tests that the hook is for, unless this machine can do what they need.
 *
 * @param context the `this` of the test or hook
 * @param name what is needed, as the closing list of skipped tests shall name it, e.g. "root"
 * @param ok whether this machine has it
 */
export function requireCapability(context: Context, name: string, ok: boolean): void {
  if (ok) return;
  const runnable = context.runnable();
  // What a hook needs, all tests of its suite need.
  needed.set('type' in runnable && runnable.type === 'hook' ? (runnable.parent ?? runnable) : runnable, name);
  context.skip();
}

/** Whether the tests run as root. */
export const isRoot = process.getuid?.() === 0;

const nobody = 65534;

/**
 * Skips unless the tests may become another user, and that user can read this checkout (a clone below a home folder
 * that only its owner may enter cannot be run by anyone else).
 */
export function requireOtherUser(context: Context): void {
  requireCapability(context, 'root', isRoot);
  const readable = spawnSync('test', ['-r', join(projectRoot, 'package.json')], { uid: nobody, gid: nobody, cwd: '/' });
  requireCapability(context, 'a checkout that other users can read', readable.status === 0);
}

/** @returns the capability that a skipped test named, itself or through its suites; undefined when none did */
export function missingCapability(test: Test): string | undefined {
  const own = needed.get(test);
  if (own !== undefined) return own;
  for (let suite = test.parent; suite !== undefined; suite = suite.parent) {
    const name = needed.get(suite);
    if (name !== undefined) return name;
  }
  return undefined;
}
