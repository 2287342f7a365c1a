import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { notPossible } from '../../errors.js';
import type { KernelImage } from './kernel-image.js';
import { moduleDependencies, moduleName, moduleOfFile } from './modinfo.js';
import { builtinList, orderList } from './module-tree.js';

/** A module to put into the guest's kernel. */
export interface ModuleFile {
  name: string;
  /** Its unpacked .ko. */
  file: string;
}

const noSuchCard = 'take the card virtio-net, or a kernel that has this driver: debian:generic';
const hints: Partial<Record<string, string>> = { e100: noSuchCard, e1000: noSuchCard };

/**
 * Files of modules, each behind those that it depends on, so that they can be put in one after the other. What the
 * kernel has built in is left out. A kernel without any modules is taken to have all built in: whether it has shows when
 * the guest looks for its devices.
 *
 * @throws exit code 4 for a module that the kernel has neither as a file nor built in
 */
export async function modulesFor(image: KernelImage, wanted: readonly string[]): Promise<ModuleFile[]> {
  const folder = image.modules;
  if (folder === null) return [];
  const builtin = await listed(join(folder, builtinList));
  const done = new Map<string, ModuleFile>();
  const seen = new Set<string>();
  const visit = async (name: string, because: string): Promise<void> => {
    if (builtin?.has(name) || seen.has(name)) return;
    seen.add(name);
    const file = join(folder, `${name}.ko`);
    const content = await readFile(file).catch(() => null);
    if (content === null) throw await noModule(image, folder, name, because, builtin !== null);
    for (const dependency of moduleDependencies(content)) await visit(dependency, `, which ${name} depends on`);
    done.set(name, { name, file });
  };
  for (const name of wanted) await visit(moduleName(name), '');
  return [...done.values()];
}

async function noModule(
  image: KernelImage,
  folder: string,
  name: string,
  because: string,
  knowsBuiltin: boolean,
): Promise<Error> {
  const which = `the kernel ${image.release} (${image.name})`;
  if ((await listed(join(folder, orderList)))?.has(name)) {
    return notPossible(`the module ${name}${because} of ${which} is not one that the lab keeps`);
  }
  const where = knowsBuiltin ? 'neither as a module nor built in' : `as a module, and no ${builtinList}`;
  return notPossible(`${which} has no ${name}${because}, ${where}`, hints[name]);
}

/** The modules that a list of the kernel's build names; null when there is no such list. */
async function listed(list: string): Promise<Set<string> | null> {
  const text = await readFile(list, 'utf8').catch(() => null);
  if (text === null) return null;
  // modules.order of older kernels names objects (.o) as well.
  return new Set(text.split('\n').flatMap((line) => moduleOfFile(line.replace(/\.o$/, '.ko')) ?? []));
}
