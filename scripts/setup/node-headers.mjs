// SPDX-License-Identifier: GPL-2.0-only
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A folder given by hand, under the names that npm and node-gyp use for it. */
function configuredFolder() {
  return process.env.npm_package_config_node_gyp_nodedir ?? process.env.npm_config_nodedir;
}

function holdsOurHeaders(prefix) {
  try {
    const text = readFileSync(join(prefix, 'include/node/node_version.h'), 'utf8');
    const major = /#define NODE_MAJOR_VERSION (\d+)/.exec(text)?.[1];
    return major === process.versions.node.split('.')[0];
  } catch {
    return false;
  }
}

/**
 * Where the headers of this Node are, as node-gyp's --nodedir wants it: beside the program (NodeSource, nvm, tarballs,
 * Debian's libnode-dev), or where the user's npm says. Without --nodedir node-gyp downloads them.
 * @returns {string | undefined}
 */
export function headersPrefix() {
  const beside = dirname(dirname(process.execPath));
  return holdsOurHeaders(beside) ? beside : configuredFolder();
}

/** @returns {boolean} */
export function headersAreAtHand() {
  return headersPrefix() !== undefined;
}

/** @returns {boolean} whether dpkg installed this Node: then a package has its headers too */
export function nodeIsPackaged() {
  return spawnSync('dpkg', ['-S', process.execPath], { stdio: 'ignore' }).status === 0;
}
