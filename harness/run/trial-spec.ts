import type { PathSpec, ProbeSpec, TrialSpec } from '../executor/contract.js';
import type { Isolation, Testbed } from '../testbed/testbed.js';
import type { Cell } from './experiment.js';

/** Where the receiver listens; the namespace is the run's own, so nothing else can hold it. */
const port = 9000;

/** Enough to fill caches, grow the TCP window and bring the CPU up from idle, in 50 ms. */
const warmup = { packets: 1000, packetsPerSecond: 20_000 };
/** Behind an emulated card, where a packet takes the emulator a millisecond and there are no caches to fill. */
const emulatedWarmup = { packets: 100, packetsPerSecond: 1000 };

/** Longer than any pause of a loaded virtual machine seen so far (13 ms); only a trial that lost packets waits for it. */
const drainNs = 300_000_000;

/** Locally administered, and of no interface here. */
const anotherHost = '02:70:6b:00:00:ff';

/** Before every other task of the same class. */
const nice = -20;

/** A block that is not full is handed over after its timeout, so silence means nothing before that. */
function blockTimeoutMs(path: PathSpec): number {
  if (path.name === 'libpcap') return path.timeoutMs;
  return path.name === 'tpacket-v3' ? path.blockTimeoutMs : 0;
}

/** Under `interrupt` at the cell's own rate: one packet in flight stays one packet in flight. */
function warmupOf(cell: Cell, isolation: Isolation): typeof warmup {
  if (isolation !== 'interrupt') return warmup;
  const { packetsPerSecond } = cell.generator;
  return { ...emulatedWarmup, packetsPerSecond: packetsPerSecond ?? emulatedWarmup.packetsPerSecond };
}

/** What native/ is told to do for one trial of a cell. */
export function trialSpec(
  cell: Cell,
  testbed: Pick<Testbed, 'receiver' | 'sender' | 'isolation'>,
  probes: ProbeSpec | null,
  workerCpus: readonly number[] = [testbed.receiver.cpu],
  soak = false,
): TrialSpec {
  const readerPauseNs = 2 * blockTimeoutMs(cell.path) * 1_000_000;
  const { packets, packetsPerSecond } = warmupOf(cell, testbed.isolation);
  // a sender that spins on the receiver's CPU would keep it from reading
  const pacing = testbed.sender.cpu === testbed.receiver.cpu ? 'sleep' : cell.generator.pacing;
  return {
    path: cell.path,
    generator: { ...cell.generator, pacing },
    // a card that is not promiscuous would turn them away itself
    receiver:
      cell.mirrored === true && testbed.isolation !== 'interrupt'
        ? { ...testbed.receiver, mac: anotherHost }
        : testbed.receiver,
    sender: testbed.sender,
    port,
    probes,
    warmupPackets: packets,
    warmupPacketsPerSecond: packetsPerSecond,
    drainNs: drainNs + readerPauseNs,
    nice,
    workerCpus: [...workerCpus],
    latency: probes === null && !soak && cell.latency === true,
    observed: cell.observed ?? null,
    emulator: false,
    soak,
  };
}
