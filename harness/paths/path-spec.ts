import { join } from 'node:path';
import { usageError } from '../errors.js';
import type {
  AfXdpMode,
  CountAction,
  PathName,
  PathSpec,
  SizedFilter,
  Task,
  Waiting,
  XdpMode,
} from '../executor/contract.js';
import { maxSnaplen } from '../executor/contract.js';
import { projectRoot } from '../root.js';
import { paths } from './paths.js';

const kibibyte = 1024;
const mebibyte = 1024 * kibibyte;

/** Ethernet, IPv4 and TCP without options: timestamps are off in the testbed. */
export const tcpHeaderBytes = 14 + 20 + 20;

/** The object with the programs of the paths in the kernel. */
export const pathObject = join(projectRoot, 'kernel-probes', 'build', 'paths.bpf.o');

/** Everything that some path can be asked. */
export interface PathOptions {
  /** tcp: buffer given to recv, bytes. */
  readBytes: number;
  /** tcp: asked SO_RCVBUF, bytes; 0 leaves the kernel's tuning. */
  tcpReceiveBufferBytes: number;
  /** tcp: map whole pages (TCP_ZEROCOPY_RECEIVE). */
  zeroCopy: boolean;
  /** Other sockets: asked SO_RCVBUF, bytes; 0 leaves the default. */
  receiveBufferBytes: number;
  snaplen: number;
  filter: string | null;
  /** packet-recvfrom, sock-packet, tpacket-v3; in place of `filter`. */
  sizedFilter: SizedFilter | null;
  waiting: Waiting;
  workers: number;
  /** recvmmsg, af-xdp: packets a call takes at most. */
  batch: number;
  /** tpacket-…: the ring's geometry. */
  blockBytes: number;
  blocks: number;
  slotBytes: number;
  blockTimeoutMs: number;
  /** libpcap. */
  bufferBytes: number;
  timeoutMs: number;
  immediate: boolean;
  /** af-xdp. */
  afXdpMode: AfXdpMode;
  frames: number;
  needWakeup: boolean;
  /** xdp-count, tc-count. */
  xdpMode: XdpMode;
  action: CountAction;
  /** All but the protocols' sockets. */
  task: Task;
  /** Of every reader: what the program does with each packet besides, ns. */
  workNs: number;
}

/**
 * A window of full frames that fits veth's ring of 256 (VETH_RING_SIZE). With a larger one bulk TCP finds the ring's end
 * again and again, and a share of what it measures is receiving twice.
 */
export const ringSafeBuffer = 128 * kibibyte;

/**
 * Rings of 4 MiB, about what a socket buffer of 4 MiB holds, so that no path has more room than another; slots that hold a
 * full frame. The block timeout is packet_mmap.rst's usual order.
 */
export const defaultPathOptions: PathOptions = {
  readBytes: 64 * kibibyte,
  tcpReceiveBufferBytes: ringSafeBuffer,
  zeroCopy: false,
  receiveBufferBytes: 4 * mebibyte,
  snaplen: maxSnaplen,
  filter: null,
  sizedFilter: null,
  waiting: 'sleep',
  workers: 1,
  batch: 32,
  blockBytes: 256 * kibibyte,
  blocks: 16,
  slotBytes: 2048,
  blockTimeoutMs: 10,
  bufferBytes: 2 * mebibyte,
  timeoutMs: 100,
  immediate: false,
  afXdpMode: 'native-copy',
  frames: 2048,
  needWakeup: true,
  xdpMode: 'native',
  action: 'drop',
  task: 'count',
  workNs: 0,
};

/**
 * What native/ is told of a path.
 * @throws PktpathError (usage) for a sized filter on a path that takes none, beside a filter, or for several workers
 * @param frameBytes of the frames that it will get: a TCP message is one segment
 */
