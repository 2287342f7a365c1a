import { existsSync } from 'node:fs';
import { projectRoot } from '../root.js';
import { cardModules } from './cards.js';
import type { Card } from './cards.js';
import { guestParts } from './initramfs/guest-parts.js';
import { buildInitramfs } from './initramfs/initramfs.js';
import type { KernelImage } from './kernels/kernel-image.js';
import { resolveKernel } from './kernels/kernels.js';
import { modulesFor } from './kernels/modules.js';
import { probeAccelerator } from './qemu/accelerator.js';
import { defaultCard } from './target.js';
import type { GuestTarget } from './target.js';

/** A guest with everything that it needs at hand, and everything about it decided. */
export interface PreparedGuest {
  target: GuestTarget;
  kernel: KernelImage;
  initramfs: { file: string; digest: string };
  card: Card;
  accelerator: 'tcg' | 'kvm';
  /** Why this accelerator. */
  reason: string;
  /** Without KVM nothing but instructions means anything, so they are counted then, asked for or not. */
  exact: boolean;
  cpuModel: string;
}

interface Tools {
  cache: string;
  tell: (step: string) => void;
  signal: AbortSignal;
}

/** The image unpacked, Node.js, and room for rings. */
export const guestMemoryMiB = 768;

/** What every guest needs to talk to the host, whatever its card. */
const baseModules = ['virtio_pci', 'virtio_console'];

/**
 * Fetches the kernel, builds the image of its guest, and finds the accelerator.
 * @throws PktpathError as the parts do: (usage) for a name that is none; (not possible) without QEMU, for a kernel
 *   without the card's driver; (failed) for a download or a disk
 */
export async function prepareGuest(target: GuestTarget, tools: Tools): Promise<PreparedGuest> {
  const { cache } = tools;
  tools.tell(`finding the kernel ${target.kernel}`);
  const kernel = await resolveKernel(target.kernel, tools);
  const card = target.card ?? defaultCard(target.kernel);
  const modules = await modulesFor(kernel, [...baseModules, ...cardModules(card)]);
  tools.tell(`building the image of the guest, ${kernel.release}`);
  const initramfs = await buildInitramfs(await guestParts(kernel, modules, projectRoot, cache), cache);
  const found = await findAccelerator(target, { vmlinux: kernel.vmlinux, initramfs: initramfs.file }, tools);
  const { accelerator, reason } = found;
  const cpuModel = target.cpuModel ?? (accelerator === 'kvm' ? 'host' : 'max');
  return { target, kernel, initramfs, card, accelerator, reason, exact: accelerator === 'tcg', cpuModel };
}

async function findAccelerator(
  { exact }: GuestTarget,
  files: { vmlinux: string; initramfs: string },
  { tell, signal }: Tools,
): Promise<Pick<PreparedGuest, 'accelerator' | 'reason'>> {
  if (exact) return { accelerator: 'tcg', reason: 'instructions are counted' };
  if (!existsSync('/dev/kvm')) return { accelerator: 'tcg', reason: 'there is no /dev/kvm' };
  tell('trying KVM');
  return probeAccelerator(files, signal);
}
