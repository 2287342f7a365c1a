import { classifyLoad } from './classify.js';
import type { LoadClass, LoadCriteria, LoadTrial } from './classify.js';

/** The relevant bounds of RFC 9971, loads in packets per second. */
export interface RelevantBounds {
  /** The largest load that meets the goal and is below the upper bound. */
  lower: number | null;
  /** The smallest load that fails the goal. */
  upper: number | null;
}

/** All trials of a search, by load in packets per second. Every goal reads them all. */
export class TrialsByLoad {
  /** In the order of each load's last trial. */
  readonly #trials = new Map<number, LoadTrial[]>();

  add(load: number, trial: LoadTrial): void {
    const trials = this.at(load);
    this.#trials.delete(load);
    this.#trials.set(load, [...trials, trial]);
  }

  at(load: number): readonly LoadTrial[] {
    return this.#trials.get(load) ?? [];
  }

  /** All loads, ascending. */
  ascending(): number[] {
    return [...this.#trials.keys()].sort((a, b) => a - b);
  }

  /** All loads, the one tried last first. */
  latestFirst(): number[] {
    return [...this.#trials.keys()].reverse();
  }

  classify(load: number, goal: LoadCriteria): LoadClass {
    return classifyLoad(this.at(load), goal);
  }

  /**
   * A lower bound above an upper one is a fluke (RFC 9971, "Conservativeness and Relevant Bounds"). Without an upper bound
   * the largest lower one is given, which the RFC calls effective: it is then for the caller to call it irregular.
   */
  bounds(goal: LoadCriteria): RelevantBounds {
    let lower: number | null = null;
    for (const load of this.ascending()) {
      const verdict = this.classify(load, goal);
      if (verdict === 'upper') return { lower, upper: load };
      if (verdict === 'lower') lower = load;
    }
    return { lower, upper: null };
  }
}

/** Both bounds are there, as close as asked. */
export function isRegular({ lower, upper }: RelevantBounds, width: number): boolean {
  return lower !== null && upper !== null && upper / lower - 1 <= width;
}
