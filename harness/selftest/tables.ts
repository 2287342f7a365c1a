import { judgeJointly } from '../../reports/compare/joint.js';
import type { NoisyRow } from '../../reports/compare/joint.js';
import type { Sample } from '../../reports/compare/samples.js';
import { evidenceOf } from '../../reports/compare/verdict.js';
import type { Judgement } from '../../reports/compare/verdict.js';
import type { Random } from '../statistics/random.js';
import { noises, samples } from './noise.js';
import type { Noise } from './noise.js';
import { simulate } from './simulation.js';
import type { Simulation } from './simulation.js';

/** A comparison as table1's: so many cells, of which each has a total and stages. */
export interface TableShape {
  cells: number;
  stages: number;
  /** Rounds of BASE and of HEAD. */
  rounds: readonly [number, number];
  /** Standard scatter of a trial, as a part of its figure; of BASE. */
  scatter: number;
  /** Times as much of HEAD. */
  headScatters: number;
  /** HEAD costs so many times as much, in every row. */
  dearer: number;
}

/** Thirty rows, three of them totals. */
export const usualTable: TableShape = {
  ...{ cells: 3, stages: 9, rounds: [11, 11], scatter: 0.03, headScatters: 1, dearer: 1 },
};

/** Of what a row scatters, what it has in common with the others of its trial: its square, and what is left of 1. */
const common = 0.5;

/** Next to nothing, so that a false alarm is not left to the threshold. */
const noThreshold = 1e-9;

/** The verdicts of one table, drawn anew; of each cell the stages and then the total. */
export function drawTable(
  shape: TableShape,
  noise: Noise,
  random: Random,
  thresholdPercent: number | null,
): Judgement[] {
  const { cells, stages, rounds, scatter, headScatters, dearer } = shape;
  const rows = Array.from({ length: cells }, () => {
    const shared = rounds.map((n) => samples(n, noise.draw, random));
    return Array.from({ length: stages + 1 }, (_, row): NoisyRow => {
      const [base, head] = shared.map((deviates, side) => {
        const [factor, times] = side === 0 ? [100, 1] : [100 * dearer, headScatters];
        const values = deviates.map((deviate) => {
          const own = Math.sqrt(common) * deviate + Math.sqrt(1 - common) * noise.draw(random);
          return factor * Math.exp(scatter * times * own);
        });
        return { values, trials: [], uncertain: { down: 0, up: 0 } } satisfies Sample;
      });
      if (base === undefined || head === undefined) throw new RangeError('a table of one side');
      return { family: row === stages ? 'headline' : 'part', better: 'lower', evidence: evidenceOf(base, head, 1) };
    });
  });
  return judgeJointly(rows.flat(), thresholdPercent);
}

const moved = ({ verdict }: Judgement): boolean => verdict === 'worse' || verdict === 'better';

/** How often a table of equal runs has a row that is called better or worse, without the help of a threshold. */
export function falseAlarms(tables: number, random: Random): Simulation[] {
  const shapes: [string, Partial<TableShape>, readonly Noise[]][] = [
    ['11 rounds', {}, noises],
    ['8 rounds', { rounds: [8, 8] }, noises],
    ['20 rounds', { rounds: [20, 20] }, noises],
    ['11 rounds, HEAD scatters 3 times as much', { headScatters: 3 }, symmetric],
    ['20 and 11 rounds, HEAD scatters 3 times as much', { rounds: [20, 11], headScatters: 3 }, symmetric],
    ['16 and 8 rounds, HEAD scatters twice as much', { rounds: [16, 8], headScatters: 2 }, symmetric],
  ];
  return shapes.flatMap(([words, change, of]) =>
    of.map((noise) =>
      simulate(
        {
          ...{ kind: 'false alarms', name: `30 equal rows, ${words}; ${noise.name} noise`, least: 0, most: 5 },
        },
        tables,
        () => drawTable({ ...usualTable, ...change }, noise, random, noThreshold).some(moved),
      ),
    ),
  );
}

/** Where the scatter differs and is skewed, the effect is not zero though the medians are equal. */
const symmetric = noises.filter(({ name }) => name === 'normal' || name === 'outliers');

/** How often a total of a table is told that is dearer, and a stage, under normal noise; and how often it is called the same. */
export function power(tables: number, random: Random): Simulation[] {
  const asked: [dearer: number, n: number, leastTotals: number, leastStages: number][] = [
    [1.1, 11, 70, 30],
    [1.1, 20, 95, 90],
    [1.15, 11, 95, 95],
  ];
  const [normal] = noises;
  if (normal === undefined) return [];
  return asked.flatMap(([dearer, n, leastTotals, leastStages]) => {
    const drawn = Array.from({ length: tables }, () =>
      drawTable({ ...usualTable, dearer, rounds: [n, n] }, normal, random, null),
    );
    const isTotal = (row: number): boolean => row % (usualTable.stages + 1) === usualTable.stages;
    const told = (what: string, least: number, wanted: (row: number) => boolean): Simulation => {
      const verdicts = drawn.flatMap((table) => table.filter((_, row) => wanted(row)));
      const name = `${what} ${String(Math.round(100 * (dearer - 1)))} % dearer, ${String(n)} rounds, 3 % of noise, 30 rows: called worse`;
      return simulate({ kind: 'power', name, least, most: 100 }, verdicts.length, each(verdicts, 'worse'));
    };
    const all = drawn.flat();
    const same = `rows ${String(Math.round(100 * (dearer - 1)))} % dearer, ${String(n)} rounds: called the same`;
    return [
      told('totals', leastTotals, isTotal),
      told('stages', leastStages, (row) => !isTotal(row)),
      simulate({ kind: 'power', name: same, least: 0, most: 0 }, all.length, each(all, 'same')),
    ];
  });
}

/** One verdict after the other. */
function each(verdicts: readonly Judgement[], wanted: Judgement['verdict']): () => boolean {
  const left = verdicts.values();
  return () => left.next().value?.verdict === wanted;
}
