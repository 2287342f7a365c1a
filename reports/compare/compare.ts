import { printable } from '../text.js';
import type { Figure, Side, Subject } from './figures.js';
import type { Pair } from './pairs.js';
import { cannotCompare } from './read-runs.js';
import { rowKey } from './row-key.js';
import { judgeJointly } from './joint.js';
import type { NoisyRow } from './joint.js';
import { selectedFigures, selectionText } from './select.js';
import type { Selection } from './select.js';
import { apartOf, evidenceOf, judgeBounds, judgeCounted, unsure } from './verdict.js';
import type { Evidence, Judgement, Verdict } from './verdict.js';

export interface CompareOptions extends Selection {
  /** Percent; null: the usual one of noisy figures, and the floors of exact ones. */
  thresholdPercent: number | null;
  /** BASE with itself measured again; empty where it was not. */
  again: readonly Pair[];
}

export interface ComparedRow extends Subject, Judgement {
  base: Side | null;
  head: Side | null;
}

export interface Compared {
  pairs: readonly Pair[];
  rows: ComparedRow[];
  thresholdPercent: number | null;
  /** How many noisy rows share the 5 % of false alarms. */
  noisyRows: number;
}

/**
 * A verdict for every figure of every pair.
 * @throws PktpathError (cannot compare) when nothing is left to compare, or when the threshold that was asked for is
 * below what the records can resolve in every row
 */
export function compare(pairs: readonly Pair[], options: CompareOptions): Compared {
  const figures = selectedFigures(pairs, options);
  if (figures.length === 0) {
    const asked = selectionText(options);
    throw cannotCompare(
      `the records have no figure${asked === '' ? '' : ` that has ${printable(asked)}`}`,
      'pktpath report shows what they have',
    );
  }
  const noisyRows = figures.filter(({ base, head }) => isNoisy(base) && isNoisy(head)).length;
  const again = new Map(selectedFigures(options.again, options).map((figure) => [rowKey(figure), figure]));
  const weighed = figures.map((figure) => {
    const apart = options.again.length === 0 ? 1 : apartIn(again.get(rowKey(figure)));
    return weigh(figure, { thresholdPercent: options.thresholdPercent, apart });
  });
  const rows = judgeTogether(figures, weighed, options.thresholdPercent);
  checkThreshold(rows, options.thresholdPercent);
  checkNoiseFloor(pairs, options.thresholdPercent);
  return { pairs, rows, thresholdPercent: options.thresholdPercent, noisyRows };
}

function isNoisy(side: Side | string): side is Side {
  return typeof side !== 'string' && side.counted === null && side.bounds === null;
}

/** Null where the two runs of BASE do not tell by how much the figure moves. */
function apartIn(figure: Figure | undefined): number | null {
  if (figure === undefined || typeof figure.base === 'string' || typeof figure.head === 'string') return null;
  return apartOf(figure.base.sample, figure.head.sample);
}

interface Asked {
  thresholdPercent: number | null;
  apart: number | null;
}

/** A figure that can be judged by itself is; one that shares the false alarms with others waits for them. */
function weigh({ base, head, better, arms }: Figure, { thresholdPercent, apart }: Asked): Evidence | Judgement {
  if (typeof base === 'string' || typeof head === 'string') return unsure(whyMissing(base, head));
  if (apart === null) return unsure('the run of --again does not tell how much it moves');
  if (base.bounds !== null && head.bounds !== null)
    return judgeBounds(base.bounds, head.bounds, { better, thresholdPercent });
  if (base.counted === null || head.counted === null) return evidenceOf(base.sample, head.sample, apart, arms);
  return judgeCounted(base.counted, head.counted, { better, thresholdPercent, apart });
}

function judgeTogether(
  figures: readonly Figure[],
  weighed: readonly (Evidence | Judgement)[],
  thresholdPercent: number | null,
): ComparedRow[] {
  const noisy = new Map<number, NoisyRow>();
  for (const [index, { kind, better, base, head }] of figures.entries()) {
    const evidence = weighed[index];
    if (evidence === undefined || !isNoisy(base) || !isNoisy(head)) continue;
    noisy.set(index, { family: kind === 'stage' || kind === 'group' ? 'part' : 'headline', better, evidence });
  }
  const judged = judgeJointly([...noisy.values()], thresholdPercent);
  const joint = new Map([...noisy.keys()].map((index, place) => [index, judged[place]]));
  return figures.map(({ base, head, ...about }, index) => {
    const sides = { base: typeof base === 'string' ? null : base, head: typeof head === 'string' ? null : head };
    const own = weighed[index];
    const alone = own === undefined || 'test' in own ? unsure('not judged') : own;
    return { ...subjectOf(about), ...sides, ...(joint.get(index) ?? alone) };
  });
}

/** What a row is about, without how it was compared. */
function subjectOf({ experiment, column, cell, label, kind, name, unit, better }: Subject): Subject {
  return { experiment, column, cell, label, kind, name, unit, better };
}

function whyMissing(base: Side | string, head: Side | string): string {
  const why = (name: string, side: Side | string): string[] => (typeof side === 'string' ? [`${name}: ${side}`] : []);
  return [...why('BASE', base), ...why('HEAD', head)].join('; ');
}

/** Too few trials resolve nothing, and say so in each row; this is about those that resolve something, but not enough. */
function checkThreshold(rows: readonly ComparedRow[], threshold: number | null): void {
  if (threshold === null || rows.some(({ verdict }) => verdict !== 'unsure')) return;
  const floors = rows.flatMap(({ floorPercent }) => (floorPercent === null ? [] : [floorPercent]));
  const least = Math.min(...floors);
  if (floors.length === 0 || least <= threshold) return;
  throw cannotCompare(
    `a threshold of ${String(threshold)} % is below the noise floor of these records: the steadiest row resolves ${least.toFixed(2)} %`,
    `ask for more than ${(Math.ceil(least * 10) / 10).toFixed(1)} %, or measure with more trials`,
  );
}

/** What the same settings, measured once more in turns, have shown of this machine. */
function checkNoiseFloor(pairs: readonly Pair[], threshold: number | null): void {
  const floors = pairs.flatMap(({ base, arms }) => (arms === null ? [] : (base.run.pair?.noiseFloor?.percent ?? [])));
  const floor = Math.max(0, ...floors);
  if (threshold === null || threshold >= floor) return;
  throw cannotCompare(
    `a threshold of ${String(threshold)} % is below this machine’s noise floor: totals of the same settings differed by ${floor.toFixed(2)} %`,
    `ask for more than ${(Math.ceil(floor * 10) / 10).toFixed(1)} %, or measure on a quieter machine`,
  );
}

export function countVerdicts(rows: readonly Judgement[]): Record<Verdict, number> {
  const counts = { worse: 0, better: 0, same: 0, unsure: 0 };
  for (const { verdict } of rows) counts[verdict]++;
  return counts;
}
