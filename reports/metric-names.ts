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
  /** Packets that reached the program in a second. */
  rate: 'packetsPerSecond',
  systemCalls: 'syscallsPerPacket',
  wakeUps: 'wakeupsPerPacket',
} as const;
