import type { Flavour } from './names.js';

/** By number, part by part: enough to order the kernels of one distribution, e.g. 6.1.0-9 before 6.1.0-56. */
export function compareVersions(one: string, other: string): number {
  const [left, right] = [one, other].map((text) => (text.match(/\d+/g) ?? []).map(Number));
  for (let part = 0; part < Math.max(left?.length ?? 0, right?.length ?? 0); part++) {
    const difference = (left?.[part] ?? -1) - (right?.[part] ?? -1);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** What Debian puts before the architecture in a package's name. */
const flavourInfix: Record<Flavour, string> = { generic: '', cloud: 'cloud-', rt: 'rt-' };

/** The package that depends on the newest kernel. @param series null: that of the running suite */
export function metaPackage(flavour: Flavour, series: string | null): string {
  return `linux-image-${series === null ? '' : `${series}-`}${flavourInfix[flavour]}amd64`;
}

/**
 * The series of a package that holds a signed kernel of this flavour, e.g. 6.12 for linux-image-6.12.117+deb12-amd64;
 * null for any other package, thus for -dbg and -unsigned ones.
 */
export function seriesOfPackage(name: string, flavour: Flavour): string | null {
  const suffix = `-${flavourInfix[flavour]}amd64`;
  if (!name.startsWith('linux-image-') || !name.endsWith(suffix)) return null;
  const version = name.slice('linux-image-'.length, -suffix.length);
  return /^(\d+\.\d+)\.\d+(?:[+~.-](?:bpo|deb\d+|rc\d+|\d+))*$/.exec(version)?.[1] ?? null;
}
