import { floorsOf } from '../../harness/run/floors.js';
import { median } from '../../harness/statistics/quantile.js';
import { medianInterval } from '../../harness/statistics/interval.js';
import { ratiosWithinRound } from '../../harness/statistics/rounds.js';
import type { RoundValue } from '../../harness/statistics/rounds.js';
import type { Comparison, RunRecord, Trial } from '../record.js';
import { broken } from './figures.js';
import type { Figure, Side } from './figures.js';
import type { Pair } from './pairs.js';
import { near, stageSamples } from './samples.js';

/**
 * What one road costs of another's, in BASE and in HEAD: arm ∕ base within each round, so that less is better for costs, and
 * more for throughput.
 */
export function savingFigures({ base, head, experiment, column }: Pair): Figure[] {
  const key = ({ name, base: from, arm, metric }: Comparison): string => [name, from, arm, metric].join(' | ');
  const all = new Map([...base.comparisons, ...head.comparisons].map((each) => [key(each), each]));
  return [...all].map(([wanted, { name, arm, metric }]): Figure => {
    const side = (record: RunRecord): Side | string => {
      const own = record.comparisons.find((each) => key(each) === wanted);
      return own === undefined ? 'not compared' : (sideOf(record, own) ?? broken);
    };
    const better = isCost(metric) ? 'lower' : 'higher';
    const about = { experiment, column, cell: arm, label: name, kind: 'saving', name: 'arm ∕ base' } as const;
    // a ratio within rounds already: what drifts is in neither side
    return { ...about, arms: null, unit: '1', better, base: side(base), head: side(head) };
  });
}

function isCost(metric: string): boolean {
  return metric === 'cpuNsPerPacket' || metric === 'instructionsPerPacket';
}

/** @returns null when the trials do not give the record's own saving */
function sideOf(record: RunRecord, { base, arm, metric, savingPercent }: Comparison): Side | null {
  const of = (cell: string): RoundValue[] => (isCost(metric) ? costs(record, cell) : rates(record, cell));
  const values = ratiosWithinRound(of(arm), of(base));
  if (values.length === 0 || !near(100 * (1 - median(values)), savingPercent.median)) return null;
  const { low, high, ...interval } = medianInterval(values);
  const sample = { values, trials: [], uncertain: { down: 0, up: 0 } };
  const shared = { median: interval.median, trials: values.length, sample, bounds: null };
  if (!record.experiment.exact || !isCost(metric)) return { ...shared, low, high, counted: null };
  // rounds go to boots in turn; a saving's own trials are pairs of them
  const boots = record.machine.kind === 'guest' ? record.machine.boots : 1;
  const floors = floorsOf(values, values.map((_, index) => ({ boot: index % boots }))); // prettier-ignore
  const counted = { value: interval.median, floors, edgePercent: 0 };
  return { ...shared, low: Math.min(...values), high: Math.max(...values), counted };
}

function costs(record: RunRecord, cell: string): RoundValue[] {
  const row = record.summary.find((each) => each.cell === cell);
  const sample = row === undefined ? undefined : stageSamples(record, row)?.get(null);
  return (sample?.values ?? []).map((value, index) => ({ round: sample?.trials[index]?.round ?? -1, value }));
}

function rates({ trials }: RunRecord, wanted: string): RoundValue[] {
  const counts = ({ cell, valid, probed, purpose }: Trial): boolean =>
    cell === wanted && valid && !probed && purpose === 'measure';
  return trials.filter(counts).map(({ round, observedBytes, reader, windowNs }) => ({
    round,
    value: (observedBytes ?? reader.bytes) / windowNs,
  }));
}
