import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { posix } from 'node:path';
import { failure } from '../../errors.js';
import type { Parts } from './parts.js';

/** Types of stat(2)'s st_mode. */
const type = { folder: 0o040000, file: 0o100000, link: 0o120000 } as const;

/** One member of an archive; `source` is the host's file that has its content. */
interface Member {
  path: string;
  mode: number;
  content: Buffer | { source: string };
}

const nothing = Buffer.alloc(0);
const largestMember = 0xffffffff;

/**
 * An archive in the kernel's format (cpio newc: Documentation/driver-api/early-userspace/buffer-format.rst) of these
 * parts, in pieces. The same parts and contents give the same bytes: members are sorted, times are 0, inodes are numbered.
 *
 * @throws exit code 1 when a file cannot be read, or is not as long as it was
 */
export async function* cpio(parts: Parts): AsyncGenerator<Buffer> {
  let inode = 1;
  for (const { path, mode, content } of membersOf(parts)) {
    const bytes = 'source' in content ? await sizeOf(content.source) : content.length;
    if (bytes > largestMember) throw failure(`${path} is too large for an initramfs: ${bytes} bytes`);
    yield header(inode++, mode, bytes, path.slice(1));
    if ('source' in content) yield* contentOf(content.source, bytes);
    else yield content;
    yield padding(bytes);
  }
  yield header(0, 0, 0, 'TRAILER!!!');
}

function membersOf({ files, links, folders, texts }: Parts): Member[] {
  const members = new Map<string, Member>();
  const add = (member: Member): void => {
    const { path } = member;
    if (!path.startsWith('/') || path === '/' || posix.normalize(path) !== path || /\/$|\0/.test(path)) {
      throw new Error(`'${path}' is no path for an initramfs`);
    }
    if (members.has(path)) throw new Error(`${path} is twice in the initramfs`);
    members.set(path, member);
  };
  for (const { path, mode } of folders) add({ path, mode: type.folder | mode, content: nothing });
  for (const { path, target } of links) add({ path, mode: type.link | 0o777, content: Buffer.from(target) });
  for (const { path, text, mode } of texts) add({ path, mode: type.file | mode, content: Buffer.from(text) });
  for (const { path, source, mode } of files) add({ path, mode: type.file | mode, content: { source } });
  for (const path of [...members.keys()]) {
    for (let above = posix.dirname(path); above !== '/' && !members.has(above); above = posix.dirname(above)) {
      add({ path: above, mode: type.folder | 0o755, content: nothing });
    }
  }
  // By code unit: a folder comes before what lies in it.
  return [...members.values()].sort((one, other) => (one.path < other.path ? -1 : 1));
}

function header(inode: number, mode: number, bytes: number, name: string): Buffer {
  const named = Buffer.from(`${name}\0`);
  const links = (mode & 0o170000) === type.folder ? 2 : 1;
  // ino mode uid gid nlink mtime filesize devmajor devminor rdevmajor rdevminor namesize check
  const fields = [inode, mode, 0, 0, links, 0, bytes, 0, 0, 0, 0, named.length, 0];
  const start = Buffer.from(`070701${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}`);
  return Buffer.concat([start, named, padding(start.length + named.length)]);
}

/** Every header and every content ends at a multiple of four. */
function padding(bytes: number): Buffer {
  return Buffer.alloc(-bytes & 3);
}

async function sizeOf(source: string): Promise<number> {
  try {
    const found = await stat(source);
    if (found.isFile()) return found.size;
  } catch (error) {
    throw failure(`${source} cannot be put into the guest`, undefined, error);
  }
  throw failure(`${source} cannot be put into the guest: it is no file`);
}

async function* contentOf(source: string, bytes: number): AsyncGenerator<Buffer> {
  let left = bytes;
  for await (const part of createReadStream(source, { highWaterMark: 1 << 20 })) {
    left -= (part as Buffer).length;
    if (left < 0) break;
    yield part as Buffer;
  }
  if (left !== 0) throw failure(`${source} has changed while it was read`, 'try again');
}
