import type { Trial } from '../../reports/record.js';
import type { Isolation } from '../testbed/testbed.js';
import { median } from '../statistics/quantile.js';

/** What gives the unprobed figure, in words for the table. */
export const unprobedSource = 'CPU clocks of the reader and the NAPI thread';

/**
 * How far the threads' clocks may be from the accounting, in the probed trials, where both saw the same work. The
 * scheduler charges a woken thread its wait for the CPU, so they read several times too much where a thread is woken
 * from another CPU for every few packets; a total that far off is no check of anything.
 */
const agreement = 0.15;

/**
 * Receiver's CPU time for each frame by the threads' own clocks, which need no probe, in ns. Only where all of the
 * receiver's kernel work runs in a thread of its own can they see it; null elsewhere. They miss interrupts that hit an
 * idle CPU.
 */
function threadClockNsPerPacket(trial: Trial, isolation: Isolation): number | null {
  if (isolation !== 'napi-thread' || trial.napiCpuNs === null) return null;
  return (trial.reader.threadCpuNs + trial.napiCpuNs) / trial.wirePackets;
}

/**
 * Clocks over accounting in probed trials: the time of the same two threads, with the interrupts that hit them.
 * @returns the median ratio; null when no trial has both
 */
export function clocksOverAccounting(probed: readonly Trial[], isolation: Isolation): number | null {
  const ratios = probed.flatMap((trial) => {
    const clocks = threadClockNsPerPacket(trial, isolation);
    const states = (trial.probes?.cpus ?? []).flatMap((cpu) => cpu.states);
    const threads = states.filter(({ owner }) => owner === 'receiver' || owner === 'receiver-napi');
    const accounted = threads.reduce((sum, { ns = 0 }) => sum + ns, 0) / trial.wirePackets;
    return clocks === null || accounted <= 0 ? [] : [clocks / accounted];
  });
  return ratios.length === 0 ? null : median(ratios);
}

/** What the clocks read in the unprobed trials, ns per packet each; empty where they cannot be trusted. */
export function unprobedClocks(
  probed: readonly Trial[],
  unprobed: readonly Trial[],
  isolation: Isolation,
  spins: boolean,
): number[] {
  // A reader that never sleeps is never woken, and has nothing wrong on its clock.
  if (!spins && !clocksCanTell(clocksOverAccounting(probed, isolation))) return [];
  return unprobed.map((trial) => threadClockNsPerPacket(trial, isolation)).filter((value) => value !== null);
}

/** Whether the clocks can say what the same work costs without probes. */
export function clocksCanTell(ratio: number | null): boolean {
  return ratio !== null && Math.abs(ratio - 1) <= agreement;
}
