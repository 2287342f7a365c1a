import { printable } from '../text.js';
import type { RunRecord } from '../record.js';
import { armsOf } from './arms.js';
import type { ArmsOfPair } from './arms.js';
import { checkComparable } from './comparable.js';
import { cannotCompare } from './read-runs.js';
import type { Run } from './read-runs.js';

/** Two records of the same experiment. */
export interface Pair {
  base: RunRecord;
  head: RunRecord;
  experiment: string;
  /** Which column of a matrix; null where each side has the experiment once. */
  column: string | null;
  /** Null: two runs that did not take turns. */
  arms: ArmsOfPair | null;
}

/**
 * Puts the runs of either side together by experiment; where a side has an experiment several times, by the column too: the
 * kernel as it was asked for, its boot arguments, CPU model and card. One run on either side is a pair whatever its kernel.
 * @throws PktpathError (cannot compare) for a run without a partner, two with the same name, and two that measure different
 * things
 */
export function pairRuns(base: readonly Run[], head: readonly Run[]): Pair[] {
  const names = [...new Set([...base, ...head].map(({ record }) => record.experiment.name))];
  if (base.length === 1 && head.length === 1) return [pairOf(base[0], head[0], null)];
  return names.flatMap((name) => {
    const [own, others] = [base, head].map((runs) => runs.filter(({ record }) => record.experiment.name === name));
    if (own?.length === 1 && others?.length === 1) return [pairOf(own[0], others[0], null)];
    const [baseColumns, headColumns] = [byColumn(own ?? []), byColumn(others ?? [])];
    const columns = new Set([...baseColumns.keys(), ...headColumns.keys()]);
    return [...columns].map((column) => {
      const [from, to] = [baseColumns.get(column), headColumns.get(column)];
      const only = from === undefined ? 'HEAD' : to === undefined ? 'BASE' : null;
      if (only === null) return pairOf(from, to, column);
      const what = `${printable(name)} on ${printable(column)}`;
      throw cannotCompare(`only ${only} has a run of ${what}`, 'measure it on both sides, or leave it out of both');
    });
  });
}

function pairOf(base: Run | undefined, head: Run | undefined, column: string | null): Pair {
  if (base === undefined || head === undefined) throw new RangeError('a pair of one run');
  const arms = armsOf(base.record, head.record);
  checkComparable(base, head, arms);
  return { base: base.record, head: head.record, experiment: head.record.experiment.name, column, arms };
}

function byColumn(runs: readonly Run[]): Map<string, Run> {
  const columns = new Map<string, Run>();
  for (const run of runs) {
    const column = columnOf(run.record);
    const other = columns.get(column);
    if (other !== undefined) {
      const which = `${other.source} and ${run.source}`;
      throw cannotCompare(`${printable(which)} are runs of the same experiment on the same kernel`, 'name one of them');
    }
    columns.set(column, run);
  }
  return columns;
}

function columnOf({ machine }: RunRecord): string {
  if (machine.kind === 'host') return 'host';
  const { kernel, bootArguments, cpuModel, card, accelerator } = machine;
  return [kernel.name, bootArguments, `-cpu ${cpuModel}`, card, accelerator].filter((word) => word !== '').join(' ');
}
