import { join } from 'node:path';
import { ExitCode, PktpathError } from '../errors.js';
import type { Seen } from '../run/looks.js';
import type { Progress } from '../run/progress.js';
import { writeFileAtomic } from '../../reports/atomic-file.js';
import { compare } from '../../reports/compare/compare.js';
import type { Compared, CompareOptions } from '../../reports/compare/compare.js';
import { compareJson } from '../../reports/compare/exports.js';
import { compareMarkdown } from '../../reports/compare/markdown.js';
import { pairRuns } from '../../reports/compare/pairs.js';
import { writeRecord } from '../../reports/record-io.js';
import type { PairedRun, RunRecord } from '../../reports/record.js';
import { showCompared } from './compare-command.js';
import type { VerdictFlags } from './compare-command.js';
import { tell } from './output.js';
import { drawReport } from './report-files.js';

export interface PairRecords {
  a: RunRecord;
  b: RunRecord;
  /** Settings of a once more; null where nobody asked for it. */
  again: RunRecord | null;
}

function comparedWith(a: RunRecord, other: RunRecord, options: CompareOptions): Compared {
  return compare(pairRuns([{ record: a, source: '--a' }], [{ record: other, source: '--b' }]), options);
}

/** How far the verdicts are. What no number of rounds decides is not waited for. */
export function lookAt({ a, b }: PairRecords, options: CompareOptions): Seen {
  const { rows, noisyRows } = comparedWith(a, b, { ...options, thresholdPercent: null });
  try {
    const judged = options.thresholdPercent === null ? rows : comparedWith(a, b, options).rows;
    const undecided = judged.filter(({ verdict, percent }) => verdict === 'unsure' && percent !== null).length;
    return { rows: noisyRows, undecided };
  } catch (error) {
    // a threshold that no row resolves so far
    if (error instanceof PktpathError && error.exitCode === ExitCode.cannotCompare)
      return { rows: noisyRows, undecided: noisyRows };
    throw error;
  }
}

interface Showing {
  flags: VerdictFlags;
  options: CompareOptions;
  progress: Progress & { end(): void };
}

/**
 * A report of each arm, and what they say of each other.
 * @throws PktpathError (worse) for what a gate is on
 */
export async function concludePair(
  records: PairRecords,
  folder: string,
  { flags, options, progress }: Showing,
): Promise<void> {
  const { a, b, again } = withNoiseFloor(records, options);
  for (const record of [a, b, again]) {
    if (record === null) continue;
    const own = join(folder, record.run.pair?.arm ?? '');
    if (again !== null) writeRecord(record, own);
    progress.step('drawing the reports');
    await drawReport(record, own).finally(() => progress.end());
    tell(`report: ${join(own, 'report.html')}`);
  }
  const compared = comparedWith(a, b, options);
  writeFileAtomic(join(folder, 'compare.md'), compareMarkdown(compared));
  writeFileAtomic(join(folder, 'compare.json'), `${JSON.stringify(compareJson(compared), null, 2)}\n`);
  tellLooks(a);
  showCompared(compared, flags);
}

/** How much totals of the same settings differ, in turns like everything else. */
function withNoiseFloor(records: PairRecords, options: CompareOptions): PairRecords {
  const { a, b, again } = records;
  if (again === null) return records;
  const { rows } = comparedWith(a, again, { ...options, thresholdPercent: null, filters: [] });
  const apart = rows.flatMap(({ kind, percent }) => (kind === 'total' && percent !== null ? [Math.abs(percent)] : []));
  if (apart.length === 0) return records;
  const noiseFloor = { percent: Math.max(...apart), rows: apart.length };
  const floored = (record: RunRecord): RunRecord => {
    const pair: PairedRun | undefined = record.run.pair && { ...record.run.pair, noiseFloor };
    return { ...record, run: { ...record.run, ...(pair === undefined ? {} : { pair }) } };
  };
  tell(`noise floor: totals of the same settings differed by up to ${noiseFloor.percent.toFixed(1)} %`);
  return { a: floored(a), b: floored(b), again: floored(again) };
}

const endings = {
  decided: 'every verdict is clear',
  'max-rounds': 'no more rounds were asked for',
  'time-limit': 'the time limit was over',
} as const;

function tellLooks({ run: { pair }, experiment: { rounds } }: RunRecord): void {
  const looks = pair?.looks;
  if (looks === undefined || looks === null) return;
  const why = looks.ended === null ? '' : `: ${endings[looks.ended]}`;
  tell(`ended after ${String(rounds)} rounds and ${String(looks.made)} of ${String(looks.planned)} looks${why}`);
}
