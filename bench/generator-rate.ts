import type { TrialResult } from '../harness/executor/contract.js';
import { histogramQuantile } from '../harness/statistics/quantile.js';
import { shuffle } from '../harness/statistics/random.js';
import type { Random } from '../harness/statistics/random.js';
import { whole } from '../reports/tables/format.js';
import type { Table } from '../reports/tables/table.js';
import type { Bed } from './bed.js';
import { bounded, intervalNote } from './bounded.js';
import { figure } from './columns.js';
import type { Section, Tell } from './section.js';
import { validTrial } from './trial.js';
import { pacedCell } from './workloads.js';

const rates = [10_000, 100_000] as const;
const rounds = { full: 11, quick: 5 } as const;
const durationSeconds = { full: 0.5, quick: 0.2 } as const;

/** How well one trial kept its rate. */
export interface Pacing {
  packetsPerSecond: number;
  /** achieved ∕ offered − 1, parts per million. */
  errorPpm: number;
  /** How late sends started, ns; lower bounds of histogram bins. */
  p50: number;
  p99: number;
  max: number;
}

/** How well the generator keeps a rate by deadlines. */
export async function generatorSection(bed: Bed, quick: boolean, random: Random, tell: Tell): Promise<Section> {
  const pacings: Pacing[] = [];
  const count = quick ? rounds.quick : rounds.full;
  for (let round = 0; round < count; round++) {
    tell(`generator: round ${round + 1}/${count}`);
    for (const rate of shuffle(rates, random)) {
      const cell = pacedCell(rate, quick ? durationSeconds.quick : durationSeconds.full);
      pacings.push(pacingOf(rate, (await validTrial(bed, cell, null, tell)).result));
    }
  }
  return { tables: [pacingTable(pacings, count)], goals: [], data: pacings };
}

/** @throws RangeError when the generator kept no lateness, so that it was not paced */
export function pacingOf(packetsPerSecond: number, result: Pick<TrialResult, 'generator'>): Pacing {
  const { lateness, latenessMaxNs, sent, elapsedNs } = result.generator;
  const p50 = histogramQuantile(lateness, 0.5);
  const p99 = histogramQuantile(lateness, 0.99);
  if (p50 === null || p99 === null) throw new RangeError('a paced generator that reports no lateness');
  // from the first send to the last there is one interval less than packets
  const errorPpm = (((sent - 1) * 1e9) / elapsedNs / packetsPerSecond - 1) * 1e6;
  return { packetsPerSecond, errorPpm, p50, p99, max: latenessMaxNs };
}

export function pacingTable(pacings: readonly Pacing[], count: number): Table {
  const offered = [...new Set(pacings.map((each) => each.packetsPerSecond))].sort((a, b) => a - b);
  return {
    id: 'generator-rate',
    title: 'The generator’s pacing by deadlines, frames of 64 bytes',
    columns: [
      figure('rate', 'Offered', 'packets/s', whole),
      figure('error', 'Mean rate’s error', 'ppm', whole),
      figure('p50', 'Lateness, median', 'ns', whole),
      figure('p99', 'Lateness, 99th percentile', 'ns', whole),
      figure('max', 'Lateness, largest', 'ns', whole),
    ],
    rows: offered.map((rate) => {
      const own = pacings.filter((each) => each.packetsPerSecond === rate);
      const column = (key: 'errorPpm' | 'p50' | 'p99' | 'max') => bounded(own.map((each) => each[key]));
      const cells = { rate, error: column('errorPpm'), p50: column('p50'), p99: column('p99'), max: column('max') };
      return { kind: 'body', cells };
    }),
    notes: [
      'Lateness: from a packet’s deadline to the start of its send; the largest is mostly the host’s pauses.',
      intervalNote(count),
    ],
  };
}
