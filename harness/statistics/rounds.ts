/** One value of a trial, with the round that it ran in. */
export interface RoundValue {
  round: number;
  value: number;
}

/**
 * arm ∕ base within each round that has both, in the order of rounds. What drifts from round to round cancels.
 * A round whose base is not above zero gives no ratio.
 */
export function ratiosWithinRound(arm: readonly RoundValue[], base: readonly RoundValue[]): number[] {
  const bases = new Map(base.map(({ round, value }) => [round, value]));
  return [...arm]
    .sort((a, b) => a.round - b.round)
    .flatMap(({ round, value }) => {
      const divisor = bases.get(round);
      return divisor !== undefined && divisor > 0 ? [value / divisor] : [];
    });
}
