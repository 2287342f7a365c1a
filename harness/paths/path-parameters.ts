import { isDeepStrictEqual } from 'node:util';
import type { AfXdpMode, CountAction, PathName, Task, Waiting, XdpMode } from '../executor/contract.js';
import { maxSnaplen } from '../executor/contract.js';
import { choice, flag, integer, text } from '../run/parameter.js';
import type { OptionsOf, Parameters } from '../run/parameter.js';
import { defaultPathOptions, pathSpec } from './path-spec.js';
import type { PathOptions } from './path-spec.js';

const kibibyte = 1024;
const mebibyte = 1024 * kibibyte;
const defaults = defaultPathOptions;

const waitings = ['sleep', 'spin', 'busy-poll', 'irq-suspend'] as const satisfies readonly Waiting[];
const afXdpModes = ['generic', 'native-copy', 'native-zero-copy'] as const satisfies readonly AfXdpMode[];
const xdpModes = ['generic', 'native'] as const satisfies readonly XdpMode[];
const tasks = ['count', 'flows'] as const satisfies readonly Task[];
const actions = ['drop', 'pass'] as const satisfies readonly CountAction[];

/** Everything that some path can be asked, as `--set KEY=VALUE` takes it. */
export const pathParameters = {
  readBytes: integer(
    { min: 1, max: 16 * mebibyte },
    { help: 'tcp: buffer given to recv, bytes', default: defaults.readBytes },
  ),
  tcpReceiveBufferBytes: integer(
    { min: 0, max: 512 * mebibyte },
    { help: 'tcp: asked SO_RCVBUF, bytes; 0: the kernel tunes it', default: defaults.tcpReceiveBufferBytes },
  ),
  zeroCopy: flag({
    help: 'tcp: map whole pages in place of copying (TCP_ZEROCOPY_RECEIVE)',
    default: defaults.zeroCopy,
  }),
  receiveBufferBytes: integer(
    { min: 0, max: 512 * mebibyte },
    {
      help: 'udp and packet sockets: asked SO_RCVBUF, bytes; 0: the kernel’s default',
      default: defaults.receiveBufferBytes,
    },
  ),
  snaplen: integer({ min: 64, max: maxSnaplen }, { help: 'bytes captured of a packet at most', default: maxSnaplen }),
  filter: text('a pcap-filter(7) expression', { help: 'packets to take; empty: all' }),
  waiting: choice<Waiting>(waitings, {
    help: 'how the reader waits for the next packet',
    default: defaults.waiting,
  }),
  workers: integer({ min: 1, max: 64 }, { help: 'readers, in one PACKET_FANOUT group', default: defaults.workers }),
  batch: integer({ min: 1, max: 1024 }, { help: 'packets that a call takes at most', default: defaults.batch }),
  blockBytes: integer(
    { min: 4 * kibibyte, max: 1024 * mebibyte },
    { help: 'ring: bytes of a block', default: defaults.blockBytes },
  ),
  blocks: integer({ min: 1, max: 65_536 }, { help: 'ring: blocks', default: defaults.blocks }),
  slotBytes: integer({ min: 64, max: mebibyte }, { help: 'ring: bytes of a slot', default: defaults.slotBytes }),
  blockTimeoutMs: integer(
    { min: 0, max: 60_000 },
    {
      help: 'tpacket-v3: a block that is not full is handed over after this; 0: the kernel chooses; milliseconds',
      default: defaults.blockTimeoutMs,
    },
  ),
  bufferBytes: integer(
    { min: 64 * kibibyte, max: 1024 * mebibyte },
    { help: 'libpcap: its buffer, bytes', default: defaults.bufferBytes },
  ),
  timeoutMs: integer(
    { min: 1, max: 10_000 },
    { help: 'libpcap: packet buffer timeout, milliseconds', default: defaults.timeoutMs },
  ),
  immediate: flag({ help: 'libpcap: immediate mode', default: defaults.immediate }),
  afXdpMode: choice<AfXdpMode>(afXdpModes, {
    help: 'where the program is attached, and how the socket gets its frames',
    default: defaults.afXdpMode,
  }),
  frames: integer(
    { min: 64, max: 1_048_576 },
    { help: 'chunks of UMEM and entries of its rings, a power of two', default: defaults.frames },
  ),
  needWakeup: flag({ help: 'XDP_USE_NEED_WAKEUP', default: defaults.needWakeup }),
  xdpMode: choice<XdpMode>(xdpModes, { help: 'where the program is attached', default: defaults.xdpMode }),
  action: choice<CountAction>(actions, {
    help: 'what becomes of a packet that was counted',
    default: defaults.action,
  }),
  task: choice<Task>(tasks, {
    help: 'what is counted: packets by protocol, or also packets and bytes of each IPv4 flow',
    default: defaults.task,
  }),
  workNs: integer(
    { min: 0, max: 1_000_000_000 },
    {
      help: 'how long the program works on each packet besides, ns; not in the kernel',
      default: defaults.workNs,
      unsaid: true,
    },
  ),
} satisfies Record<Exclude<keyof PathOptions, 'sizedFilter'>, unknown>;

export type PathParameters = typeof pathParameters;

/** The parameters of one path by hand: those that change what native/ is told of it. Flows are shown in no session. */
export function parametersOf(name: PathName): Parameters {
  const plain = pathSpec(name, 512);
  // a value that no option has, so that it shows wherever it is used
  const shows = (key: string): boolean => !isDeepStrictEqual(pathSpec(name, 512, { [key]: Symbol.iterator }), plain);
  return Object.fromEntries(Object.entries(pathParameters).filter(([key]) => key !== 'task' && shows(key)));
}

/** Options of a path from the values of its parameters. */
export function pathOptions(values: Partial<OptionsOf<PathParameters>>): Partial<PathOptions> {
  const { filter = '', ...others } = values;
  return { ...others, filter: filter === '' ? null : filter };
}
