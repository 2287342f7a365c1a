import type { Metric } from '../../reports/record.js';

/** Every metric of a row, declared once: unit, which way is better, and whether it repeats to the digit. */
export const metrics = {
  cpuNsPerPacket: { unit: 'ns/packet', better: 'lower', kind: 'noisy' },
  probedCpuNsPerPacket: { unit: 'ns/packet', better: 'lower', kind: 'noisy' },
  unprobedCpuNsPerPacket: { unit: 'ns/packet', better: 'lower', kind: 'noisy' },
  instructionsPerPacket: { unit: 'instructions/packet', better: 'lower', kind: 'exact' },
  probedInstructionsPerPacket: { unit: 'instructions/packet', better: 'lower', kind: 'exact' },
  emulatorInstructionsPerPacket: { unit: 'instructions/packet', better: 'lower', kind: 'exact' },
  packetsPerSecond: { unit: 'packets/s', better: 'higher', kind: 'noisy' },
  bitsPerSecond: { unit: 'bit/s', better: 'higher', kind: 'noisy' },
  syscallsPerPacket: { unit: 'calls/packet', better: 'lower', kind: 'noisy' },
  wakeupsPerPacket: { unit: 'wake-ups/packet', better: 'lower', kind: 'noisy' },
  contextSwitchesPerPacket: { unit: 'switches/packet', better: 'lower', kind: 'noisy' },
  softirqsPerPacket: { unit: 'softirqs/packet', better: 'lower', kind: 'noisy' },
  senderSoftirqsPerPacket: { unit: 'softirqs/packet', better: 'lower', kind: 'noisy' },
  napiWakeupsPerPacket: { unit: 'wake-ups/packet', better: 'lower', kind: 'noisy' },
  interruptsPerPacket: { unit: 'interrupts/packet', better: 'lower', kind: 'noisy' },
  copiedBytesPerPacket: { unit: 'bytes/packet', better: 'lower', kind: 'noisy' },
  offeredPacketsPerSecond: { unit: 'packets/s', better: null, kind: 'noisy' },
  lossRatio: { unit: '1', better: 'lower', kind: 'noisy' },
  latencyP50Ns: { unit: 'ns', better: 'lower', kind: 'noisy' },
  latencyP90Ns: { unit: 'ns', better: 'lower', kind: 'noisy' },
  latencyP99Ns: { unit: 'ns', better: 'lower', kind: 'noisy' },
  latencyP999Ns: { unit: 'ns', better: 'lower', kind: 'noisy' },
  latencyMaxNs: { unit: 'ns', better: 'lower', kind: 'noisy' },
  observedBitsPerSecond: { unit: 'bit/s', better: 'higher', kind: 'noisy' },
  latenessP99Ns: { unit: 'ns', better: 'lower', kind: 'noisy' },
  probedThroughputRatio: { unit: '1', better: 'higher', kind: 'noisy' },
} as const satisfies Record<string, Omit<Metric, 'name'>>;

export type MetricName = keyof typeof metrics;

/** As the record lists them. */
export const metricList: Metric[] = Object.entries(metrics).map(([name, metric]) => ({ name, ...metric }));
