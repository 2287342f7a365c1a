import { pacingTolerance } from './goal.js';

/** The value that was asked for when what was given is that but for jitter, otherwise what was given. */
export function withoutJitter(given: number, asked: number): number {
  return Math.abs(given / asked - 1) <= pacingTolerance ? asked : given;
}

interface Attempt {
  asked: number;
  achieved: number;
}

/**
 * The largest load worth asking for. It starts at the maximum of the search and comes down to what the sender achieved once
 * it fell short of one load twice, and more often than it kept up with that load or a larger one: a single trial in which
 * the sender lost its CPU says nothing about its limit.
 */
export class SenderLimit {
  readonly #attempts: Attempt[] = [];
  #ceiling: number;

  constructor(maxPacketsPerSecond: number) {
    this.#ceiling = maxPacketsPerSecond;
  }

  get ceiling(): number {
    return this.#ceiling;
  }

  add(asked: number, achieved: number): void {
    this.#attempts.push({ asked, achieved });
    const enough = asked * (1 - pacingTolerance);
    const keptUp = this.#attempts.filter((attempt) => attempt.achieved >= enough).length;
    const short = this.#attempts.filter((attempt) => attempt.asked === asked && attempt.achieved < enough);
    if (short.length < 2 || short.length <= keptUp) return;
    this.#ceiling = Math.min(this.#ceiling, Math.max(...short.map((attempt) => attempt.achieved)));
  }
}
