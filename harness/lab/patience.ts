import type { TrialSpec } from '../executor/contract.js';
import type { GuestCall } from './guest/calls.js';

/** Twenty times what the longest of the other calls, detectPrograms, takes under emulation on a machine with other work. */
const callPatienceSeconds = 300;
/** Host seconds for a second of a trial. An exact guest takes 20 to 50 for each that it does not idle through. */
const slowness = 200;

/** How many seconds of this host's time a guest may take over a call: so many that nothing but a hung one does. */
export function patienceWith(call: GuestCall): number {
  if (call.name !== 'runTrial' && call.name !== 'runTrialAndCount') return callPatienceSeconds;
  const [spec] = call.arguments;
  return Math.max(callPatienceSeconds, Math.ceil(longestSeconds(spec) * slowness));
}

/** By the guest's clock. What is sent is drained after the warm-up, and after the window. */
function longestSeconds({ generator, warmupPackets, warmupPacketsPerSecond, drainNs }: TrialSpec): number {
  const warmup = warmupPacketsPerSecond > 0 ? warmupPackets / warmupPacketsPerSecond : 0;
  return warmup + (generator.maxDurationNs + 2 * drainNs) / 1e9;
}

const tickMs = 1000;

/**
 * Calls back after so many seconds in which this process ran. A process that was stopped, with the machine or by its
 * user, has waited one second when it goes on, and not the hours in between.
 * @returns ends the waiting
 */
export function afterSeconds(seconds: number, late: () => void): () => void {
  let left = Math.ceil(seconds);
  const timer = setInterval(() => {
    left -= 1;
    if (left > 0) return;
    clearInterval(timer);
    late();
  }, tickMs);
  return () => {
    clearInterval(timer);
  };
}
