import { isDeepStrictEqual } from 'node:util';
import { differingKeys, partnerKey } from '../../harness/run/pairing.js';
import type { PairedRun, RunRecord, SummaryRow } from '../record.js';

/** Two records whose trials took turns, round by round. */
export interface ArmsOfPair {
  /** Options that the arms were meant to differ in. */
  keys: ReadonlySet<string>;
  /** The 5 % of false alarms are shared by so many looks; 1: nobody looked before the end. */
  looks: number;
  /** Both were corrected by the same calibration of the probes, so that its error is the same in both. */
  sameCalibration: boolean;
}

/** @returns null where the two did not take turns */
export function armsOf(base: RunRecord, head: RunRecord): ArmsOfPair | null {
  const [own, other] = [base.run.pair, head.run.pair];
  if (own === undefined || other === undefined || own.id !== other.id || own.arm === other.arm) return null;
  return {
    keys: differingKeys(own.settings),
    looks: Math.max(own.looks?.planned ?? 1, other.looks?.planned ?? 1),
    sameCalibration: isDeepStrictEqual(base.calibrations, head.calibrations),
  };
}

/** HEAD's row of the same cell; of arms, of the cell that took turns with it. */
export function partnerRow(row: SummaryRow, head: RunRecord, arms: ArmsOfPair | null): SummaryRow | undefined {
  if (arms === null) return head.summary.find(({ cell }) => cell === row.cell);
  const key = partnerKey(row, arms.keys);
  return head.summary.find((other) => partnerKey(other, arms.keys) === key);
}

/** What an arm is, for a person. */
export function armText({ arm, settings: { a, b } }: PairedRun): string {
  const words = arm === 'b' ? b : a;
  return `${words.length === 0 ? 'default' : words.join(', ')}${arm === 'again' ? ', again' : ''}`;
}
