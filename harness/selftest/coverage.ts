import type { Estimate } from '../../reports/record.js';
import { fitRounds, fitted, linearFit } from '../statistics/fit.js';
import type { FitModel, RoundsFit } from '../statistics/fit.js';
import { estimate, intervalLevel } from '../statistics/interval.js';
import { median } from '../statistics/quantile.js';
import type { Random } from '../statistics/random.js';
import { ratiosWithinRound } from '../statistics/rounds.js';
import { shiftInterval } from '../statistics/shift-interval.js';
import { noises, samples } from './noise.js';
import type { Noise } from './noise.js';
import { coverageBounds, simulate } from './simulation.js';
import type { Simulation } from './simulation.js';

/** Standard scatter of a trial, as a part of its figure. */
const scatter = 0.03;
/** What a round moves by against the one before: more than a trial scatters, as on a machine that others work on. */
const drift = 0.05;
const rounds = [6, 8, 11, 20];

function covers({ low, high }: Pick<Estimate, 'low' | 'high'>, truth: number): boolean | null {
  return low === null || high === null ? null : low <= truth && truth <= high;
}

/** One of the intervals that are printed, drawn anew each time. */
interface Printed {
  name: string;
  /** Null: the median of what a single round gives, which is what the interval is of. */
  truth: number | null;
  draw: (noise: Noise, n: number, random: Random) => Estimate;
}

/**
 * Every interval that a report prints of one run, as the report takes it. Of a stage, a total and a metric; of a share; of a
 * saving, while the machine drifts; of a line's slope and intercept; of where two lines cross.
 */
const printed: readonly Printed[] = [
  { name: 'median over trials', truth: 1000, draw: (...all) => estimate(figures(1000, ...all)) },
  { name: 'share of a total', truth: 30, draw: share },
  { name: 'saving, ratios within rounds that drift', truth: 20, draw: saving },
  { name: 'slope of a line, rounds that drift', truth: null, draw: (...all) => fit('linear', drift, ...all).slope },
  { name: 'slope of a hyperbola, rounds that drift', truth: null, draw: (...all) => fit('hyperbola', drift, ...all).slope },
  { name: 'intercept of a line', truth: null, draw: (...all) => fit('linear', 0, ...all).intercept },
  { name: 'intercept of a hyperbola', truth: null, draw: (...all) => fit('hyperbola', 0, ...all).intercept },
  { name: 'crossing of two lines', truth: null, draw: crossing },
]; // prettier-ignore

function figures(centre: number, { draw }: Noise, n: number, random: Random): number[] {
  return samples(n, draw, random).map((deviate) => centre * Math.exp(scatter * deviate));
}

function share(noise: Noise, n: number, random: Random): Estimate {
  const [stage, rest] = [figures(300, noise, n, random), figures(700, noise, n, random)];
  return estimate(stage.map((value, trial) => (100 * value) / (value + (rest[trial] ?? NaN))));
}

function saving(noise: Noise, n: number, random: Random): Estimate {
  const moves = drifting(drift, n, random);
  const byRound = (values: number[]): { round: number; value: number }[] =>
    values.map((value, round) => ({ round, value: value * (moves[round] ?? NaN) }));
  const [arm, base] = [figures(800, noise, n, random), figures(1000, noise, n, random)];
  const ratios = ratiosWithinRound(byRound(arm), byRound(base));
  return estimate(ratios.map((ratio) => 100 * (1 - ratio)));
}

/** Factors of a walk at random. */
function drifting(step: number, n: number, random: Random): number[] {
  let place = 0;
  return samples(n, () => Math.exp((place += step * (2 * random() - 1))), random);
}

const xs = [64, 512, 1024, 1514];

function fit(model: FitModel, step: number, noise: Noise, n: number, random: Random): RoundsFit {
  const curve = { intercept: 2000, slope: model === 'linear' ? 0.3 : 30_000 };
  const points = drifting(step, n, random).flatMap((move, round) =>
    xs.map((x) => ({ round, x, value: fitted(model, curve, x) + 2000 * (move - 1) + 60 * noise.draw(random) })),
  );
  const result = fitRounds(model, points);
  if (result === null) throw new RangeError('a fit of no rounds');
  return result;
}

/** As reports/filter/advantage.ts takes it: a line in each round, and where each crosses a level. */
function crossing(noise: Noise, n: number, random: Random): Estimate {
  const line = { intercept: 1000, slope: 1 };
  const crossings = samples(n, () => {
    const values = xs.map((x) => fitted('linear', line, x) + 30 * noise.draw(random));
    const own = linearFit(xs, values);
    return (1500 + 30 * noise.draw(random) - own.intercept) / own.slope;
  }, random);
  return estimate(crossings);
} // prettier-ignore

/** BASE and HEAD, and how many times as much HEAD scatters. */
const pairs: readonly [base: number, head: number, scattersTimes: number][] = [
  ...([6, 8, 11, 20] as const).flatMap((n) => [1, 3].map((times) => [n, n, times] as [number, number, number])),
  ...[[20, 11, 1], [20, 11, 3], [11, 20, 3], [11, 8, 3], [16, 8, 3], [20, 20, 10]] as [number, number, number][],
]; // prettier-ignore

/** Enough for the truth's own error to be a small part of an interval. */
const drawsForTruth = 40_001;
const roundsForTruth = 2001;

/** Coverage of every 95 % interval that is printed, under every noise. */
export function coverages(runs: number, random: Random): Simulation[] {
  const ofOneRun = printed.flatMap(({ name, truth, draw }) =>
    noises.flatMap((noise) => {
      const of = truth ?? draw(noise, roundsForTruth, random).median;
      return rounds.map((n) =>
        simulate(about(`${name}, ${String(n)} rounds`, noise), runs, () => covers(draw(noise, n, random), of)),
      );
    }),
  );
  return [...ofOneRun, ...noises.flatMap((noise) => pairs.map((pair) => ofTwoRuns(noise, pair, runs, random)))];
}

function ofTwoRuns(noise: Noise, pair: (typeof pairs)[number], runs: number, random: Random): Simulation {
  const [base, head, times] = pair;
  const draw = (): number => times * noise.draw(random);
  // what the effect is defined as: of samples of unlike shape the median of the differences is no difference of medians
  const truth = times === 1 ? 0 : median(samples(drawsForTruth, () => draw() - noise.draw(random), random));
  const unlike = times === 1 ? '' : `, HEAD scatters ${String(times)} times as much`;
  const name = `HEAD against BASE, ${String(base)} and ${String(head)} rounds${unlike}`;
  return simulate(about(name, noise), runs, () =>
    covers(shiftInterval(samples(base, noise.draw, random), samples(head, draw, random), intervalLevel), truth),
  );
}

function about(name: string, noise: Noise): Pick<Simulation, 'kind' | 'name' | 'least' | 'most'> {
  return { kind: 'coverage', name: `${name}; ${noise.name} noise`, ...coverageBounds };
}
