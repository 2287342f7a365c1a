// SPDX-License-Identifier: GPL-2.0-only
import { existsSync, readFileSync } from 'node:fs';
import { release } from 'node:os';
import { cleanEnvironment } from './environment.mjs';
import { run } from './command.mjs';
import { headersAreAtHand, nodeIsPackaged } from './node-headers.mjs';

/**
 * @typedef {object} Tool
 * @property {string} name
 * @property {string} why what it is needed for, completing "NAME: ..."
 * @property {string} package the Debian and Ubuntu package that has it
 * @property {() => Promise<boolean>} works asks by use, never by version of the system or by the package's name
 * @property {string} [note] said when it cannot be had
 * @property {boolean} [optional] the program behind the set-up does without it, and says so itself
 */

/** A probe that runs a command: exit code 0 is yes. */
const runs = (file, args, input) => async () =>
  (await run(file, args, { env: cleanEnvironment(), ...(input === undefined ? {} : { input }) })).code === 0;

const [cxx, ...cxxFlags] = (process.env.CXX ?? 'g++').split(/\s+/);

/** Ubuntu packages perf once for each kernel, Debian once. */
function perfPackage() {
  const system = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '';
  return /^ID=ubuntu$/m.test(system) ? `linux-tools-${release()}` : 'linux-perf';
}

/** What the build steps need. @type {Tool[]} */
export const buildTools = [
  {
    name: 'g++',
    why: 'compiles the native addon, C++20',
    package: 'g++',
    works: runs(
      cxx,
      [...cxxFlags, '-std=c++20', '-fsyntax-only', '-x', 'c++', '-'],
      '#include <concepts>\nstatic_assert(std::integral<int>);\n',
    ),
  },
  { name: 'make', why: 'builds the addon and the eBPF probes', package: 'make', works: runs('make', ['--version']) },
  {
    name: 'pkg-config',
    why: 'finds libbpf and libpcap',
    package: 'pkg-config',
    works: runs('pkg-config', ['--version']),
  },
  {
    name: 'python3',
    why: 'node-gyp, which builds the addon, runs on it',
    package: 'python3',
    works: runs('python3', ['-c', 'import sys, json, subprocess; sys.exit(sys.version_info < (3, 8))']),
  },
  {
    name: 'clang with the bpf target',
    why: 'compiles the eBPF probes',
    package: 'clang',
    works: runs(
      'clang',
      ['--target=bpf', '-mcpu=v3', '-O2', '-g', '-c', '-o', '/dev/null', '-x', 'c', '-'],
      'int probe(void *context) { return context != 0; }\n',
    ),
  },
  {
    name: 'libbpf 1.1 or newer, with headers',
    why: 'loads the eBPF probes',
    package: 'libbpf-dev',
    works: runs('pkg-config', ['--exists', 'libbpf >= 1.1']),
    note: 'Debian 12, Ubuntu 24.04 and later have libbpf 1.1',
  },
  {
    name: 'libpcap with headers',
    why: 'is one of the measured paths',
    package: 'libpcap-dev',
    works: runs('pkg-config', ['--exists', 'libpcap']),
  },
  {
    name: `headers of Node ${process.versions.node}`,
    why: 'the native addon is compiled against them',
    package: 'libnode-dev',
    // Only a packaged Node without headers lacks them; for any other, node-gyp downloads those of its version.
    works: async () => headersAreAtHand() || !nodeIsPackaged(),
  },
];

/** What a run needs. @type {Tool[]} */
export const runTools = [
  {
    name: 'ip',
    why: 'makes the network namespaces and veth pairs',
    package: 'iproute2',
    works: runs('ip', ['-json', 'netns', 'list']),
  },
  {
    name: 'ethtool',
    why: 'sets and records the offloads of the interfaces',
    package: 'ethtool',
    works: runs('ethtool', ['--version']),
  },
];

/** What the tests need beyond a run. @type {Tool[]} */
export const testTools = [
  {
    name: 'tcpdump',
    why: 'counts the packets independently in the live tests',
    package: 'tcpdump',
    works: runs('tcpdump', ['--version']),
  },
];

/** Programs that can send in place of pktpath's own generators. @type {Tool[]} */
export const senderTools = [
  {
    name: 'trafgen',
    package: 'netsniff-ng',
    // it tells its version and leaves with 1
    works: async () => (await run('trafgen', ['--version'], { env: cleanEnvironment() })).output.startsWith('trafgen '),
  },
  { name: 'tcpreplay', package: 'tcpreplay', works: runs('tcpreplay', ['--version']) },
  { name: 'iperf3', package: 'iperf3', works: runs('iperf3', ['--version']) },
].map((tool) => ({ ...tool, why: 'sends in place of the built-in generators', optional: true }));

/** What the lab boots kernels with. @type {Tool[]} */
export const labTools = [
  {
    name: 'qemu-system-x86_64',
    why: 'boots the kernels of the lab',
    package: 'qemu-system-x86',
    works: runs('qemu-system-x86_64', ['--version']),
  },
  {
    name: 'busybox',
    why: 'is the shell of the lab’s guests',
    package: 'busybox-static',
    works: runs('busybox', ['true']),
  },
  { name: 'xz', why: 'unpacks kernels and modules', package: 'xz-utils', works: runs('xz', ['--version']) },
  { name: 'zstd', why: 'unpacks kernels', package: 'zstd', works: runs('zstd', ['--version']) },
  { name: 'lz4', why: 'unpacks kernels', package: 'lz4', works: runs('lz4', ['--version']) },
].map((tool) => ({ ...tool, optional: true }));

/** Other versions format differently, so the version belongs to the check. @type {Tool[]} */
export const lintTools = [
  {
    name: 'clang-format 14',
    why: 'checks the format of C and C++',
    package: 'clang-format-14',
    works: runs('clang-format-14', ['--version']),
    optional: true,
  },
];

/** What `npm run bench` compares with. @type {Tool[]} */
export const benchTools = [
  {
    name: 'bpftrace',
    why: 'is compared with in the probe cost benchmark',
    package: 'bpftrace',
    works: runs('bpftrace', ['--version']),
    optional: true,
  },
  {
    name: 'perf',
    why: 'is compared with in the probe cost benchmark',
    package: perfPackage(),
    works: runs('perf', ['version']),
    optional: true,
  },
];

/**
 * @param {Tool[]} tools
 * @returns {Promise<Tool[]>} those that do not work here
 */
export async function missingTools(tools) {
  const works = await Promise.all(tools.map((tool) => tool.works()));
  return tools.filter((_, index) => !works[index]);
}
