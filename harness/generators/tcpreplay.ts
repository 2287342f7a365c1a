import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { foreignFrame, printedNumber } from './foreign.js';
import type { ForeignFigures, ForeignGenerator, ForeignTraffic } from './foreign.js';
import { pcapOf } from './pcap-writer.js';

/**
 * tcpreplay 4.4: send(2) on an AF_PACKET socket. A frame that the device refuses it sends again until it is taken, and
 * the device counts each try as a drop.
 */
export const tcpreplay: ForeignGenerator = { command, figures };

async function command(traffic: ForeignTraffic): Promise<string[]> {
  const file = join(traffic.folder, 'tcpreplay.pcap');
  await writeFile(file, pcapOf([foreignFrame(traffic)]));
  return replayCommand(file, 1, traffic);
}

/**
 * Replays a capture file again and again up to so many packets.
 * @param file checked before by `readPcapFile`
 * @param filePackets packets in it
 */
export function replayCommand(
  file: string,
  filePackets: number,
  traffic: Pick<ForeignTraffic, 'sender' | 'packets' | 'packetsPerSecond'>,
): string[] {
  const { sender, packets, packetsPerSecond } = traffic;
  return [
    'tcpreplay',
    ...['--preload-pcap', `--intf1=${sender.interface}`],
    packetsPerSecond === null ? '--topspeed' : `--pps=${String(packetsPerSecond)}`,
    ...[`--loop=${String(Math.ceil(packets / filePackets))}`, `--limit=${String(packets)}`],
    // whole, so that no name is taken for an option
    resolve(file),
  ];
}

function figures(output: string): ForeignFigures {
  return {
    sent: printedNumber('tcpreplay', output, /^Actual: (\d+) packets/m),
    packetsPerSecond: printedNumber('tcpreplay', output, /^Rated: .* ([\d.]+) pps$/m),
  };
}
