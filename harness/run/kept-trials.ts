import { cannotCompare } from '../errors.js';
import type { RunRecord, Trial } from '../../reports/record.js';
import { isSoaked } from './soaked-totals.js';
import { isVerdictOfTrials } from './summary-row.js';

/** Which trial a loop wants next. */
type Asked = Pick<Trial, 'cell' | 'round' | 'probed' | 'purpose'>;

/** What an earlier session has in its place. */
export type Kept = { trial: Trial } | { unavailable: string };

/**
 * The trials of a run that goes on, given out again in the order in which they were measured. The loops of a run decide by
 * nothing but their seed and the trials before, so they ask for the same ones again, and come to where the run ended with the
 * same draws, repeats left and searches.
 */
export class KeptTrials {
  private readonly trials: readonly Trial[];
  private position = 0;

  /** @param record null: a new run, which has none */
  constructor(private readonly record: Pick<RunRecord, 'trials' | 'summary' | 'searches'> | null) {
    this.trials = record?.trials ?? [];
  }

  get count(): number {
    return this.trials.length;
  }

  /** Those that nobody has asked for yet. While there are any, nothing may be measured. */
  get left(): number {
    return this.trials.length - this.position;
  }

  /**
   * What became of the trial when it was measured; null once all are given out: it is to be measured now.
   * @throws PktpathError (cannot compare) when the record does not have it where this run would have
   */
  take(asked: Asked): Kept | null {
    const next = this.trials[this.position];
    if (next === undefined) return null;
    if (isSame(next, asked)) {
      this.position += 1;
      return { trial: next };
    }
    const unavailable = this.whyNone(asked);
    if (unavailable !== null) return { unavailable };
    throw cannotCompare(
      `the record’s trial ${String(this.position)} is ${placeText(next)}, where this run has ${placeText(asked)}`,
      'the record was changed, or is of another pktpath; measure anew in another folder',
    );
  }

  /** @throws PktpathError (cannot compare) when the run is through and the record has more trials than it */
  checkUsedUp(): void {
    if (this.left === 0) return;
    throw cannotCompare(
      `the record has ${String(this.left)} trials more than its run`,
      'the record was changed; measure anew in another folder',
    );
  }

  /** Why a cell had no further trial; null when nothing says so. */
  private whyNone({ cell, purpose }: Asked): string | null {
    const later = this.trials.slice(this.position);
    if (later.some((trial) => trial.cell === cell && trial.purpose === purpose)) return null;
    if (isSoaked({ purpose })) return notPossibleHere;
    if (purpose === 'search')
      return this.record?.searches.find((each) => each.cell === cell)?.reason ?? notPossibleHere;
    const row = this.record?.summary.find((each) => each.cell === cell);
    return row === undefined || row.reason === null || isVerdictOfTrials(row.reason) ? null : row.reason;
  }
}

/** A step of a search that ended in the middle, and a soaker that was refused, have left no better words. */
const notPossibleHere = 'not possible here';

function isSame(trial: Trial, asked: Asked): boolean {
  return (
    trial.cell === asked.cell &&
    trial.round === asked.round &&
    trial.probed === asked.probed &&
    trial.purpose === asked.purpose
  );
}

function placeText({ cell, round, probed, purpose }: Asked): string {
  return `${purpose} ${probed ? 'probed' : 'unprobed'} of ${cell} in round ${String(round)}`;
}
