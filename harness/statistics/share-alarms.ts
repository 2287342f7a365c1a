/** Which figures share a part of the false alarms: those that a reader looks at first, and what they are made of. */
export type Family = 'headline' | 'part';

/** A figure that is judged together with others. */
export interface Judged {
  family: Family;
  /** Whether it can be told from no difference when it may raise a false alarm with this probability; more of it tells more. */
  told: (alpha: number) => boolean;
}

/**
 * How much of the false alarms each figure may raise, so that all together raise one with a probability of at most `alpha`,
 * however they hang together and whichever of them have moved. Each family has half. Within it, by Holm (1979): all
 * have an equal part, and what was told leaves its part to those that were not. A family that was told whole leaves its half
 * to the other (Bretz, Maurer, Brannath and Posch, 2009). A family by itself has everything.
 *
 * Not Bonferroni's equal parts over all rows: a table has ten stages for each total, so that totals would pay for them. Nor
 * stages only where their total has moved: a stage may grow by half in a total that moves by a hundredth.
 * @returns the part of each figure, in their order
 */
export function shareAlarms(figures: readonly Judged[], alpha: number): number[] {
  const families = (['headline', 'part'] as const)
    .map((name) => figures.flatMap(({ family }, index) => (family === name ? [index] : [])))
    .filter((members) => members.length > 0);
  const parts = figures.map(() => 0);
  const half = alpha / families.length;
  const whole = families.map((members) => holm(figures, members, half, parts));
  if (families.length < 2) return parts;
  for (const [index, members] of families.entries()) {
    if (whole[1 - index] === true && whole[index] === false) holm(figures, members, alpha, parts);
  }
  return parts;
}

/** @returns whether all were told */
function holm(figures: readonly Judged[], members: readonly number[], alpha: number, parts: number[]): boolean {
  let left = [...members];
  while (left.length > 0) {
    const part = alpha / left.length;
    for (const index of left) parts[index] = part;
    const untold = left.filter((index) => figures[index]?.told(part) !== true);
    if (untold.length === left.length) return false;
    left = untold;
  }
  return true;
}
