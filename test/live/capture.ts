import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** One packet of a capture file. */
export interface CapturedPacket {
  /** Length on the wire. */
  length: number;
  data: Buffer;
}

/** Reads a capture file as tcpdump writes it (pcap-savefile(5)); a record that is not whole yet is left out. */
export function parseCapture(file: Buffer): CapturedPacket[] {
  if (file.length < 24) return [];
  assert.equal(file.readUInt32LE(0), 0xa1b2c3d4, 'a capture file of this machine’s byte order, in microseconds');
  const packets: CapturedPacket[] = [];
  for (let at = 24; at + 16 <= file.length;) {
    const captured = file.readUInt32LE(at + 8);
    const end = at + 16 + captured;
    if (end > file.length) break;
    packets.push({ length: file.readUInt32LE(at + 12), data: file.subarray(at + 16, end) });
    at = end;
  }
  return packets;
}

/** What tcpdump says of itself at its end. */
export interface CaptureCounts {
  captured: number;
  received: number;
  dropped: number;
}

const patienceMs = 10_000;

/** tcpdump at work in a namespace. */
export class Capture {
  private stderr = '';

  private constructor(
    private readonly child: ChildProcess,
    private readonly folder: string,
  ) {}

  private get file(): string {
    return join(this.folder, 'capture.pcap');
  }

  /** @param filter a filter expression, in words */
  static async start(namespace: string, name: string, filter: readonly string[]): Promise<Capture> {
    const folder = await mkdtemp(join(tmpdir(), 'pktpath-capture-'));
    const options = ['-i', name, '-n', '-U', '-s', '128', '-B', '65536', '-Q', 'in', '-Z', 'root'];
    const args = ['netns', 'exec', namespace, 'tcpdump', ...options, '-w', join(folder, 'capture.pcap'), ...filter];
    const env = { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`, LC_ALL: 'C' };
    const capture = new Capture(spawn('ip', args, { stdio: ['ignore', 'ignore', 'pipe'], env }), folder);
    capture.child.stderr?.setEncoding('utf8').on('data', (text: string) => (capture.stderr += text));
    await capture.until(() => Promise.resolve(/listening on/.test(capture.stderr)));
    return capture;
  }

  async packets(): Promise<CapturedPacket[]> {
    return parseCapture(await readFile(this.file).catch(() => Buffer.alloc(0)));
  }

  /** Waits until so many packets are in the file, or no more come, and ends it. */
  async finish(expected: number): Promise<{ packets: CapturedPacket[]; counts: CaptureCounts }> {
    let before = -1;
    let quiet = 0;
    await this.until(async () => {
      const now = (await this.packets()).length;
      quiet = now === before ? quiet + 1 : 0;
      before = now;
      return now >= expected ? quiet > 2 : quiet > 20;
    });
    const ended = once(this.child, 'close');
    this.child.kill('SIGINT');
    await ended;
    return { packets: await this.packets(), counts: countsOf(this.stderr) };
  }

  /** Ends it if it has not ended, and removes its file. */
  async discard(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const ended = once(this.child, 'close');
      this.child.kill('SIGKILL');
      await ended;
    }
    await rm(this.folder, { recursive: true, force: true });
  }

  private async until(done: () => Promise<boolean>): Promise<void> {
    const deadline = Date.now() + patienceMs;
    while (!(await done())) {
      if (this.child.exitCode !== null) throw new Error(`tcpdump ended: ${this.stderr}`);
      if (Date.now() > deadline) throw new Error(`tcpdump did not get there: ${this.stderr}`);
      await delay(50);
    }
  }
}

function countsOf(text: string): CaptureCounts {
  const count = (words: string): number => Number(new RegExp(`^(\\d+) packets? ${words}`, 'm').exec(text)?.[1]);
  const counts = {
    captured: count('captured'),
    received: count('received by filter'),
    dropped: count('dropped by kernel'),
  };
  assert.ok(Object.values(counts).every(Number.isInteger), text);
  return counts;
}

/** Payload bytes of a TCP segment over IPv4 and Ethernet. */
export function tcpPayload({ data }: CapturedPacket): number {
  const header = (data.readUInt8(14) & 0x0f) * 4;
  const total = data.readUInt16BE(16);
  return total - header - (data.readUInt8(14 + header + 12) >> 4) * 4;
}

/** Bytes of an IPv4 packet, its header included. */
export function ipBytes({ data }: CapturedPacket): number {
  return data.readUInt16BE(16);
}
