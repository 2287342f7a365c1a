import { createInterface } from 'node:readline';
import type { Duplex } from 'node:stream';

/** Calls back with each line that comes; a channel that breaks ends in silence, for whoever owns it says why. */
export function onLines(channel: Duplex, take: (line: string) => void): void {
  const lines = createInterface({ input: channel, crlfDelay: Infinity });
  lines.on('line', take);
  // readline passes the errors of its input on, where nobody would catch them
  lines.on('error', () => undefined);
}
