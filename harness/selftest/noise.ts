import type { Random } from '../statistics/random.js';

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

/** What trials scatter as: of a median of 0, as the logarithm of a figure. */
export interface Noise {
  name: string;
  draw: (random: Random) => number;
}

/** Of every seventh trial the hypervisor has taken a part; the median of what the others scatter, and of both, is 0. */
const stolen = 0.15;

/**
 * Shapes that trials were seen to have on virtual machines, each about as wide: even; with a tail of dear trials; with now
 * and then a trial five times as far off; with trials that the hypervisor has taken time of, dearer alone. Medians are 0.
 */
export const noises: readonly Noise[] = [
  { name: 'normal', draw: normal },
  { name: 'skewed', draw: (random) => exponential(random) - Math.LN2 },
  { name: 'outliers', draw: (random) => normal(random) * (random() < 0.1 ? 5 : 1) },
  { name: 'steal', draw: (random) => normal(random) + (random() < stolen ? 8 * exponential(random) : 0) - stealMedian },
];

/** Of a normal deviate to which, in so many, eight exponential ones are added; from its distribution function, by halving. */
const stealMedian = 0.1967;
