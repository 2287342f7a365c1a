import type { OwnSendMethod } from '../harness/generators/send-methods.js';
import type { Histogram, TrialResult } from '../harness/executor/contract.js';
import { addHistograms } from '../harness/statistics/histogram.js';
import { histogramQuantile } from '../harness/statistics/quantile.js';
import { shuffle } from '../harness/statistics/random.js';
import type { Random } from '../harness/statistics/random.js';
import { whole } from '../reports/tables/format.js';
import type { Table } from '../reports/tables/table.js';
import type { Bed } from './bed.js';
import { bounded, intervalNote, summarise } from './bounded.js';
import { figure, tenths, text } from './columns.js';
import { race, raceGoals, raceTable } from './generator-race.js';
import type { Goal } from './goals.js';
import type { Section, Tell } from './section.js';
import { validTrial } from './trial.js';
import { pacedCell } from './workloads.js';

const rates = [10_000, 100_000] as const;
const methods = ['sendto', 'sendmmsg', 'af-xdp', 'live-redirect'] as const satisfies readonly OwnSendMethod[];
/** Of the mean rate, parts per million: 0.1 %. */
const errorGoal = 1000;
const rounds = { full: 11, quick: 5 } as const;
const durationSeconds = { full: 0.5, quick: 0.2 } as const;

/** How well one trial kept its rate. */
export interface Pacing {
  method: OwnSendMethod;
  packetsPerSecond: number;
  /** achieved ∕ offered − 1, parts per million. */
  errorPpm: number;
  /** How late sends started, ns; lower bounds of histogram bins. */
  p50: number;
  p99: number;
  max: number;
  /** All of it. */
  lateness: Histogram;
}

/** How well each sender keeps a rate by deadlines, and how fast it goes when nobody asks for one. */
export async function generatorSection(bed: Bed, quick: boolean, random: Random, tell: Tell): Promise<Section> {
  const pacings: Pacing[] = [];
  const count = quick ? rounds.quick : rounds.full;
  for (let round = 0; round < count; round++) {
    tell(`generator: round ${round + 1}/${count}`);
    const turns = methods.flatMap((method) => rates.map((rate) => ({ method, rate })));
    for (const { method, rate } of shuffle(turns, random)) {
      const cell = pacedCell(method, rate, quick ? durationSeconds.quick : durationSeconds.full);
      pacings.push(pacingOf(method, rate, (await validTrial(bed, cell, null, tell)).result));
    }
  }
  const races = await race(bed, quick, random, tell);
  return {
    tables: [pacingTable(pacings, count), raceTable(races, quick)],
    goals: [...pacingGoals(pacings), ...raceGoals(races)],
    data: { pacings, races },
  };
}

/** @throws RangeError when the generator kept no lateness, so that it was not paced */
export function pacingOf(
  method: OwnSendMethod,
  packetsPerSecond: number,
  result: Pick<TrialResult, 'generator'>,
): Pacing {
  const { lateness, latenessMaxNs, sent, elapsedNs } = result.generator;
  const p50 = histogramQuantile(lateness, 0.5);
  const p99 = histogramQuantile(lateness, 0.99);
  if (p50 === null || p99 === null) throw new RangeError('a paced generator that reports no lateness');
  // from the first send to the last there is one interval less than packets
  const errorPpm = (((sent - 1) * 1e9) / elapsedNs / packetsPerSecond - 1) * 1e6;
  return { method, packetsPerSecond, errorPpm, p50, p99, max: latenessMaxNs, lateness };
}

/** The histogram of lateness, cut at these; a bin counts where it begins. */
const lateBounds = [
  { key: 'late1us', title: '> 1 µs', ns: 1000 },
  { key: 'late10us', title: '> 10 µs', ns: 10_000 },
  { key: 'late100us', title: '> 100 µs', ns: 100_000 },
  { key: 'late1ms', title: '> 1 ms', ns: 1_000_000 },
] as const;

/** Percent of the sends of all trials that began later than each bound. */
export function lateShares(pacings: readonly Pacing[]): Record<string, number> {
  const all = addHistograms(pacings.map(({ lateness }) => lateness));
  const total = all?.counts.reduce((sum, count) => sum + count, 0) ?? 0;
  return Object.fromEntries(
    lateBounds.map(({ key, ns }) => {
      const late = all?.counts.filter((_, bin) => (all.lowerBounds[bin] ?? 0) > ns) ?? [];
      return [key, total === 0 ? 0 : (100 * late.reduce((sum, count) => sum + count, 0)) / total];
    }),
  );
}

/** The trials of each sender and rate, in order. */
function cellsOf(pacings: readonly Pacing[]) {
  const own = (method: OwnSendMethod, rate: number) =>
    pacings.filter((each) => each.method === method && each.packetsPerSecond === rate);
  return methods
    .flatMap((method) => rates.map((rate) => ({ method, packetsPerSecond: rate, own: own(method, rate) })))
    .filter((cell) => cell.own.length > 0);
}

function pacingGoals(pacings: readonly Pacing[]): Goal[] {
  return cellsOf(pacings).map(({ method, packetsPerSecond, own }) => ({
    what: `the error of ${method}’s mean rate at ${packetsPerSecond} packets/s, ppm`,
    bound: { side: 'at most', value: errorGoal },
    found: summarise(own.map(({ errorPpm }) => Math.abs(errorPpm))),
    reason: null,
  }));
}

export function pacingTable(pacings: readonly Pacing[], count: number): Table {
  return {
    id: 'generator-rate',
    title: 'The generator’s pacing by deadlines, frames of 64 bytes',
    columns: [
      text('method', 'Sender'),
      figure('rate', 'Offered', 'packets/s', whole),
      figure('error', 'Mean rate’s error', 'ppm', whole),
      figure('p50', 'Lateness, median', 'ns', whole),
      figure('p99', 'Lateness, 99th percentile', 'ns', whole),
      figure('max', 'Lateness, largest', 'ns', whole),
      ...lateBounds.map(({ key, title }) => figure(key, title, '%', tenths)),
    ],
    rows: cellsOf(pacings).map(({ method, packetsPerSecond: rate, own }) => {
      const column = (key: 'errorPpm' | 'p50' | 'p99' | 'max') => bounded(own.map((each) => each[key]));
      const cells = {
        method,
        rate,
        error: column('errorPpm'),
        p50: column('p50'),
        p99: column('p99'),
        max: column('max'),
        ...lateShares(own),
      };
      return { kind: 'body', cells };
    }),
    notes: [
      'Lateness: from a packet’s deadline to the start of its send; the largest is mostly the host’s pauses.',
      intervalNote(count),
    ],
  };
}
