const sectionHeaderBytes = 64;

/** Whether these are the first bytes of a 64-bit little-endian ELF file. */
export function isElf64(bytes: Buffer): boolean {
  return bytes.length >= 64 && bytes.readUInt32BE(0) === 0x7f454c46 && bytes[4] === 2 && bytes[5] === 1;
}

/**
 * The content of a section of a 64-bit little-endian ELF file: elf(5). Nothing in the file is trusted.
 *
 * @returns null when the file has no such section
 * @throws Error for what is no such file, or points out of itself
 */
export function elfSection(file: Buffer, name: string): Buffer | null {
  if (!isElf64(file)) throw new Error('not a 64-bit little-endian ELF file');
  const tableOffset = offset(file, 0x28);
  const entryBytes = file.readUInt16LE(0x3a);
  const count = file.readUInt16LE(0x3c);
  const namesIndex = file.readUInt16LE(0x3e);
  if (count === 0) return null;
  if (entryBytes < sectionHeaderBytes || namesIndex >= count) throw new Error('its section table is damaged');
  const header = (index: number): Buffer => slice(file, tableOffset + index * entryBytes, sectionHeaderBytes);
  const content = (index: number): Buffer => slice(file, offset(header(index), 0x18), offset(header(index), 0x20));
  const names = content(namesIndex);
  const wanted = Buffer.from(`${name}\0`);
  for (let index = 0; index < count; index++) {
    const start = header(index).readUInt32LE(0);
    if (names.subarray(start, start + wanted.length).equals(wanted)) return content(index);
  }
  return null;
}

function offset(bytes: Buffer, at: number): number {
  const value = bytes.readBigUInt64LE(at);
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new Error('an offset lies outside the file');
  return Number(value);
}

function slice(file: Buffer, start: number, length: number): Buffer {
  if (start + length > file.length) throw new Error('a section lies outside the file');
  return file.subarray(start, start + length);
}
