import type { ComparisonPlan } from './experiment.js';
import type { RunPlan } from './run-plan.js';
import { measuringTime, secondsOfStart } from './time-estimate.js';

/** One of several parts of a whole, each measured by itself and merged at the end; the first is 1. */
export interface Shard {
  index: number;
  of: number;
}

/** What a shard has of one run. */
export interface Share extends Shard {
  /** Keys of the cells; none where it has no part of the run. */
  cells: ReadonlySet<string>;
}

/** A run that is divided. */
export interface Divisible {
  plan: RunPlan;
  /** Each cell may go anywhere: instructions are counted, which are the same beside whatever else. */
  apart: boolean;
}

/** Cells of one run that stay together. */
interface Unit {
  run: number;
  cells: string[];
  seconds: number;
}

/** What is known of a shard while units are given out. */
interface Load {
  seconds: number;
  runs: ReadonlySet<number>;
  units: readonly Unit[];
}

/**
 * Divides runs among shards by their plans alone, so that every machine comes to the same division. Runs are left whole where
 * taking them apart ends no earlier, since each part of one has to start.
 * @returns for each run what the shard has of it
 */
export function divide(runs: readonly Divisible[], { index, of }: Shard): Share[] {
  const units = runs.map((run, number) => unitsOf(run, number));
  const [whole, apart] = [units.map(joined), units.flat()].map((each) => giveOut(each, of));
  const shards = longest(apart ?? []) < longest(whole ?? []) ? apart : whole;
  const own = shards?.[index - 1]?.units ?? [];
  return runs.map((_, number) => {
    const cells = own.filter(({ run }) => run === number).flatMap((unit) => unit.cells);
    return { index, of, cells: new Set(cells) };
  });
}

function longest(shards: readonly Load[]): number {
  return Math.max(...shards.map(({ seconds }) => seconds));
}

function joined(units: readonly Unit[], run: number): Unit {
  return {
    run,
    cells: units.flatMap(({ cells }) => cells),
    seconds: units.reduce((sum, { seconds }) => sum + seconds, 0),
  };
}

/** The longest unit first, each to the shard that is through with it earliest. */
function giveOut(units: readonly Unit[], of: number): Load[] {
  let shards = Array.from({ length: of }, (): Load => ({ seconds: 0, runs: new Set(), units: [] }));
  for (const unit of units.toSorted((a, b) => b.seconds - a.seconds)) {
    const after = shards.map((shard) => withUnit(shard, unit));
    const best = after.reduce((first, { seconds }, at) => (seconds < (after[first]?.seconds ?? 0) ? at : first), 0);
    shards = shards.map((shard, at) => (at === best ? (after[at] ?? shard) : shard));
  }
  return shards;
}

function withUnit({ seconds, runs, units }: Load, unit: Unit): Load {
  const start = runs.has(unit.run) ? 0 : secondsOfStart;
  return { seconds: seconds + unit.seconds + start, runs: new Set([...runs, unit.run]), units: [...units, unit] };
}

/**
 * The units of a run. Where time is measured, cells that are held against each other stay on one machine and in the same
 * rounds; so do all searches, whose steps take turns, with the cells that say whether they can be had. Where loads are
 * multiples of a capacity that is yet to be found, the run is one: two shards would find two.
 */
function unitsOf({ plan, apart }: Divisible, run: number): Unit[] {
  const keys = plan.cells.map(({ key }) => key);
  const groups = apart ? keys.map((key) => [key]) : plan.capacity === null ? groupsOf(plan) : [keys];
  return groups.map((cells) => ({ run, cells, seconds: measuringTime(partOf(plan, new Set(cells))).seconds }));
}

function groupsOf({ cells, comparisons, searches }: RunPlan): string[][] {
  const [searched, ...others] = searches.map(({ row }) => row);
  const pairs = [
    ...comparisons.map(({ base, arm }: ComparisonPlan) => [base, arm] as const),
    ...others.map((row) => [searched ?? row, row] as const),
  ];
  let groups = cells.map(({ key }) => [key]);
  for (const pair of pairs) {
    const joined = groups.filter((group) => pair.some((key) => group.includes(key)));
    if (joined.length > 1) groups = [joined.flat(), ...groups.filter((group) => !joined.includes(group))];
  }
  // in the order of the plan, whatever was joined with what
  const place = new Map(cells.map(({ key }, index) => [key, index]));
  const at = (key: string | undefined): number => place.get(key ?? '') ?? 0;
  return groups.map((group) => group.toSorted((a, b) => at(a) - at(b))).sort(([a], [b]) => at(a) - at(b));
}

/** The part of a plan that a shard measures. */
export function shareOf(plan: RunPlan, { index, of, cells }: Share): RunPlan {
  const whole = plan.cells.map(({ key }) => key);
  return { ...plan, ...partOf(plan, cells), shard: { index, of, cells: whole } };
}

function partOf(plan: RunPlan, keys: ReadonlySet<string>): RunPlan {
  return {
    ...plan,
    cells: plan.cells.filter(({ key }) => keys.has(key)),
    comparisons: plan.comparisons.filter(({ base, arm }) => keys.has(base) && keys.has(arm)),
    searches: plan.searches.filter(({ row }) => keys.has(row)),
  };
}

/** As the command line has it: 2/3. */
export function shardText({ index, of }: Shard): string {
  return `${String(index)}/${String(of)}`;
}
