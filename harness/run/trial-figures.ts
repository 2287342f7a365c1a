import type { Trial } from '../../reports/record.js';
import type { Isolation } from '../testbed/testbed.js';
import type { MetricName } from './metrics.js';

/** What gives the unprobed figure, in words for the table. */
export const unprobedSource = 'CPU clocks of the reader and the NAPI thread';

/**
 * Receiver's CPU time for each frame by the threads' own clocks, which need no probe, in ns. Only where all of the
 * receiver's kernel work runs in a thread of its own can they see it; null elsewhere. They miss hard interrupts.
 */
export function threadClockNsPerPacket(trial: Trial, isolation: Isolation): number | null {
  if (isolation !== 'napi-thread' || trial.napiCpuNs === null) return null;
  return (trial.reader.threadCpuNs + trial.napiCpuNs) / trial.wirePackets;
}

/**
 * Packets (TCP: messages) that reached the program, per second: of sending when the sender keeps a rate, since what
 * a reader takes to notice the end is no lack of throughput; of the whole window when the receiver sets the pace.
 */
export function deliveredPacketsPerSecond(trial: Trial): number {
  const paced = trial.generator.offeredPacketsPerSecond !== null;
  return (trial.reader.packets * 1e9) / (paced ? trial.generator.elapsedNs : trial.windowNs);
}

type Figure = (trial: Trial, isolation: Isolation) => number | null;

/** Figures that need no probe, and are taken from the unprobed trials for that reason. */
export const unprobedFigures: readonly [MetricName, Figure][] = [
  ['unprobedCpuNsPerPacket', threadClockNsPerPacket],
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
