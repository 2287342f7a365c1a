import { seededRandom } from '../statistics/random.js';
import { coverages } from './coverage.js';
import type { Simulation } from './simulation.js';
import { falseAlarms, power } from './tables.js';

/** How often each is repeated. */
interface Length {
  coverage: number;
  alarms: number;
  power: number;
}

/** A first look, and to a third of a percent. */
export const simulationLengths = {
  quick: { coverage: 300, alarms: 50, power: 30 },
  full: { coverage: 4000, alarms: 1000, power: 400 },
} as const satisfies Record<string, Length>;

/** The same numbers each time: a self-test that fails on one machine alone tells of that machine. */
const seed = 20261125;

/** All simulations; each part is told of before it begins. */
export function allSimulations(length: Length, tell: (step: string) => void): Simulation[] {
  const random = seededRandom(seed);
  tell('simulating what every interval covers');
  const covered = coverages(length.coverage, random);
  tell('simulating false alarms over whole tables');
  const alarms = falseAlarms(length.alarms, random);
  tell('simulating what a slowdown takes to be told');
  return [...covered, ...alarms, ...power(length.power, random)];
}
