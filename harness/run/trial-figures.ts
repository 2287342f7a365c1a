import type { Trial } from '../../reports/record.js';
import { histogramQuantile } from '../statistics/quantile.js';
import type { MetricName } from './metrics.js';

/**
 * Packets (TCP: messages) that reached the program, per second: of sending when the sender keeps a rate, since what
 * a reader takes to notice the end is no lack of throughput; of the whole window when the receiver sets the pace.
 */
export function deliveredPacketsPerSecond(trial: Trial): number {
  const { generator, reader, windowNs } = trial;
  if (generator.offeredPacketsPerSecond === null) return (reader.packets * 1e9) / windowNs;
  return (generator.achievedPacketsPerSecond * reader.packets) / generator.sent;
}

type Figure = (trial: Trial) => number | null;

/** Figures that need no probe, and are taken from the unprobed trials for that reason. */
export const unprobedFigures: readonly [MetricName, Figure][] = [
  ['packetsPerSecond', deliveredPacketsPerSecond],
  ['offeredPacketsPerSecond', ({ generator }) => generator.achievedPacketsPerSecond],
  ['lossRatio', lossRatio],
  ['bitsPerSecond', bulkBitsPerSecond],
  [
    'observedBitsPerSecond',
    ({ observedBytes, windowNs }) => (observedBytes === null ? null : (observedBytes * 8e9) / windowNs),
  ],
  ['syscallsPerPacket', ({ reader }) => perPacket(reader.systemCalls ?? reader.calls, reader)],
  ['wakeupsPerPacket', ({ reader }) => perPacket(reader.voluntarySwitches, reader)],
  [
    'contextSwitchesPerPacket',
    ({ reader }) => perPacket(reader.voluntarySwitches + reader.involuntarySwitches, reader),
  ],
  ['softirqsPerPacket', (trial) => perFrame(trial, trial.triggers?.receiverSoftirqs)],
  ['senderSoftirqsPerPacket', (trial) => perFrame(trial, trial.triggers?.senderSoftirqs)],
  ['napiWakeupsPerPacket', (trial) => perFrame(trial, trial.triggers?.napiWakeups)],
  ['interruptsPerPacket', (trial) => perFrame(trial, trial.triggers?.interrupts)],
  ['copiedBytesPerPacket', copiedBytesPerPacket],
  ['latencyP50Ns', ({ reader }) => latencyQuantile(reader, 0.5)],
  ['latencyP90Ns', ({ reader }) => latencyQuantile(reader, 0.9)],
  ['latencyP99Ns', ({ reader }) => latencyQuantile(reader, 0.99)],
  ['latencyP999Ns', ({ reader }) => latencyQuantile(reader, 0.999)],
  ['latencyMaxNs', ({ reader }) => (reader.latency === null ? null : reader.latencyMaxNs)],
  ['latenessP99Ns', ({ generator }) => generator.latenessP99Ns],
];

function perFrame({ wirePackets }: Trial, count: number | null | undefined): number | null {
  return count === null || count === undefined ? null : count / wirePackets;
}

export function copiedBytesPerPacket({ reader }: Trial): number | null {
  return reader.copiedBytes === null ? null : perPacket(reader.copiedBytes, reader);
}

/** For each packet that the reader has got; null where none was meant to come. */
function perPacket(amount: number, { packets }: Trial['reader']): number | null {
  return packets === 0 ? null : amount / packets;
}

/** Packets sent that neither reached the program nor were filtered out, of all sent; null for TCP, which loses none. */
export function lossRatio({ ledger }: Pick<Trial, 'ledger'>): number | null {
  if (ledger.unit !== 'packets') return null;
  const lost = ledger.sent - ledger.delivered - (ledger.drops['filter'] ?? 0);
  return ledger.sent === 0 ? null : lost / ledger.sent;
}

function latencyQuantile({ latency }: Trial['reader'], p: number): number | null {
  return latency === null ? null : histogramQuantile(latency, p);
}

/** Payload bits per second; only where nothing paces the sender. */
function bulkBitsPerSecond({ ledger, generator, reader, windowNs }: Trial): number | null {
  if (ledger.unit !== 'bytes' || generator.offeredPacketsPerSecond !== null) return null;
  return (reader.bytes * 8e9) / windowNs;
}
