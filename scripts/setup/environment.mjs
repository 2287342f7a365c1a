// SPDX-License-Identifier: GPL-2.0-only

/** npm settings that concern how packages are reached; all others could change what `npm ci` does here. */
const keptNpmSettings = new Set([
  'ca',
  'cache',
  'cafile',
  'cert',
  'fetch_retries',
  'fetch_retry_maxtimeout',
  'fetch_retry_mintimeout',
  'fetch_timeout',
  'globalconfig',
  'https_proxy',
  'key',
  'noproxy',
  'offline',
  'omit_lockfile_registry_resolved',
  'prefer_offline',
  'proxy',
  'registry',
  'strict_ssl',
  'userconfig',
]);

function keep(name) {
  const lower = name.toLowerCase();
  if (lower.startsWith('npm_config_'))
    return keptNpmSettings.has(lower.slice('npm_config_'.length).replaceAll('-', '_'));
  // NODE_ENV=production makes npm leave out the compiler; the rest describes the script that npm is running now.
  return lower !== 'node_env' && lower !== 'init_cwd' && !/^npm_(package|lifecycle|command|node)_?/.test(lower);
}

/** An ordinary user's PATH on Debian lacks the folders of ip, tc, ethtool and of dpkg's own helpers. */
function withSystemFolders(path = '') {
  const folders = path.split(':').filter((folder) => folder !== '');
  for (const folder of ['/usr/local/sbin', '/usr/sbin', '/usr/bin', '/sbin', '/bin']) {
    if (!folders.includes(folder)) folders.push(folder);
  }
  return folders.join(':');
}

/**
 * The environment for the commands of the set-up, free of what npm and the user's shell set for other purposes.
 * @param {NodeJS.ProcessEnv} from
 * @returns {NodeJS.ProcessEnv}
 */
export function cleanEnvironment(from = process.env) {
  const kept = Object.entries(from).filter(([name]) => keep(name));
  return { ...Object.fromEntries(kept), PATH: withSystemFolders(from.PATH) };
}