export function pathSpec(name: PathName, frameBytes: number, changes: Partial<PathOptions> = {}): PathSpec {
  const options = { ...defaultPathOptions, ...changes };
  return withWork(roadSpec(name, frameBytes, options), options.workNs);
}

/** The path with so much to do for each packet; one that counts in the kernel has nobody to do it. */
export function withWork(path: PathSpec, workNs: number): PathSpec {
  return workNs === 0 || paths[path.name].taker === 'kernel' ? path : { ...path, workNs };
}

function roadSpec(name: PathName, frameBytes: number, options: PathOptions): PathSpec {
  const { waiting, workers, batch, receiveBufferBytes, snaplen, filter, sizedFilter, action } = options;
  checkSizedFilter(name, options);
  const { blockBytes, blocks, slotBytes, blockTimeoutMs } = options;
  // the usual task needs no word
  const task = options.task === defaultPathOptions.task ? {} : { task: options.task };
  const ring = { ...task, waiting, workers, snaplen, filter, blockBytes, blocks, frameBytes: slotBytes };
  switch (name) {
    case 'tcp':
      return {
        name,
        readBytes: options.readBytes,
        receiveBufferBytes: options.tcpReceiveBufferBytes,
        messageBytes: frameBytes - tcpHeaderBytes,
        zeroCopy: options.zeroCopy,
        waiting,
      };
    case 'udp':
      return { name, receiveBufferBytes, waiting };
    case 'udp-recvmmsg':
      return { name, receiveBufferBytes, batch, waiting };
    case 'packet-recvfrom':
      return { name, ...task, receiveBufferBytes, snaplen, filter, waiting, workers, sizedFilter };
    case 'packet-recvmmsg':
      return { name, ...task, receiveBufferBytes, snaplen, filter, waiting, workers, batch };
    case 'sock-packet':
      return { name, ...task, receiveBufferBytes, snaplen, filter, waiting, sizedFilter };
    case 'tpacket-v1':
    case 'tpacket-v2':
      return { name, ...ring };
    case 'tpacket-v3':
      return { name, ...ring, blockTimeoutMs, sizedFilter };
    case 'libpcap': {
      const { bufferBytes, timeoutMs, immediate } = options;
      return { name, ...task, bufferBytes, timeoutMs, immediate, snaplen, filter };
    }
    case 'af-xdp': {
      const { afXdpMode: mode, frames, needWakeup } = options;
      return { name, ...task, mode, frames, batch, needWakeup, waiting, object: pathObject };
    }
    case 'xdp-count':
      return { name, ...task, mode: options.xdpMode, action, object: pathObject };
    case 'tc-count':
      return { name, ...task, action, object: pathObject };
    case 'socket-filter-count':
      return { name, ...task, object: pathObject };
  }
}

export const sizable = ['packet-recvfrom', 'sock-packet', 'tpacket-v3'] as const satisfies readonly PathName[];

/** Lengths that a sized filter can have: a load, the comparison that decides and a return are the least. */
export const filterInstructions = { min: 3, max: 1024 } as const;

function checkSizedFilter(name: PathName, { sizedFilter, filter, workers }: PathOptions): void {
  if (sizedFilter === null) return;
  const { min, max } = filterInstructions;
  const { instructions } = sizedFilter;
  if (!(sizable as readonly PathName[]).includes(name)) {
    throw usageError(`path ${name} takes no sized filter`, `these do: ${sizable.join(', ')}`);
  }
  if (filter !== null) throw usageError('a filter expression and a sized filter do not go together', 'leave out one');
  if (workers > 1) throw usageError(`a sized filter goes with one worker, not ${String(workers)}`);
  if (!Number.isInteger(instructions) || instructions < min || instructions > max) {
    throw usageError(`a sized filter has ${String(min)} to ${String(max)} instructions, not ${String(instructions)}`);
  }
}

/** Workers of a path; one where it knows no more. */
export function workersOf(path: PathSpec): number {
  return 'workers' in path ? path.workers : 1;
}
