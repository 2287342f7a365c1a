import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import { asError, failure, usageError } from '../errors.js';
import type { PktpathError } from '../errors.js';

/** What a capture file has in it. */
export interface PcapContents {
  packets: number;
  /** Of all frames together. */
  bytes: number;
  /** Sizes of the smallest and the largest frame. */
  frameBytes: { smallest: number; largest: number };
  /** Packets of which only the beginning was captured. */
  cut: number;
}

export interface PcapBounds {
  /** Of the interface; a frame has 14 bytes more at most. */
  mtu: number;
  /** tcpreplay reads all of it into memory. */
  maxBytes?: number;
  maxPackets?: number;
}

const hint = 'give a capture file in pcap format, of Ethernet: tcpdump -w FILE, or editcap -F pcap IN OUT';
const fileHeader = 24;
const recordHeader = 16;
const ethernetHeader = 14;
const ethernet = 1;
/** libpcap's MAXIMUM_SNAPLEN, also what it makes of 0. */
const largestSnaplen = 262_144;

/** The magic number as it reads in little-endian order. */
const byteOrders = new Map([
  [0xa1b2c3d4, 'little'],
  [0xa1b23c4d, 'little'],
  [0xd4c3b2a1, 'big'],
  [0x4d3cb2a1, 'big'],
]);
const pcapng = 0x0a0d0d0a;

/**
 * Reads a user's capture file and trusts nothing in it.
 * @throws exit code 2 for anything but a whole pcap file whose frames fit the interface; 1 when it cannot be read
 */
export async function readPcapFile(path: string, bounds: PcapBounds): Promise<PcapContents> {
  const { maxBytes = 256 * 2 ** 20 } = bounds;
  const name = JSON.stringify(path);
  let text: Buffer;
  try {
    // not blocked by a FIFO that nobody writes to
    const file = await open(resolve(path), constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const stat = await file.stat();
      if (!stat.isFile()) throw usageError(`${name} is not a regular file`, hint);
      if (stat.size > maxBytes) {
        throw usageError(`${name} has ${String(stat.size)} bytes, more than ${String(maxBytes)}`, 'cut it: editcap -r');
      }
      // no more than that, should it grow meanwhile
      const { bytesRead, buffer } = await file.read(Buffer.alloc(stat.size), 0, stat.size, 0);
      text = buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw asPcapError(name, error);
  }
  return parsePcap(text, name, bounds);
}

function asPcapError(name: string, thrown: unknown): unknown {
  const error = asError(thrown) as NodeJS.ErrnoException;
  if (error.code === undefined) return error;
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return usageError(`there is no file ${name}`, hint);
  return failure(`cannot read ${name}`, 'may this user read it?', error);
}

/** @param name of the file, for messages @throws exit code 2, see `readPcapFile` */
export function parsePcap(text: Buffer, name: string, { mtu, maxPackets = 2 ** 22 }: PcapBounds): PcapContents {
  const { u32, snaplen } = parseHeader(text, name);
  const contents: PcapContents = { packets: 0, bytes: 0, frameBytes: { smallest: Infinity, largest: 0 }, cut: 0 };
  for (let at = fileHeader; at < text.length;) {
    const number = contents.packets + 1;
    const wrong = (why: string): PktpathError => usageError(`${name}, record ${String(number)}: ${why}`, hint);
    if (number > maxPackets) throw wrong(`more than ${String(maxPackets)} packets`);
    if (at + recordHeader > text.length) throw wrong('the file ends within its header');
    const [captured, original] = [u32(at + 8), u32(at + 12)];
    if (captured > snaplen) throw wrong(`${String(captured)} bytes, more than the file's snaplen ${String(snaplen)}`);
    if (captured > original) throw wrong(`${String(captured)} bytes of a packet of ${String(original)}`);
    if (captured < ethernetHeader) throw wrong(`${String(captured)} bytes are no Ethernet frame`);
    if (captured > mtu + ethernetHeader) {
      throw wrong(`a frame of ${String(captured)} bytes does not fit an MTU of ${String(mtu)}`);
    }
    at += recordHeader + captured;
    if (at > text.length) throw wrong('the file ends within the packet');
    contents.packets = number;
    contents.bytes += captured;
    contents.cut += captured < original ? 1 : 0;
    contents.frameBytes.smallest = Math.min(contents.frameBytes.smallest, captured);
    contents.frameBytes.largest = Math.max(contents.frameBytes.largest, captured);
  }
  if (contents.packets === 0) throw usageError(`${name} has no packets`, hint);
  return contents;
}

function parseHeader(text: Buffer, name: string): { u32: (at: number) => number; snaplen: number } {
  if (text.length < fileHeader) throw usageError(`${name} has ${String(text.length)} bytes: no capture file`, hint);
  const magic = text.readUInt32LE(0);
  const order = byteOrders.get(magic);
  if (magic === pcapng) throw usageError(`${name} is in pcapng format`, 'convert it: editcap -F pcap IN OUT');
  if (order === undefined) throw usageError(`${name} is no capture file: magic number 0x${magic.toString(16)}`, hint);
  const u32 = (at: number): number => (order === 'little' ? text.readUInt32LE(at) : text.readUInt32BE(at));
  const [major, minor] =
    order === 'little' ? [text.readUInt16LE(4), text.readUInt16LE(6)] : [text.readUInt16BE(4), text.readUInt16BE(6)];
  if (major !== 2 || minor !== 4)
    throw usageError(`${name} is of version ${String(major)}.${String(minor)}, not 2.4`, hint);
  // the upper bits tell of an FCS behind each frame, which must not be sent as payload
  const link = u32(20);
  if (link !== ethernet) throw usageError(`${name} has link type ${String(link)}, not Ethernet without FCS (1)`, hint);
  const snaplen = u32(16);
  return { u32, snaplen: snaplen === 0 || snaplen > largestSnaplen ? largestSnaplen : snaplen };
}
