import { usageError } from '../../errors.js';

export const flavours = ['generic', 'cloud', 'rt'] as const;
export type Flavour = (typeof flavours)[number];

/** What a kernel's name asks for. */
export type KernelName =
  | { kind: 'debian'; flavour: Flavour; /** e.g. `6.12`; null: that of the running suite */ series: string | null }
  | {
      kind: 'path';
      /** A vmlinux (ELF) or a bzImage. */
      kernel: string;
      /** Null: what lies beside the kernel, if anything. */
      modules: string | null;
      systemMap: string | null;
    };

/** How a kernel can be named, for messages. */
export const kernelNameForms =
  'debian:generic, debian:cloud, debian:rt, with a version debian:generic:6.12, or PATH[,modules=FOLDER][,map=SYSTEM_MAP]';

/**
 * Reads the name of a kernel: `debian:FLAVOUR[:SERIES]`, or the path of a kernel, after which `,modules=FOLDER` names the
 * folder that holds its modules (the one that is called /lib/modules/RELEASE when it is installed) and `,map=FILE` its
 * System.map.
 *
 * @throws exit code 2
 */
export function parseKernelName(name: string): KernelName {
  if (name.startsWith('debian:')) return parseDebianName(name);
  const [kernel = '', ...options] = name.split(/,(?=(?:modules|map)=)/);
  if (kernel === '') throw usageError(`'${name}' names no kernel`, `name one as ${kernelNameForms}`);
  const parsed = { kind: 'path' as const, kernel, modules: null as string | null, systemMap: null as string | null };
  for (const option of options) {
    const value = option.slice(option.indexOf('=') + 1);
    const field = option.startsWith('modules=') ? 'modules' : 'systemMap';
    if (value === '') throw usageError(`'${option}' in '${name}' names nothing`);
    if (parsed[field] !== null) throw usageError(`'${name}' says ${option.slice(0, option.indexOf('='))}= twice`);
    parsed[field] = value;
  }
  return parsed;
}

function parseDebianName(name: string): KernelName {
  const [, word, series, ...rest] = name.split(':');
  const flavour = flavours.find((known) => known === word);
  if (flavour === undefined) {
    throw usageError(`Debian has no kernel '${name}'`, `name one as ${kernelNameForms}`);
  }
  if (rest.length > 0 || (series !== undefined && !/^\d{1,3}\.\d{1,3}$/.test(series))) {
    throw usageError(`'${name}' has no version as in debian:${flavour}:6.12`);
  }
  return { kind: 'debian', flavour, series: series ?? null };
}
