import { usageError } from '../errors.js';
import { unknownWord } from '../run/nearest.js';
import { cards } from './cards.js';
import type { GuestPlace } from '../run/run-plan.js';
import type { Card } from './cards.js';

/** Which kernel a run measures, and in which machine. */
export interface GuestTarget {
  /** As `--kernel` has it: debian:generic, …, or a path. */
  kernel: string;
  /** The user's part of the kernel's command line. */
  bootArguments: string;
  /** QEMU's -cpu; null: `max`, or the host's under KVM. */
  cpuModel: string | null;
  /** Null: the article's, or the one that this kernel has a driver for. */
  card: Card | null;
  /** Count instructions; false: if there is no other way. */
  exact: boolean;
}

/** Options of the command line that choose a kernel. */
export interface TargetFlags {
  kernel?: string;
  boot?: string[];
  cpuModel?: string[];
  testbed?: string;
  exact?: true;
}

export const hostKernel = 'host';
const hostTestbed = 'veth';
const printable = /^[\x20-\x7e]*$/;
const longestArguments = 1024;

/**
 * What to measure, one entry a column: every kernel with every set of boot arguments and every CPU model. Null stands
 * for this machine's own kernel.
 * @throws PktpathError (usage) for words that do not go together
 */
export function readTargets(flags: TargetFlags): (GuestTarget | null)[] {
  const kernels = splitList(flags.kernel ?? hostKernel, betweenKernels);
  if (kernels.some((kernel) => kernel === ''))
    throw usageError('--kernel names no kernel', 'see: pktpath list kernels');
  const twice = kernels.find((kernel, index) => kernels.indexOf(kernel) !== index);
  if (twice !== undefined) throw usageError(`--kernel names ${twice} twice`);
  const guests = kernels.filter((kernel) => kernel !== hostKernel);
  if (guests.length === 0) checkHostFlags(flags);
  const boots = (flags.boot ?? ['']).flatMap((list) => splitList(list)).map(checkArguments);
  const models = flags.cpuModel?.map(checkModel) ?? [null];
  const card = readCard(flags.testbed, guests.length > 0);
  return kernels.flatMap((kernel) => {
    if (kernel === hostKernel) return [null];
    return boots.flatMap((bootArguments) =>
      models.map((cpuModel) => ({ kernel, bootArguments, cpuModel, card, exact: flags.exact === true })),
    );
  });
}

const betweenItems = /(?<!\\),/;
/** What belongs to a kernel's path is behind a comma as well. */
const betweenKernels = /(?<!\\),(?!(?:modules|map)=)/;

/** Commas separate; one with a backslash before it is part of the item. */
export function splitList(text: string, comma = betweenItems): string[] {
  return text.split(comma).map((item) => item.replaceAll('\\,', ',').trim());
}

function checkHostFlags({ boot, cpuModel, testbed, exact }: TargetFlags): void {
  const given = [
    ...(boot === undefined ? [] : ['--boot']),
    ...(cpuModel === undefined ? [] : ['--cpu-model']),
    ...(exact === undefined ? [] : ['--exact']),
  ];
  if (given.length > 0) {
    throw usageError(
      `${given.join(', ')}: this machine’s own kernel runs already`,
      'name a kernel: --kernel debian:generic',
    );
  }
  if (testbed !== undefined && testbed !== hostTestbed) {
    const isCard = (cards as readonly string[]).includes(testbed);
    if (isCard) throw usageError(`--testbed ${testbed} is a card of the lab`, 'name a kernel: --kernel debian:generic');
    throw usageError(`unknown testbed ${unknownWord(testbed, [...cards])}`);
  }
}

/** A kernel with another image than ours, or that begins elsewhere in it, is up and never answers. */
const oursAlone = /(?:^|[\s"])(rdinit|initrd|initrdmem)=/;

function checkArguments(text: string): string {
  if (!printable.test(text) || text.length > longestArguments) {
    throw usageError(`--boot has to be printable, and at most ${String(longestArguments)} characters`);
  }
  const [, own] = oursAlone.exec(text) ?? [];
  if (own === undefined) return text;
  throw usageError(
    `--boot ${text}: ${own}= is the lab’s own`,
    'leave it out; the image of the guest has what measures',
  );
}

/** With these words QEMU lists its models, and ends well. */
const asksForModels = /^(?:help|\?)/;

function checkModel(model: string): string {
  const hint = 'QEMU lists its models and their features: qemu-system-x86_64 -cpu help';
  if (!printable.test(model) || model === '' || asksForModels.test(model)) {
    throw usageError(`--cpu-model ${JSON.stringify(model)} is no CPU model`, hint);
  }
  return model;
}

function readCard(testbed: string | undefined, guests: boolean): Card | null {
  if (testbed === undefined || !guests) return null;
  const card = cards.find((each) => each === testbed);
  if (card === undefined)
    throw usageError(`unknown testbed ${unknownWord(testbed, [...cards])}`, `one of ${cards.join(', ')}`);
  return card;
}

/** What a run in this guest is likely to be; only the machine itself tells whether KVM works. */
export function expectedPlace(target: GuestTarget | null): GuestPlace | null {
  return target && { card: target.card ?? defaultCard(target.kernel), exact: true };
}

/** The article's card; kernels for cloud machines have no driver for it. */
export function defaultCard(kernel: string): Card {
  return /^debian:cloud\b/.test(kernel) ? 'virtio-net' : 'i82557c';
}

/** For a person. */
export function targetName({ kernel, bootArguments, cpuModel }: GuestTarget): string {
  return [kernel, bootArguments, ...(cpuModel === null ? [] : [`-cpu ${cpuModel}`])]
    .filter((word) => word !== '')
    .join(' ');
}

/** A folder's name, of its own among the targets. */
export function targetSlug(target: GuestTarget | null, all: readonly (GuestTarget | null)[]): string {
  const words = target === null ? hostKernel : targetName(target);
  const slug = words
    .replaceAll(/[^A-Za-z0-9.]+/g, '-')
    .replaceAll(/^-|-$/g, '')
    .slice(0, 80);
  return `${String(all.indexOf(target) + 1)}-${slug}`;
}
