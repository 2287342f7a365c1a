import type { Trial } from '../../reports/record.js';
import type { MetricName } from './metrics.js';

/**
 * Packets (TCP: messages) that reached the program, per second: of sending when the sender keeps a rate, since what
 * a reader takes to notice the end is no lack of throughput; of the whole window when the receiver sets the pace.
 */
export function deliveredPacketsPerSecond(trial: Trial): number {
  const paced = trial.generator.offeredPacketsPerSecond !== null;
  return (trial.reader.packets * 1e9) / (paced ? trial.generator.elapsedNs : trial.windowNs);
}

type Figure = (trial: Trial) => number | null;

/** Figures that need no probe, and are taken from the unprobed trials for that reason. */
export const unprobedFigures: readonly [MetricName, Figure][] = [
  ['packetsPerSecond', deliveredPacketsPerSecond],
  ['bitsPerSecond', bulkBitsPerSecond],
  ['syscallsPerPacket', ({ reader }) => reader.calls / reader.packets],
  ['wakeupsPerPacket', ({ reader }) => reader.voluntarySwitches / reader.packets],
  ['latenessP99Ns', ({ generator }) => generator.latenessP99Ns],
];

/** Payload bits per second; only where nothing paces the sender. */
function bulkBitsPerSecond({ ledger, generator, reader, windowNs }: Trial): number | null {
  if (ledger.unit !== 'bytes' || generator.offeredPacketsPerSecond !== null) return null;
  return (reader.bytes * 8e9) / windowNs;
}
