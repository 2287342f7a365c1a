import type { Random } from '../../harness/statistics/random.js';

/** Box and Muller's. */
export function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

export function exponential(random: Random): number {
  return -Math.log(1 - random());
}

export function samples(n: number, draw: (random: Random) => number, random: Random): number[] {
  return Array.from({ length: n }, () => draw(random));
}
