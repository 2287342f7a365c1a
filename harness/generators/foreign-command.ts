import { notPossible } from '../errors.js';
import type { GeneratorSpec, TrialResult } from '../executor/contract.js';
import type { Testbed } from '../testbed/testbed.js';
import type { ForeignGenerator, ForeignTraffic } from './foreign.js';
import type { ForeignName } from './foreign-names.js';
import { readPcapFile } from './pcap-file.js';
import { pktgen } from './pktgen.js';
import { replayCommand, tcpreplay } from './tcpreplay.js';
import { trafgen } from './trafgen.js';

/** Another program as a cell's generator. */
export interface ForeignSender {
  name: ForeignName;
  /** tcpreplay: the user's capture file; null: frames of the size that the generator asks for. */
  pcap: string | null;
}

const drivers: Record<ForeignName, ForeignGenerator> = { trafgen, tcpreplay, pktgen };

/** Of the testbed's interfaces. */
const mtu = 1500;

/**
 * Whether the capture files can be replayed, each one once, before anything is made for them. They are read again for
 * each trial, which trusts no file to have stayed as it was.
 * @throws exit code 2 for a capture file that cannot be replayed; 1 when it cannot be read
 */
export async function checkForeign(senders: readonly ForeignSender[]): Promise<void> {
  const files = new Set(senders.flatMap(({ name, pcap }) => (name === 'tcpreplay' && pcap !== null ? [pcap] : [])));
  for (const file of files) await readPcapFile(file, { mtu });
}

/**
 * The generator with the program's command in it.
 * @param folder of the run's own, for what the program has to read from a file
 * @throws exit code 2 for a capture file that cannot be replayed; 4 for what the program cannot do
 */
export async function foreignGenerator(
  { name, pcap }: ForeignSender,
  generator: GeneratorSpec,
  { sender, receiver }: Pick<Testbed, 'sender' | 'receiver'>,
  folder: string,
): Promise<GeneratorSpec> {
  const { traffic: kind, frameBytes, packets, packetsPerSecond } = generator;
  if (kind !== 'raw') throw notPossible(`${name} sends frames that no ${kind.split('-')[0] ?? kind} socket takes`);
  const traffic: ForeignTraffic = { sender, receiver, frameBytes, packets, packetsPerSecond, folder };
  if (name === 'tcpreplay' && pcap !== null) {
    const contents = await readPcapFile(pcap, { mtu });
    return { ...generator, command: replayCommand(pcap, contents.packets, traffic) };
  }
  return { ...generator, command: await drivers[name].command(traffic) };
}

/** The result with the time that the program says that it sent for, which leaves out its start and its end. */
export function foreignResult({ name }: ForeignSender, result: TrialResult): TrialResult {
  const { packetsPerSecond } = drivers[name].figures(result.generator.output ?? '');
  if (packetsPerSecond === null || packetsPerSecond <= 0) return result;
  const elapsedNs = (result.generator.sent * 1e9) / packetsPerSecond;
  return { ...result, generator: { ...result.generator, elapsedNs } };
}
