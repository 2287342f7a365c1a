import type { ProbeSpec, TrialSpec } from '../executor/contract.js';
import type { Testbed } from '../testbed/testbed.js';
import type { Cell } from './experiment.js';

/** Where the receiver listens; the namespace is the run's own, so nothing else can hold it. */
const port = 9000;

/** Enough to fill caches, grow the TCP window and bring the CPU up from idle, in 50 ms. */
const warmup = { packets: 1000, packetsPerSecond: 20_000 };

/** Longer than any pause of a loaded virtual machine seen so far (13 ms); only a trial that lost packets waits for it. */
const drainNs = 300_000_000;

/** Before every other task of the same class. */
const nice = -20;

/** What native/ is told to do for one trial of a cell. */
export function trialSpec(
  cell: Cell,
  testbed: Pick<Testbed, 'receiver' | 'sender'>,
  probes: ProbeSpec | null,
): TrialSpec {
  // libpcap hands over a block that is not full only after its timeout, so silence means nothing before that.
  const readerPauseNs = cell.path.name === 'libpcap' ? 2 * cell.path.timeoutMs * 1_000_000 : 0;
  return {
    path: cell.path,
    generator: cell.generator,
    receiver: testbed.receiver,
    sender: testbed.sender,
    port,
    probes,
    warmupPackets: warmup.packets,
    warmupPacketsPerSecond: warmup.packetsPerSecond,
    drainNs: drainNs + readerPauseNs,
    nice,
  };
}
