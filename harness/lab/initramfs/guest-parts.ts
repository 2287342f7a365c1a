import { access, constants, readdir } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import { failure, notPossible } from '../../errors.js';
import { commandEnvironment } from '../../testbed/command.js';
import type { KernelImage } from '../kernels/kernel-image.js';
import type { ModuleFile } from '../kernels/modules.js';
import { importsOf, packageFiles } from './imports.js';
import { initScript, mountPoints } from './init-script.js';
import { librariesOf } from './libraries.js';
import { joinParts } from './parts.js';
import type { Parts } from './parts.js';
import { stripped } from './stripped.js';

/** Where the project lies in the guest. */
const guestProject = '/pktpath';
/** The program that answers the host, below the project. */
const agent = 'dist/harness/lab/guest/agent.js';
const addon = 'native/build/Release/pktpath_native.node';
const probes = 'kernel-probes/build';

/** Host programs that the guest has, where it has them, and Debian's package of each. */
const programs = [
  { name: 'busybox', path: '/bin/busybox', package: 'busybox-static' },
  { name: 'ip', path: '/usr/sbin/ip', package: 'iproute2' },
  { name: 'ethtool', path: '/usr/sbin/ethtool', package: 'ethtool' },
];

/** For whoever looks into the guest; busybox's shell needs no names for what it has in itself. */
const applets = ['sh', 'mount', 'umount', 'insmod', 'mkdir', 'cat', 'ls', 'ps', 'dmesg', 'sleep', 'poweroff'];

/**
 * All that the guest needs: a shell, Node.js, the programs that the harness runs, the project as far as the agent imports
 * it, with the native part and the probes, and the modules, which /init puts into the kernel in this order.
 *
 * @param project the folder that has package.json, built
 * @param cache where stripped copies are kept
 * @throws exit code 4 for a program that is not installed; exit code 1 when something is not built
 */
export async function guestParts(
  kernel: KernelImage,
  modules: readonly ModuleFile[],
  project: string,
  cache: string,
): Promise<Parts> {
  const found = await Promise.all(
    programs.map(async (program) => ({ ...program, source: await findProgram(program) })),
  );
  const [busybox, ...dynamic] = found.map(({ source }) => source);
  if (busybox !== undefined && (await librariesOf([busybox])).paths.length > 0) {
    throw notPossible(`${busybox} is not a static program`, 'install one that is: apt-get install busybox-static');
  }
  const native = join(project, addon);
  await access(native).catch((error: unknown) => {
    throw failure(`${native} is not built`, 'build it: npm run setup', error);
  });
  const libraries = await librariesOf([process.execPath, native, ...dynamic]);
  return joinParts(
    {
      files: [
        ...found.map(({ path, source }) => ({ path, source, mode: 0o755 })),
        { path: '/usr/bin/node', source: await stripped(process.execPath, cache), mode: 0o755 },
        { path: join(guestProject, addon), source: await stripped(native, cache), mode: 0o644 },
        ...libraries.paths.map((path) => ({ path, source: path, mode: 0o755 })),
      ],
      links: [
        ...applets.map((name) => ({ path: `/bin/${name}`, target: 'busybox' })),
        { path: '/var/run', target: '/run' },
      ],
      folders: [...['/root', '/etc'], ...mountPoints].map((path) => ({ path, mode: 0o755 })),
      texts: [
        { path: '/init', text: initScript(join(guestProject, agent), libraries.folders), mode: 0o755 },
        { path: '/etc/passwd', text: 'root:x:0:0:root:/root:/bin/sh\n', mode: 0o644 },
        { path: '/etc/group', text: 'root:x:0:\n', mode: 0o644 },
        { path: '/etc/hosts', text: '127.0.0.1 localhost\n', mode: 0o644 },
        // The kernel that this image is for: a file of it in another kernel's guest would be a mistake.
        { path: '/modules/release', text: `${kernel.release}\n`, mode: 0o644 },
      ],
    },
    moduleParts(modules),
    await projectParts(project),
  );
}

function moduleParts(modules: readonly ModuleFile[]): Partial<Parts> {
  return {
    files: modules.map(({ name, file }) => ({ path: `/modules/${name}.ko`, source: file, mode: 0o644 })),
    texts: [{ path: '/modules/order', text: modules.map(({ name }) => `${name}\n`).join(''), mode: 0o644 }],
  };
}

async function projectParts(project: string): Promise<Partial<Parts>> {
  const { files, packages } = await importsOf(join(project, agent));
  const ofPackages = await Promise.all(packages.map(packageFiles));
  const objects = (await readdir(join(project, probes))).filter((name) => name.endsWith('.bpf.o'));
  const all = [
    ...[...files, ...ofPackages.flat()].map((file) => relative(project, file)),
    ...objects.map((name) => join(probes, basename(name))),
    'package.json',
  ];
  return {
    files: all.map((path) => ({ path: join(guestProject, path), source: join(project, path), mode: 0o644 })),
  };
}

async function findProgram(program: (typeof programs)[number]): Promise<string> {
  for (const folder of commandEnvironment.PATH.split(':')) {
    const candidate = join(folder, program.name);
    const there = await access(candidate, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (there) return candidate;
  }
  throw notPossible(`the program ${program.name} is not installed`, `install it: apt-get install ${program.package}`);
}
