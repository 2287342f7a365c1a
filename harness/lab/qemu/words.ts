import type { Readable } from 'node:stream';

/** Kept of what QEMU prints, in characters; of it the end is shown. */
const kept = 16_000;
const shown = 2_000;

/** Said of every hub, and ours leads nowhere on purpose; and of every feature of a real CPU that is not emulated. */
const noise = /is not connected to host network$|warning: (?:TCG|host) doesn't support requested feature/;

/** What QEMU, and what it starts, print. */
export class Words {
  private text = '';

  constructor(streams: readonly (Readable | null)[]) {
    for (const stream of streams) {
      stream?.setEncoding('utf8').on('data', (part: string) => (this.text = (this.text + part).slice(-kept)));
    }
  }

  /** As lines, without what says nothing. */
  toString(): string {
    const lines = this.text.split('\n').filter((line) => !noise.test(line));
    return lines.join('\n').trim().slice(-shown);
  }
}
