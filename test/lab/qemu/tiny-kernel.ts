/** How a tiny kernel ends. */
export type TinyEnd = 'triple fault' | 'power off' | 'hang';

/** Where it is loaded: behind the first MiB, as a Multiboot kernel is. */
const address = 0x100000;
const magic = 0x1badb002;
/** The header has addresses, so that the file need not be ELF (Multiboot specification 0.6.96, 3.1.3). */
const flags = 0x10000;
const headerBytes = 32;

/**
 * A kernel of some hundred bytes, for QEMU's -kernel: it writes words to the serial port, and ends.
 * @returns the file's content
 */
export function tinyKernel(words: string, end: TinyEnd): Buffer {
  const code = Buffer.from([...[...Buffer.from(words, 'latin1')].flatMap(print), ...ends[end]]);
  const header = Buffer.alloc(headerBytes);
  const entry = address + headerBytes;
  const fields = [magic, flags, 2 ** 32 - magic - flags, address, address, entry + code.length, 0, entry];
  for (const [index, field] of fields.entries()) header.writeUInt32LE(field, index * 4);
  return Buffer.concat([header, code]);
}

/** mov dx, 0x3f8; mov al, byte; out dx, al */
function print(byte: number): number[] {
  return [0x66, 0xba, 0xf8, 0x03, 0xb0, byte, 0xee];
}

const ends: Record<TinyEnd, number[]> = {
  // mov esp, 2 MiB; push 0; push 0; lidt [esp]; int3: an interrupt, and a table without an entry
  'triple fault': [0xbc, 0x00, 0x00, 0x20, 0x00, 0x6a, 0x00, 0x6a, 0x00, 0x0f, 0x01, 0x1c, 0x24, 0xcc],
  // mov dx, 0x604; mov ax, 0x2000; out dx, ax: the PC's power management, where the BIOS puts it; and then it waits
  'power off': [0x66, 0xba, 0x04, 0x06, 0x66, 0xb8, 0x00, 0x20, 0x66, 0xef, 0xeb, 0xfe],
  // jmp to itself
  hang: [0xeb, 0xfe],
};
