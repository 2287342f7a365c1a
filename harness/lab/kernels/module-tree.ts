import { copyFile, mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describeError, failure } from '../../errors.js';
import { moduleDependencies, moduleOfFile } from './modinfo.js';
import { packings, unpackFile } from './unpack.js';

/** The modules of one kernel, wherever they lie. */
export interface ModuleTree {
  /** Where each module lies, by its name. */
  paths: Map<string, string>;
  /** The lists that the kernel's build made; null where there is none. */
  builtin: string | null;
  order: string | null;
  /** Makes files of modules, packed or not, in the order of their paths. */
  fetch: (paths: string[]) => Promise<string[]>;
}

/**
 * Modules that an experiment, a card or the guest can want; those that they depend on come along. The ones that are named
 * although another one brings them spare a second reading of the package.
 */
export const labModules: readonly string[] = [
  ...['virtio', 'virtio_ring', 'virtio_pci_modern_dev', 'virtio_pci_legacy_dev', 'virtio_pci', 'virtio_console'],
  ...['mii', 'e100', 'e1000', 'failover', 'net_failover', 'virtio_net', 'veth', 'dummy', 'pktgen'],
  ...['sch_ingress', 'sch_fq', 'sch_netem', 'cls_bpf', 'act_bpf'],
];

/** Names of the two lists, in a kernel's folder of modules and in the cache. */
export const builtinList = 'modules.builtin';
export const orderList = 'modules.order';

/** Puts the lab's modules and all that they depend on, unpacked, and the two lists into a new folder. */
export async function pickModules(tree: ModuleTree, to: string, signal: AbortSignal): Promise<void> {
  await mkdir(to);
  if (tree.builtin !== null) await copyFile(tree.builtin, join(to, builtinList));
  if (tree.order !== null) await copyFile(tree.order, join(to, orderList));
  const picked = new Set<string>();
  let wanted = labModules.filter((name) => tree.paths.has(name));
  while (wanted.length > 0) {
    const files = await tree.fetch(wanted.map((name) => tree.paths.get(name) ?? name));
    const next = new Set<string>();
    for (const [index, name] of wanted.entries()) {
      picked.add(name);
      for (const dependency of await pickOne(files[index] ?? name, join(to, `${name}.ko`), signal))
        next.add(dependency);
    }
    wanted = [...next].filter((name) => !picked.has(name) && tree.paths.has(name));
  }
}

async function pickOne(from: string, to: string, signal: AbortSignal): Promise<string[]> {
  const ending = (['xz', 'zst', 'gz'] as const).find((known) => from.endsWith(`.${known}`));
  if (ending === undefined) await copyFile(from, to);
  else await unpackFile(packings[ending], from, to, signal);
  try {
    return moduleDependencies(await readFile(to));
  } catch (error) {
    throw failure(`${from} is no kernel module: ${describeError(error)}`, undefined, error);
  }
}

/** The modules below a folder such as /lib/modules/RELEASE. @throws exit code 1 when it cannot be read */
export async function folderTree(folder: string): Promise<ModuleTree> {
  let found: string[];
  try {
    found = await readdir(folder, { recursive: true });
  } catch (error) {
    throw failure(`the folder of modules ${folder} cannot be read`, undefined, error);
  }
  return {
    paths: modulePaths(found.map((path) => join(folder, path))),
    builtin: found.includes(builtinList) ? join(folder, builtinList) : null,
    order: found.includes(orderList) ? join(folder, orderList) : null,
    fetch: (paths) => Promise.resolve(paths),
  };
}

/** The modules among these paths. */
export function modulePaths(paths: readonly string[]): Map<string, string> {
  return new Map(
    [...paths].sort().flatMap((path): [string, string][] => {
      const name = moduleOfFile(path);
      return name === null ? [] : [[name, path]];
    }),
  );
}
