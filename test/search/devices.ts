import type { Random } from '../../harness/statistics/random.js';
import type { RateSearch, TrialOutcome, TrialRequest } from '../../harness/search/search.js';

/** Share of the packets lost in one trial at a load, packets per second. */
export type Device = (load: number, seconds: number) => number;

/** Loses nothing up to its capacity, and all that is above it. */
export function sharp(capacity: number): Device {
  return (load) => Math.max(0, (load - capacity) / load);
}

/** Loses a burst as well, at whatever load, in a share of all trials. */
export function withBursts(device: Device, share: number, burst: number, random: Random): Device {
  return (load, seconds) => Math.min(1, device(load, seconds) + (random() < share ? burst : 0));
}

/** What the sender achieves of what it is asked. */
export type Sender = (asked: number) => number;

export const perfectSender: Sender = (asked) => asked;

export function limitedTo(limit: number): Sender {
  return (asked) => Math.min(asked, limit);
}

export interface Simulated {
  asked: TrialRequest[];
  outcomes: TrialOutcome[];
  seconds: number;
}

/** Runs a search to its end. Losses are whole shares, so that a capacity is not blurred by counting packets. */
export function simulate(search: RateSearch, device: Device, sender: Sender = perfectSender): Simulated {
  const asked: TrialRequest[] = [];
  const outcomes: TrialOutcome[] = [];
  let seconds = 0;
  for (let request = search.next(); request !== null; request = search.next()) {
    asked.push(request);
    const packetsPerSecond = sender(request.packetsPerSecond);
    const sent = packetsPerSecond * request.seconds;
    const lost = sent * device(packetsPerSecond, request.seconds);
    outcomes.push({ packetsPerSecond, seconds: request.seconds, sent, lost });
    search.add({ packetsPerSecond, seconds: request.seconds, sent, lost });
    seconds += request.seconds;
  }
  return { asked, outcomes, seconds };
}
