import { createReadStream, createWriteStream } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { open, rm, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { failure, usageError } from '../../errors.js';
import { isElf64 } from './elf.js';
import { packings, unpackFile } from './unpack.js';
import type { Packing } from './unpack.js';

/** Where the packed kernel lies in a bzImage. */
export interface Payload {
  offset: number;
  /** Of the packed data alone. */
  bytes: number;
  packing: Packing;
  /** What the image says of the unpacked size; null for gzip, whose trailer says it to gzip. */
  unpackedBytes: number | null;
}

/** Documentation/arch/x86/boot.rst: the setup header ends before this; payload_* are the last fields read here. */
const headerBytes = 0x250;
const magics: [string, Packing][] = [
  ['fd377a585a00', packings.xz],
  ['02214c18', packings.lz4],
  ['28b52ffd', packings.zst],
  ['1f8b08', packings.gz],
];

export type KernelFormat = 'elf' | 'bzImage';

/** What a kernel file is. @throws exit code 2 when it is neither a vmlinux nor a bzImage, or is not there */
export async function kernelFormat(file: string): Promise<KernelFormat> {
  const head = await withFile(file, async (handle) => {
    if (!(await handle.stat()).isFile()) throw usageError(`the kernel ${file} cannot be read: it is no file`);
    return readAt(handle, 0, headerBytes);
  });
  if (isElf64(head)) return 'elf';
  if (head.length === headerBytes && head.toString('latin1', 0x202, 0x206) === 'HdrS') return 'bzImage';
  throw usageError(`${file} is no kernel: neither a vmlinux (64-bit ELF) nor a bzImage`);
}

/** Finds the packed kernel in a bzImage. @throws exit code 1 when the image is damaged or packed in an unknown way */
export async function findPayload(file: string): Promise<Payload> {
  return withFile(file, async (handle) => {
    const head = await readAt(handle, 0, headerBytes);
    const size = (await handle.stat()).size;
    // boot.rst: 0 means 4 for setup_sects; the payload's offset counts from the protected-mode code.
    const setupSectors = head.readUInt8(0x1f1) || 4;
    const offset = (setupSectors + 1) * 512 + head.readUInt32LE(0x248);
    const length = head.readUInt32LE(0x24c);
    if (length < 8 || offset + length > size)
      throw failure(`${file} is damaged: it ends before its packed kernel does`);
    const magic = (await readAt(handle, offset, 6)).toString('hex');
    const packing = magics.find(([start]) => magic.startsWith(start))?.[1];
    if (packing === undefined) throw failure(`the kernel in ${file} is packed in an unknown way (${magic})`);
    // All but gzip have four bytes behind them that the kernel's build adds: the unpacked size (scripts/Makefile.lib).
    if (packing === packings.gz) return { offset, bytes: length, packing, unpackedBytes: null };
    const unpackedBytes = (await readAt(handle, offset + length - 4, 4)).readUInt32LE(0);
    return { offset, bytes: length - 4, packing, unpackedBytes };
  });
}

/** Unpacks the kernel of a bzImage into a file that is not there yet. @throws exit code 1 */
export async function unpackKernel(bzImage: string, to: string, signal: AbortSignal): Promise<void> {
  const { offset, bytes, packing, unpackedBytes } = await findPayload(bzImage);
  const packed = `${to}.packed`;
  try {
    const part = createReadStream(bzImage, { start: offset, end: offset + bytes - 1 });
    await pipeline(part, createWriteStream(packed, { flags: 'wx' }), { signal });
    await unpackFile(packing, packed, to, signal);
  } finally {
    await rm(packed, { force: true });
  }
  const { size } = await stat(to);
  if (unpackedBytes !== null && size !== unpackedBytes) {
    throw failure(`${bzImage} is damaged: its kernel has ${size} bytes unpacked, and should have ${unpackedBytes}`);
  }
  if ((await kernelFormat(to)) !== 'elf') throw failure(`${bzImage} holds no ELF kernel`);
}

/** The release that a vmlinux says it is: `uname -r`. @throws exit code 2 when it says none */
export async function kernelRelease(vmlinux: string): Promise<string> {
  // The banner of init/version.c; not its format string, whose %s has no digit.
  const banner = /Linux version (\d[^\s\0]{0,63}) /;
  let tail = '';
  for await (const part of createReadStream(vmlinux, { encoding: 'latin1', highWaterMark: 1 << 20 })) {
    const text = tail + String(part);
    const release = banner.exec(text)?.[1];
    if (release !== undefined) return release;
    tail = text.slice(-100);
  }
  throw usageError(`${vmlinux} is no Linux kernel: it has no version banner`);
}

async function withFile<T>(file: string, work: (handle: FileHandle) => Promise<T>): Promise<T> {
  let handle: FileHandle;
  try {
    handle = await open(file);
  } catch (error) {
    throw usageError(`the kernel ${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  try {
    return await work(handle);
  } finally {
    await handle.close();
  }
}

async function readAt(handle: FileHandle, position: number, bytes: number): Promise<Buffer> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(bytes), 0, bytes, position);
  return buffer.subarray(0, bytesRead);
}
