import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

/** A read from a port whose other end is not connected brings nothing at once, so it is asked again after this. */
const retryMs = 50;
const chunkBytes = 64 * 1024;

/** A virtio-serial port that carries one JSON message a line, both ways. */
export class Port {
  private sending: Promise<void> = Promise.resolve();

  private constructor(private readonly file: FileHandle) {}

  /** @param path e.g. /dev/vport0p1 */
  static async open(path: string): Promise<Port> {
    return new Port(await open(path, constants.O_RDWR));
  }

  /** Messages go out one after the other, whole. */
  send(message: unknown): Promise<void> {
    const bytes = Buffer.from(`${JSON.stringify(message)}\n`);
    this.sending = this.sending.then(async () => {
      for (let sent = 0; sent < bytes.length;) {
        sent += (await this.file.write(bytes, sent, bytes.length - sent)).bytesWritten;
      }
    });
    return this.sending;
  }

  /** Lines as they come, without end. */
  async *lines(): AsyncGenerator<string> {
    const buffer = Buffer.alloc(chunkBytes);
    let pending = Buffer.alloc(0);
    for (;;) {
      const { bytesRead } = await this.file.read(buffer, 0, buffer.length, null);
      if (bytesRead === 0) await delay(retryMs);
      pending = Buffer.concat([pending, buffer.subarray(0, bytesRead)]);
      for (let end = pending.indexOf(10); end >= 0; end = pending.indexOf(10)) {
        yield pending.subarray(0, end).toString('utf8');
        pending = pending.subarray(end + 1);
      }
    }
  }
}
