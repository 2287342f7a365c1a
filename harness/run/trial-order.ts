import { shuffle } from '../statistics/random.js';
import type { Random } from '../statistics/random.js';

/** A cell's turn in a round: one trial of each kind, back to back. */
export interface Turn<C> {
  cell: C;
  probedFirst: boolean;
}

/**
 * The cells of one round in a shuffled order. Which kind of trial comes first alternates from round to round, half of
 * the cells starting with each, so that neither kind always runs on the warmer machine.
 */
export function turnsOfRound<C>(cells: readonly C[], round: number, random: Random): Turn<C>[] {
  const turns = cells.map((cell, position) => ({ cell, probedFirst: (round + position) % 2 === 0 }));
  return shuffle(turns, random);
}
