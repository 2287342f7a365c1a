/** Little-endian, times in microseconds: pcap-savefile(5). */
const magic = 0xa1b2c3d4;
const ethernet = 1;
const snaplen = 65_535;

/** A capture file with these Ethernet frames, all of them at time 0. */
export function pcapOf(frames: readonly Buffer[]): Buffer {
  const header = Buffer.alloc(24);
  header.writeUInt32LE(magic, 0);
  header.writeUInt16LE(2, 4);
  header.writeUInt16LE(4, 6);
  header.writeUInt32LE(snaplen, 16);
  header.writeUInt32LE(ethernet, 20);
  return Buffer.concat([header, ...frames.flatMap((frame) => [recordHeader(frame.length), frame])]);
}

function recordHeader(size: number): Buffer {
  const header = Buffer.alloc(16);
  header.writeUInt32LE(size, 8);
  header.writeUInt32LE(size, 12);
  return header;
}
