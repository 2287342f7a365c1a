/**
 * Keys of `SummaryRow.metrics` that the tables and charts look for. A metric that a record does not have is printed
 * as a dash; others that it has are left to the record's own readers.
 */
export const metricNames = {
  /** Receiver's CPU time for each wire packet with the probes' cost taken out, ns. */
  corrected: 'cpuNsPerPacket',
  /** The same with the probes' cost in it, ns. */
  probed: 'probedCpuNsPerPacket',
  /** The same without probes, by `closure.unprobedSource`, ns. */
  unprobed: 'unprobedCpuNsPerPacket',
  /** The three of an exact run, in instructions; the last is the emulator's. */
  countedCorrected: 'instructionsPerPacket',
  countedProbed: 'probedInstructionsPerPacket',
  countedUnprobed: 'emulatorInstructionsPerPacket',
  /** Packets that reached the program in a second. */
  rate: 'packetsPerSecond',
  systemCalls: 'syscallsPerPacket',
  wakeUps: 'wakeupsPerPacket',
  copiedBytes: 'copiedBytesPerPacket',
  /** Packets that the sender gave to the device in a second. */
  offered: 'offeredPacketsPerSecond',
  /** Packets lost of all sent, 0 to 1. */
  loss: 'lossRatio',
  /** Payload of TCP as fast as it goes, and of a TCP transfer that a path looks on at. */
  bits: 'bitsPerSecond',
  observedBits: 'observedBitsPerSecond',
  /** From the sender's clock to the reader's hand, ns. */
  latencyP50: 'latencyP50Ns',
  latencyP90: 'latencyP90Ns',
  latencyP99: 'latencyP99Ns',
  latencyP999: 'latencyP999Ns',
  latencyMax: 'latencyMaxNs',
  /** By how much the sender missed its own schedule, ns. */
  lateness: 'latenessP99Ns',
} as const;
