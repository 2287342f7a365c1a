import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { notPossible } from '../errors.js';
import { foreignFrame, printedNumber } from './foreign.js';
import type { ForeignFigures, ForeignGenerator, ForeignTraffic } from './foreign.js';

/**
 * trafgen 0.6.8 of netsniff-ng: PACKET_TX_RING past the qdisc. It counts a frame as sent once its slot has been taken;
 * one that the device refuses stays in its slot and is tried again, and the device counts each try as a drop.
 */
export const trafgen: ForeignGenerator = { command, figures };

/** @throws exit code 4 when a rate is asked for */
async function command(traffic: ForeignTraffic): Promise<string[]> {
  if (traffic.packetsPerSecond !== null) {
    // shaper_delay() of trafgen: `rate` packets at once, then nothing until the second is over
    throw notPossible(
      'trafgen keeps no rate: it sends the packets of each second in one burst',
      'leave the rate open, or let tcpreplay send',
    );
  }
  const file = join(traffic.folder, 'trafgen.cfg');
  await writeFile(file, configuration(foreignFrame(traffic)));
  return [
    'trafgen',
    ...['--in', file, '--out', traffic.sender.interface, '--cpus', '1', '--num', String(traffic.packets)],
    // 64 frames: with a longer ring those that wait at the other end fill the send buffer, and it fails (EAGAIN)
    ...['--ring-size', '128KiB'],
    // else it changes the sysctls of the whole machine, and the affinity of its interrupts
    ...['--no-sock-mem', '--notouch-irq'],
  ];
}

/** A packet in trafgen's language: its bytes. */
function configuration(frame: Buffer): string {
  return `{ ${[...frame].map((byte) => `0x${byte.toString(16).padStart(2, '0')}`).join(', ')} }\n`;
}

function figures(output: string): ForeignFigures {
  const sent = printedNumber('trafgen', output, /^\s*(\d+) packets outgoing$/m);
  const seconds = printedNumber('trafgen', output, /^\s*(\d+) sec, \d+ usec on CPU/m);
  const microseconds = printedNumber('trafgen', output, /^\s*\d+ sec, (\d+) usec on CPU/m);
  const elapsed = seconds + microseconds / 1e6;
  return { sent, packetsPerSecond: elapsed > 0 ? sent / elapsed : null };
}
