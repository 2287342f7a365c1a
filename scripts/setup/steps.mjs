// SPDX-License-Identifier: GPL-2.0-only
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mustRun } from './command.mjs';
import { cleanEnvironment } from './environment.mjs';
import { headersPrefix } from './node-headers.mjs';
import { SetupError } from './say.mjs';
import { digest, filesBelow } from './stamp.mjs';
import { compile, compiledAreComplete, sourcesOf } from './typescript.mjs';

/**
 * @typedef {object} Step
 * @property {string} name its key in the stamp
 * @property {string} title
 * @property {() => string} digest of all that its result depends on
 * @property {() => boolean} isThere whether its result exists
 * @property {() => Promise<void>} work
 */

/** The checkout. */
export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
const at = (...parts) => join(root, ...parts);
const options = () => ({ cwd: root, env: cleanEnvironment() });
const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'));

/** What compiled code depends on besides its sources: a checkout can be mounted into another system. */
function machine() {
  const system = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '';
  return [process.arch, system, process.env.CXX ?? ''];
}

/** `npm` is the one that runs us, or the one in PATH. */
function npm(...args) {
  const running = process.env.npm_execpath ?? '';
  const isNpm = /^(npm|npx)-cli\.js$/.test(basename(running));
  return isNpm ? mustRun(process.execPath, [running, ...args], options()) : mustRun('npm', args, options());
}

/** @type {Step} */
const dependencies = {
  name: 'dependencies',
  title: 'npm packages (npm ci)',
  digest: () => {
    const { dependencies, devDependencies } = readJson(at('package.json'));
    const facts = [process.arch, JSON.stringify([dependencies, devDependencies])];
    return digest(root, [at('package-lock.json')], facts);
  },
  isThere: () => existsSync(at('node_modules/.package-lock.json')),
  // No package of ours needs a script at installation, so none may run one.
  work: () => npm('ci', '--include=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'),
};

/** @type {Step} */
const probes = {
  name: 'probes',
  title: 'eBPF probes (clang)',
  digest: () => {
    const sources = filesBelow(at('kernel-probes'), (name) => /\.[ch]$/.test(name));
    return digest(root, [at('kernel-probes/Makefile'), ...sources], machine());
  },
  isThere: () => filesBelow(at('kernel-probes/build'), (name) => name.endsWith('.bpf.o')).length > 0,
  work: () => mustRun('make', ['-C', 'kernel-probes'], options()),
};

async function buildAddon() {
  const prefix = headersPrefix();
  const args = ['configure', 'build', '-C', 'native', '-j', 'max', ...(prefix ? [`--nodedir=${prefix}`] : [])];
  try {
    await mustRun(process.execPath, [at('node_modules/node-gyp/bin/node-gyp.js'), ...args], options());
  } catch (error) {
    if (prefix !== undefined) throw error;
    const hint =
      `node-gyp had to download the headers of Node ${process.versions.node}, for there are none beside ` +
      `${process.execPath}. If that failed: a Node from NodeSource or nodejs.org brings its headers, or set ` +
      'npm_package_config_node_gyp_nodedir to a folder that has include/node';
    throw new SetupError(`${error.message}\nset-up: ${hint}`, error.exitCode);
  }
}

/** @type {Step} */
const addon = {
  name: 'addon',
  title: 'native addon (node-gyp)',
  digest: () => {
    const sources = filesBelow(at('native/src'), (name) => /\.(cc|h)$/.test(name));
    const shared = filesBelow(at('kernel-probes'), (name) => name.endsWith('.h'));
    const versions = [at('node_modules/node-addon-api/package.json'), at('node_modules/node-gyp/package.json')];
    return digest(root, [at('native/binding.gyp'), ...sources, ...shared, ...versions], machine());
  },
  isThere: () => existsSync(at('native/build/Release/pktpath_native.node')),
  work: buildAddon,
};

/** @type {Step} */
const emulator = {
  name: 'emulator',
  title: 'QEMU plugin (gcc)',
  digest: () => {
    const sources = filesBelow(at('native/emulator'), (name) => /\.[ch]$/.test(name));
    return digest(root, [at('native/emulator/Makefile'), ...sources], machine());
  },
  isThere: () => existsSync(at('native/emulator/build/pktpath_emulator.so')),
  work: () => mustRun('make', ['-C', 'native/emulator'], options()),
};

/** @type {Step} */
const typescript = {
  name: 'typescript',
  title: 'TypeScript (tsc)',
  digest: () => digest(root, [at('tsconfig.json'), at('node_modules/typescript/package.json'), ...sourcesOf(root)], []),
  isThere: () => compiledAreComplete(root),
  work: () => compile(root, options()),
};

/** In the order in which they build on each other. */
export const everyStep = [dependencies, probes, addon, emulator, typescript];
export const packagesOnly = [dependencies];
