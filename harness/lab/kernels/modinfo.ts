import { elfSection } from './elf.js';

/** A module's name as the kernel spells it. */
export function moduleName(text: string): string {
  return text.replaceAll('-', '_');
}

/** The name of the module that a file holds, e.g. virtio_net for net/virtio_net.ko.xz; null for another file. */
export function moduleOfFile(path: string): string | null {
  const name = /([^/]+)\.ko(?:\.(?:xz|zst|gz))?$/.exec(path)?.[1];
  return name === undefined ? null : moduleName(name);
}

/**
 * The modules that must be in the kernel before this one: the `depends=` of its .modinfo.
 *
 * @param file the content of an unpacked .ko
 * @throws Error when it is not a module
 */
export function moduleDependencies(file: Buffer): string[] {
  const section = elfSection(file, '.modinfo');
  if (section === null) throw new Error('it has no .modinfo section');
  const depends = section
    .toString('latin1')
    .split('\0')
    .filter((field) => field.startsWith('depends='));
  return depends
    .flatMap((field) => field.slice('depends='.length).split(','))
    .filter((name) => name !== '')
    .map(moduleName);
}
