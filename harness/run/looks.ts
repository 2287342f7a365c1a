import { intervalLevel, valuesForLevel } from '../statistics/interval.js';
import { roundsForLevel } from '../statistics/paired-interval.js';
import type { PairedRun, RunRecord } from '../../reports/record.js';
import type { RoundSchedule } from './arms.js';

/** What a look at the records so far sees. */
export interface Seen {
  /** Figures that are judged together. */
  rows: number;
  /** Of them those that more rounds may decide. */
  undecided: number;
}

export interface LookOptions {
  /** Null: those of the last look. */
  maxRounds: number | null;
  /** Milliseconds of `now` after which no round begins. */
  timeLimitMs: number;
  now: () => number;
  look: (records: readonly RunRecord[]) => Seen;
}

/**
 * So often the verdicts are looked at, at most. Each has a third of the 5 % of false alarms (Bonferroni's, which needs nothing
 * of how looks hang together), so another look costs less than one round more of all.
 */
export const plannedLooks = 3;
/** Rounds above the least that can tell anything over all rows: there every single one would have to agree. */
const spareRounds = 2;
/** Each look has half as many rounds again as the one before it. */
const growth = 1.5;

/**
 * More rounds until every verdict is clear. When to look follows from the number of rows alone and is fixed after the first
 * few rounds, so that what the figures are like decides whether there is another look, and never when.
 */
export class LookSchedule implements RoundSchedule {
  private rounds: number[] = [];
  private made = 0;
  private ended: NonNullable<PairedRun['looks']>['ended'] = null;
  private from = 0;
  /** So many and no look, where figures repeat or the user says how many; null: as above. */
  fixedRounds: number | null = null;

  constructor(private readonly options: LookOptions) {}

  /** For the records. */
  get looks(): PairedRun['looks'] {
    const { made, ended, rounds } = this;
    return this.fixedRounds === null ? { made, planned: plannedLooks, rounds, ended } : null;
  }

  until(done: number, records: () => RunRecord[]): number {
    if (this.fixedRounds !== null) return this.fixedRounds;
    const { look, maxRounds, now } = this.options;
    const most = maxRounds ?? Infinity;
    if (done === 0) {
      this.from = now();
      return Math.min(valuesForLevel, most);
    }
    if (done === valuesForLevel) this.rounds = lookRounds(look(records()).rows);
    const due = this.rounds[this.made] ?? valuesForLevel;
    const stop = this.stopAt(done, most);
    if (done < due && stop === null) return Math.min(due, most);
    this.rounds = [...this.rounds.slice(0, this.made), done, ...this.rounds.slice(this.made + 1)];
    this.made += 1;
    const decided = look(records()).undecided === 0;
    const next = this.rounds[this.made];
    this.ended = decided ? 'decided' : (stop ?? (next === undefined ? 'max-rounds' : null));
    return this.ended !== null || next === undefined ? done : Math.min(next, most);
  }

  private stopAt(done: number, most: number): 'max-rounds' | 'time-limit' | null {
    if (done >= most) return 'max-rounds';
    return this.options.now() - this.from >= this.options.timeLimitMs ? 'time-limit' : null;
  }
}

/** At how many rounds the looks are, for so many rows. */
export function lookRounds(rows: number): number[] {
  const level = 1 - (1 - intervalLevel) / (plannedLooks * Math.max(1, rows));
  const first = Math.max(valuesForLevel, roundsForLevel(level)) + spareRounds;
  return Array.from({ length: plannedLooks }, (_, look) => Math.round(first * growth ** look));
}
