import type { Estimate, Trial } from '../../reports/record.js';
import { estimate } from '../statistics/interval.js';
import { median } from '../statistics/quantile.js';
import { ratiosWithinRound } from '../statistics/rounds.js';
import type { RoundValue } from '../statistics/rounds.js';
import { addUp, contributionsOf } from './contributions.js';
import type { Accounting } from './contributions.js';

/** What gives the unprobed figure, in words for the table. */
export const soakedSource = 'a soaker on the receiver’s CPU';

/** Whether a trial has a soaker in it. */
export function isSoaked({ purpose }: Pick<Trial, 'purpose'>): boolean {
  return purpose === 'soak' || purpose === 'soak-twice';
}

/** The valid soaked trials of one cell. */
export interface Soaked {
  unprobed: readonly Trial[];
  probed: readonly Trial[];
  twice: readonly Trial[];
}

export function soakedOf(trials: readonly Trial[]): Soaked {
  const own = trials.filter(({ valid, soaking }) => valid && soaking !== undefined);
  return {
    unprobed: own.filter(({ probed }) => !probed),
    probed: own.filter(({ probed, purpose }) => probed && purpose === 'soak'),
    twice: own.filter(({ purpose }) => purpose === 'soak-twice'),
  };
}

/** What the receive path took from the soaker, ns for each packet. */
export function soakedNsPerPacket({ soaking, wirePackets }: Trial): number {
  if (soaking === undefined) throw new TypeError('the trial had no soaker');
  return (soaking.takenNs - soaking.offers * soaking.idleOfferNs) / wirePackets;
}

export interface SoakedTotals {
  /** The accounting's total of the probed soaked trials, corrected, with what lies outside the boundaries: ns for each packet. */
  correctedNsPerPacket: number;
  /** Of it what the soaker lost and the accounting has in no stage of the receive path: the ends of the switches to the path and back. */
  outsideNsPerPacket: number;
  unprobedNsPerPacket: Estimate;
  /** Corrected ∕ unprobed within rounds. */
  ratio: Estimate;
}

/** @param accounting with the costs in place; null when there are no soaked trials of both kinds */
export function soakedTotals({ unprobed, probed }: Soaked, accounting: Accounting): SoakedTotals | null {
  if (unprobed.length === 0 || probed.length === 0) return null;
  const at = (trial: Trial, value: number): RoundValue => ({ round: trial.round, value });
  const totals = probed.map((trial) => {
    const { raw, corrected } = addUp(contributionsOf(trial, accounting));
    const outside = soakedNsPerPacket(trial) - raw;
    return { trial, outside, corrected: corrected + outside };
  });
  const without = unprobed.map((trial) => at(trial, soakedNsPerPacket(trial)));
  const ratios = ratiosWithinRound(
    totals.map(({ trial, corrected }) => at(trial, corrected)),
    without,
  );
  if (ratios.length === 0) return null;
  return {
    correctedNsPerPacket: median(totals.map(({ corrected }) => corrected)),
    outsideNsPerPacket: median(totals.map(({ outside }) => outside)),
    unprobedNsPerPacket: estimate(without.map(({ value }) => value)),
    ratio: estimate(ratios),
  };
}
