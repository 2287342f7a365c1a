import type { PathSpec, ProbeSpec, TrialSpec } from '../executor/contract.js';
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

/** A block that is not full is handed over after its timeout, so silence means nothing before that. */
function blockTimeoutMs(path: PathSpec): number {
  if (path.name === 'libpcap') return path.timeoutMs;
  return path.name === 'tpacket-v3' ? path.blockTimeoutMs : 0;
}

/** What native/ is told to do for one trial of a cell. */
export function trialSpec(
  cell: Cell,
  testbed: Pick<Testbed, 'receiver' | 'sender'>,
  probes: ProbeSpec | null,
  workerCpus: readonly number[] = [testbed.receiver.cpu],
): TrialSpec {
  const readerPauseNs = 2 * blockTimeoutMs(cell.path) * 1_000_000;
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
    workerCpus: [...workerCpus],
    latency: probes === null && cell.latency === true,
    observed: cell.observed ?? null,
  };
}
