import { z } from 'zod';

/** A kernel that the lab can start, and what belongs to it. */
export interface KernelImage {
  /** As it was asked for. */
  name: string;
  /** Debian's package and its version; null for a kernel that was named by its path. */
  package: string | null;
  packageVersion: string | null;
  /** What `uname -r` says under it. */
  release: string;
  /** The unpacked kernel: an ELF file, which QEMU starts through PVH. */
  vmlinux: string;
  /** Null where there is none; Debian's packages have none. */
  systemMap: string | null;
  /** Folder with the modules that the lab can want, NAME.ko, unpacked; null where there are none. */
  modules: string | null;
  /** sha256 of vmlinux. */
  digest: string;
}

/** What an entry of the cache says of the kernel in it. */
export const AboutKernel = z.object({
  kind: z.literal('kernel'),
  package: z.string().nullable(),
  packageVersion: z.string().nullable(),
  release: z.string(),
  digest: z.string(),
  hasSystemMap: z.boolean(),
  hasModules: z.boolean(),
});
export type AboutKernel = z.infer<typeof AboutKernel>;

/** Names of an entry's files. */
export const entryFiles = {
  vmlinux: 'vmlinux',
  systemMap: 'System.map',
  config: 'config',
  modules: 'modules',
} as const;

/** What making a kernel needs of its caller. */
export interface KernelTools {
  /** The lab's cache folder. */
  cache: string;
  /** What is being done, for the person who waits. */
  tell: (step: string) => void;
  signal: AbortSignal;
}
