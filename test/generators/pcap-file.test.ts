import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import fc from 'fast-check';
import { ExitCode, PktpathError } from '../../harness/errors.js';
import { parsePcap, readPcapFile } from '../../harness/generators/pcap-file.js';
import { pcapOf } from '../../harness/generators/pcap-writer.js';

const mtu = 1500;
const frames = [Buffer.alloc(64, 1), Buffer.alloc(1514, 2), Buffer.alloc(14, 3)];

/** A capture file with some bytes written over. */
function changed(change: (file: Buffer) => void, from = pcapOf(frames)): Buffer {
  const file = Buffer.from(from);
  change(file);
  return file;
}

/** The same file as a machine of the other byte order writes it. */
function bigEndian(): Buffer {
  const file = pcapOf(frames);
  const swap = (at: number, size: 2 | 4): unknown => file.subarray(at, at + size).reverse();
  [0, 8, 12, 16, 20].forEach((at) => swap(at, 4));
  [4, 6].forEach((at) => swap(at, 2));
  let at = 24;
  for (const frame of frames) {
    [0, 4, 8, 12].forEach((field) => swap(at + field, 4));
    at += 16 + frame.length;
  }
  return file;
}

function assertUsage(error: unknown, message: RegExp): boolean {
  assert.ok(error instanceof PktpathError, String(error));
  assert.equal(error.exitCode, ExitCode.usage);
  assert.match(error.message, message);
  assert.ok(error.hint !== undefined && error.hint.length > 0);
  return true;
}

describe('capture files', () => {
  const contents = { packets: 3, bytes: 64 + 1514 + 14, frameBytes: { smallest: 14, largest: 1514 }, cut: 0 };

  it('reads what our own writer wrote, in both byte orders and both units of time', () => {
    assert.deepEqual(parsePcap(pcapOf(frames), 'a', { mtu }), contents);
    assert.deepEqual(parsePcap(bigEndian(), 'a', { mtu }), contents);
    for (const [from, at] of [
      [pcapOf(frames), 0],
      [bigEndian(), 3],
    ] as const) {
      const nanoseconds = changed((file) => {
        const magic = Buffer.from('4d3cb2a1', 'hex');
        (at === 0 ? magic : magic.reverse()).copy(file, 0);
      }, from);
      assert.deepEqual(parsePcap(nanoseconds, 'a', { mtu }), contents);
    }
  });

  it('tells of packets that were cut', () => {
    const file = changed((bytes) => bytes.writeUInt32LE(100, 24 + 12));
    assert.deepEqual(parsePcap(file, 'a', { mtu }), { ...contents, cut: 1 });
  });

  const refused: [string, Buffer, RegExp][] = [
    ['an empty file', Buffer.alloc(0), /0 bytes: no capture file/],
    ['half a header', pcapOf(frames).subarray(0, 23), /23 bytes/],
    ['a header alone', pcapOf([]), /has no packets/],
    ['another magic number', changed((file) => file.writeUInt32LE(0xdeadbeef, 0)), /magic number 0xdeadbeef/],
    ['pcapng', changed((file) => file.writeUInt32BE(0x0a0d0d0a, 0)), /pcapng/],
    ['another version', changed((file) => file.writeUInt16LE(3, 4)), /version 3\.4/],
    ['another link type', changed((file) => file.writeUInt32LE(113, 20)), /link type 113/],
    ['frames with FCS', changed((file) => file.writeUInt32LE(0x24000001, 20)), /without FCS/],
    [
      'a record above the snaplen',
      changed((file) => file.writeUInt32LE(63, 16)),
      /record 1: 64 bytes, more than .* 63/,
    ],
    ['a record of 4 GiB', changed((file) => file.writeUInt32LE(0xffffffff, 32)), /record 1: 4294967295 bytes, more/],
    [
      'more captured than there was',
      changed((file) => file.writeUInt32LE(63, 36)),
      /record 1: 64 bytes of a packet of 63/,
    ],
    ['a record without bytes', pcapOf([Buffer.alloc(64), Buffer.alloc(0)]), /record 2: 0 bytes are no Ethernet frame/],
    ['a record too short', pcapOf([Buffer.alloc(13)]), /record 1: 13 bytes/],
    ['a frame above the MTU', pcapOf([Buffer.alloc(64), Buffer.alloc(1515)]), /record 2: .* 1515 bytes does not fit/],
    ['a cut record header', pcapOf(frames).subarray(0, 24 + 16 + 64 + 15), /record 2: the file ends within its header/],
    ['a cut last packet', pcapOf(frames).subarray(0, -1), /record 3: the file ends within the packet/],
  ];
  for (const [what, file, message] of refused) {
    it(`refuses ${what}`, () => {
      assert.throws(
        () => parsePcap(file, 'a', { mtu }),
        (error) => assertUsage(error, message),
      );
    });
  }

  it('refuses more packets than its bound', () => {
    assert.throws(
      () => parsePcap(pcapOf(frames), 'a', { mtu, maxPackets: 2 }),
      (error) => assertUsage(error, /record 3: more than 2/),
    );
  });

  const parsesOrRefuses = (file: Buffer): void => {
    try {
      const { packets, bytes } = parsePcap(file, 'a', { mtu });
      assert.ok(packets > 0 && bytes >= 14 * packets && bytes + 16 * packets + 24 === file.length);
    } catch (error) {
      assertUsage(error, /./);
    }
  };

  it('takes whole files or refuses them, whatever bytes they have', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => parsesOrRefuses(Buffer.from(bytes))));
    const good = pcapOf(frames);
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.nat(255), fc.nat(good.length), (at, byte, end) => {
        parsesOrRefuses(changed((file) => file.writeUInt8(byte, at), good.subarray(0, Math.max(end, at + 1))));
      }),
      { numRuns: 2000 },
    );
  });

  describe('by name', () => {
    let folder: string;
    beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'pktpath-pcap-'))));
    afterEach(() => {
      rmSync(folder, { recursive: true });
    });

    it('may begin with a dash', async () => {
      writeFileSync(join(folder, '-r'), pcapOf(frames));
      assert.deepEqual(await readPcapFile(join(relative(process.cwd(), folder), '-r'), { mtu }), contents);
    });

    it('has to be a regular file of bounded size', async () => {
      const fifo = join(folder, 'fifo');
      assert.equal(spawnSync('mkfifo', [fifo]).status, 0);
      for (const path of [fifo, folder, '/dev/zero']) {
        await assert.rejects(readPcapFile(path, { mtu }), (error) => assertUsage(error, /is not a regular file/));
      }
      await assert.rejects(readPcapFile(join(folder, 'none'), { mtu }), (error) =>
        assertUsage(error, /there is no file/),
      );
      const file = join(folder, 'big');
      writeFileSync(file, pcapOf(frames));
      await assert.rejects(readPcapFile(file, { mtu, maxBytes: 99 }), (error) => assertUsage(error, /more than 99/));
    });

    it('has to be readable', async () => {
      await assert.rejects(readPcapFile('x'.repeat(5000), { mtu }), (error) => {
        assert.ok(error instanceof PktpathError && error.exitCode === ExitCode.failed);
        assert.match(error.message, /^cannot read "x+"$/);
        return true;
      });
    });
  });
});
