import { senderCard } from '../cards.js';
import type { Card } from '../cards.js';

/** A machine, but for where its files are written: two machines of one spec behave alike. */
export interface MachineSpec {
  vmlinux: string;
  initramfs: string;
  /** The user's part of the kernel's command line, after ours. */
  bootArguments: string;
  accelerator: 'tcg' | 'kvm';
  /** Virtual time is counted in instructions: one a nanosecond. */
  exact: boolean;
  /** QEMU's -cpu. */
  cpuModel: string;
  memoryMiB: number;
  card: Card;
  macs: { receiver: string; sender: string };
}

/** What one start of a machine has of its own. File descriptors are the child's. */
export interface StartPlaces {
  consoleLog: string;
  /** Connected sockets: the guest's port, and QMP. */
  channelFd: number;
  monitorFd: number;
  /** A saved state to go on from; null: boot. */
  stateFd: number | null;
  /** Text behind -plugin; null: none. */
  plugin: string | null;
}

/** QEMU's names of the cards; veth is made by the guest's kernel. */
const devices: Record<Card, string | null> = {
  i82557c: 'i82557c',
  e1000: 'e1000',
  'virtio-net': 'virtio-net-pci',
  veth: null,
};

/** Slots whose interrupts go to different lines of the PC's router, so that no two cards share one. */
const slots = { serial: '0x4', receiver: '0x5', sender: '0x7' } as const;

/**
 * What every guest's kernel is told: a console to quote from, an end at the first oops, and at once (by a triple fault:
 * before that it would ask a keyboard controller which is not there, for minutes where instructions are counted), no
 * random base address, so that addresses are the same in each boot. A line of the user's comes last and wins.
 */
const ownArguments = ['console=ttyS0', 'panic=-1', 'reboot=t', 'oops=panic', 'quiet', 'nokaslr'];

export function kernelArguments({ bootArguments }: Pick<MachineSpec, 'bootArguments'>): string {
  return [...ownArguments, bootArguments].filter((word) => word !== '').join(' ');
}

/**
 * QEMU's command line. The cards hang on a hub, which delivers a frame while the sender's device register is written:
 * with one thread an interrupt a frame, and the same in each run. (Other backends go through QEMU's main loop.)
 */
export function machineArguments(spec: MachineSpec, places: StartPlaces): string[] {
  const card = (end: 'receiver' | 'sender'): string[] => {
    const device = devices[end === 'receiver' ? spec.card : senderCard(spec.card)];
    return device === null
      ? []
      : [
          ...['-netdev', `hubport,hubid=0,id=${end}`],
          ...['-device', `${device},netdev=${end},mac=${spec.macs[end]},addr=${slots[end]},romfile=`],
        ];
  };
  return [
    ...['-M', 'pc,i8042=off', '-nodefaults', '-no-user-config', '-no-reboot', '-display', 'none'],
    ...['-m', String(spec.memoryMiB), '-cpu', spec.cpuModel, '-smp', '1'],
    ...accelerator(spec),
    ...['-kernel', spec.vmlinux, '-initrd', spec.initramfs, '-append', kernelArguments(spec)],
    ...['-chardev', `file,id=console,path=${escaped(places.consoleLog)}`, '-serial', 'chardev:console'],
    ...['-chardev', `socket,id=channel,fd=${String(places.channelFd)}`],
    ...['-device', `virtio-serial-pci,addr=${slots.serial}`, '-device', 'virtserialport,chardev=channel,name=pktpath'],
    ...['-chardev', `socket,id=monitor,fd=${String(places.monitorFd)}`, '-mon', 'chardev=monitor,mode=control'],
    ...card('receiver'),
    ...card('sender'),
    ...(places.plugin === null ? [] : ['-plugin', places.plugin]),
    ...(places.stateFd === null ? [] : takingBack(places.stateFd)),
  ];
}

/** A machine that was moved announces itself to its network by frames of QEMU's own, five for each card; here they would be counted. */
function takingBack(stateFd: number): string[] {
  return ['-global', 'migration.announce-rounds=0', '-incoming', `fd:${String(stateFd)}`];
}

/** QEMU's own option separator within a value. */
function escaped(value: string): string {
  return value.replaceAll(',', ',,');
}

function accelerator({ accelerator: kind, exact }: MachineSpec): string[] {
  if (kind === 'kvm') return ['-accel', 'kvm'];
  if (!exact) return ['-accel', 'tcg,thread=single'];
  // sleep=off: idle time is skipped, and what the host does meanwhile does not show; the clock begins at a fixed date
  return [
    ...['-accel', 'tcg,thread=single', '-icount', 'shift=0,sleep=off', '-seed', '1'],
    ...['-rtc', 'clock=vm,base=2026-01-01'],
  ];
}
