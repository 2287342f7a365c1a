import type { RunRecord, SearchGoal } from '../record.js';
import type { Pair } from './pairs.js';
import type { Figure, Side } from './figures.js';

/** The loss-free rates of a pair that either side has searched for, goal by goal. */
export function searchFigures({ base, head, experiment, column }: Pair): Figure[] {
  const keys = new Set([...base.searches, ...head.searches].map(({ cell }) => cell));
  return [...keys].flatMap((cell) => {
    const goals = [base, head].flatMap((record) => goalsOf(record, cell));
    const names = new Set(goals.map(({ name }) => name));
    return [...names].map((name): Figure => ({
      ...{ experiment, column, cell, label: cell, kind: 'search', name, unit: 'packets/s', better: 'higher' },
      ...{ arms: null, base: sideOf(base, cell, name), head: sideOf(head, cell, name) },
    }));
  });
}

function goalsOf({ searches }: RunRecord, cell: string): SearchGoal[] {
  return searches.find((search) => search.cell === cell)?.goals ?? [];
}

function sideOf(record: RunRecord, cell: string, name: string): Side | string {
  const search = record.searches.find((each) => each.cell === cell);
  if (search === undefined) return 'not searched';
  if (search.status === 'skipped') return `skipped: ${search.reason ?? 'for no stated reason'}`;
  const goal = search.goals.find((each) => each.name === name);
  if (goal === undefined) return 'no such goal';
  const { lower, upper, regular, reason } = goal;
  if (!regular || lower === null || upper === null) return `irregular: ${reason ?? 'for no stated reason'}`;
  if (!(lower.packetsPerSecond > 0 && upper.packetsPerSecond >= lower.packetsPerSecond)) return 'bounds that are none';
  const [low, high] = [lower.packetsPerSecond, upper.packetsPerSecond];
  const sample = { values: [], trials: [], uncertain: { down: 0, up: 0 } };
  return { median: low, low, high, trials: search.trials, sample, counted: null, bounds: { low, high } };
}
