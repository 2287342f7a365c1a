import type { StateTime, Trial } from '../../reports/record.js';
import { correctionOf } from './correction.js';
import type { Correction, ProbeCosts } from './correction.js';
import { contextOf } from './receive-path.js';
import type { Context, Placement } from './receive-path.js';

/** One state's part in receiving one packet, in one trial. */
export interface Contribution {
  stage: string;
  context: Context;
  /** Or instructions, in an exact run. */
  nsPerPacket: number;
  /** What the probes added, for each packet. */
  correction: Correction;
  eventsPerPacket: number;
}

/** How a probed trial is read; null: of an exact run that the emulator counts alone, unprobed. */
export interface Accounting {
  placement: Placement;
  /** By the calibration that was taken with the trial. */
  costsOf: (trial: Trial) => ProbeCosts;
  /** Whether this cell's plan has user-space marks. */
  marks: boolean;
}

/**
 * Everything that a probed trial spent on receiving, divided by the frames on the wire; empty for an unprobed one.
 * @param accounting null: what the emulator counted, which has nothing of probes in it
 */
export function contributionsOf(trial: Trial, accounting: Accounting | null): Contribution[] {
  if (accounting === null) return emulatedContributions(trial);
  if (trial.probes === null) return [];
  const { placement, costsOf, marks } = accounting;
  const costs = costsOf(trial);
  const packets = trial.wirePackets;
  return trial.probes.cpus.flatMap(({ cpu, states }) =>
    states.flatMap((state): Contribution[] => {
      const context = contextOf(cpu, state, placement);
      if (context === null || isOnSoaker(state, trial)) return [];
      const { low, median, high } = correctionOf(state, costs, { taken: marks, calls: trial.reader.calls });
      return [
        {
          stage: state.stage,
          context,
          nsPerPacket: (state.ns ?? state.instructions ?? 0) / packets,
          correction: { low: low / packets, median: median / packets, high: high / packets },
          eventsPerPacket: (state.entries + markedEntries(state, trial, marks)) / packets,
        },
      ];
    }),
  );
}

/** Interrupts that hit the soaker are none of the receive path, which waits for the end of a slot meanwhile. */
function isOnSoaker({ owner }: StateTime, { soaking }: Trial): boolean {
  return soaking !== undefined && owner !== 'receiver' && owner !== 'receiver-napi';
}

/** Whether a trial gives contributions: one that was probed, or else one of which the emulator could tell something. */
export function contributes({ probed, emulator }: Trial, accounting: Accounting | null): boolean {
  return accounting === null ? !probed && (emulator?.stages.length ?? 0) > 0 : probed;
}

function emulatedContributions({ emulator, wirePackets }: Trial): Contribution[] {
  return (emulator?.stages ?? []).map(({ stage, context, instructions, entries }) => ({
    ...{ stage, context },
    nsPerPacket: instructions / wirePackets,
    correction: { low: 0, median: 0, high: 0 },
    eventsPerPacket: entries / wirePackets,
  }));
}

/** The marks enter the system call; the boundaries count only what they enter themselves. */
function markedEntries({ layer, owner, stage }: StateTime, trial: Trial, marks: boolean): number {
  const enteredByMark = marks && layer === 'task' && owner === 'receiver' && stage === 'syscall-entry';
  return enteredByMark ? trial.reader.calls : 0;
}

/** Contributions added up: ns per packet. */
export interface Amount {
  raw: number;
  correction: Correction;
  /** raw − correction, which noise may leave below zero: it is not clamped. */
  corrected: number;
  events: number;
}

export function addUp(contributions: readonly Contribution[]): Amount {
  const sum: Amount = { raw: 0, correction: { low: 0, median: 0, high: 0 }, corrected: 0, events: 0 };
  for (const { nsPerPacket, correction, eventsPerPacket } of contributions) {
    sum.raw += nsPerPacket;
    sum.events += eventsPerPacket;
    for (const quantile of ['low', 'median', 'high'] as const) sum.correction[quantile] += correction[quantile];
  }
  sum.corrected = sum.raw - sum.correction.median;
  return sum;
}

/** Percent of the total; 0 of nothing is 0. */
export function sharePercent(part: number, total: number): number {
  return total === 0 ? 0 : (100 * part) / total;
}
