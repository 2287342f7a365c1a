import type { ProbeSpec } from '../executor/contract.js';
import type { Calibration, Environment, Machine, RunRecord, Search, Testbed, Trial } from '../../reports/record.js';
import { calibrationOf } from '../../reports/calibration-of.js';
import { RECORD_VERSION } from '../../reports/record.js';
import type { Arm } from './arms.js';
import { comparisonRows } from './comparisons.js';
import { metricList } from './metrics.js';
import type { Placement } from './receive-path.js';
import { isExact, isolationOf } from './run-plan.js';
import type { RunPlan } from './run-plan.js';
import { distinctPlans } from './stage-plans.js';
import type { Cell } from './experiment.js';
import { withCostsInPlace } from './costs-in-place.js';
import { summaryRow } from './summary-row.js';
import type { CellTrials, Probing } from './summary-row.js';
import { warningsOf } from './warnings.js';

/** What the figures of a cell need of its stage plan. */
export type FigurePlan = Probing['plan'] & { probes: Pick<ProbeSpec, 'marks'> };

/** What is known once the first trial can start. */
export interface RunFacts {
  plan: RunPlan;
  runId: string;
  tool: RunRecord['tool'];
  startedAt: string;
  environment: Environment;
  testbed: Testbed;
  machine: Machine;
  cellPlans: ReadonlyMap<string, FigurePlan>;
  /** One a session, this one's last; empty where nothing is probed. */
  calibrations: readonly Calibration[];
  /** When the run was gone on with, this time included. */
  resumed: NonNullable<RunRecord['run']['resumed']>;
  /** Of what is put together from shards: where each begins. */
  shards?: NonNullable<RunRecord['run']['shards']>;
  /** Cells whose path this kernel or device cannot give, with the reason; grows as they are found. */
  unavailable: Map<string, string>;
  /** Answers of the searches so far. */
  searches: Search[];
  /** What it takes turns with; left out where it is alone. */
  pair?: Arm['pair'];
}

export interface RunEnd {
  finishedAt: string;
  status: 'complete' | 'partial';
}

/** Each shard has found out by itself what a hit costs in place, as it has calibrated by itself. */
function costsInPlaceByShard(
  cells: readonly CellTrials[],
  shards: NonNullable<RunRecord['run']['shards']>,
): CellTrials[] {
  const shardOf = ({ trials: [first] }: CellTrials): number =>
    shards.filter(({ firstTrial }) => first !== undefined && firstTrial <= first.index).length;
  const parts = new Map<number, CellTrials[]>();
  for (const cell of cells) parts.set(shardOf(cell), [...(parts.get(shardOf(cell)) ?? []), cell]);
  const found = new Map([...parts.values()].flatMap(withCostsInPlace).map((cell) => [cell.cell.key, cell]));
  return cells.map((cell) => found.get(cell.cell.key) ?? cell);
}

/** The whole record from what was measured so far. @param end null while the run goes on */
export function buildRecord(facts: RunFacts, trials: readonly Trial[], end: RunEnd | null): RunRecord {
  const { plan, resumed } = facts;
  const cells = costsInPlaceByShard(
    plan.cells.map((cell) => cellTrials(cell, facts, trials)),
    facts.shards ?? [],
  );
  const exact = isExact(plan);
  const summary = cells.map((each) => summaryRow(each, exact));
  return {
    schema: 'pktpath-run',
    version: RECORD_VERSION,
    tool: facts.tool,
    run: {
      id: facts.runId,
      startedAt: facts.startedAt,
      finishedAt: end?.finishedAt ?? null,
      status: end?.status ?? 'partial',
      ...(resumed.length === 0 ? {} : { resumed }),
      ...(facts.shards === undefined ? {} : { shards: facts.shards }),
      ...(facts.pair === undefined ? {} : { pair: facts.pair() }),
    },
    experiment: {
      name: plan.experiment.name,
      title: plan.experiment.title,
      options: plan.options,
      quick: plan.quick,
      exact,
      seed: plan.seed,
      rounds: plan.rounds,
      ...(plan.shard === undefined ? {} : { shard: plan.shard }),
    },
    machine: facts.machine,
    environment: facts.environment,
    testbed: facts.testbed,
    stagePlans: distinctPlans(facts.cellPlans),
    calibrations: [...facts.calibrations],
    metrics: metricList,
    trials: [...trials],
    summary,
    comparisons: comparisonRows(plan.comparisons, cells, exact),
    searches: facts.searches,
    warnings: warningsOf(summary, trials, plan.testbed, exact),
  };
}

/** What the row of one cell is made of. @param trials of all cells */
export function cellTrials(cell: Cell, facts: RunFacts, trials: readonly Trial[]): CellTrials {
  const own = trials.filter((trial) => trial.cell === cell.key);
  const unavailable = facts.unavailable.get(cell.key) ?? null;
  const placement = placementOf(cell, facts.plan);
  return { cell, trials: own, placement, probing: probingOf(cell, facts), unavailable };
}

function placementOf(cell: Cell, plan: RunPlan): Placement {
  return { ...plan.testbed, isolation: isolationOf(cell, plan) };
}

function probingOf(cell: Cell, { plan, cellPlans, calibrations, resumed, shards }: RunFacts): Probing | null {
  const resolved = cellPlans.get(cell.key);
  const last = calibrations.at(-1);
  if (resolved === undefined || last === undefined || cell.unprobedOnly === true) return null;
  const run = { resumed, shards };
  const costsOf = (trial: Trial): Calibration => calibrationOf({ run, calibrations }, trial) ?? last;
  const accounting = { placement: placementOf(cell, plan), costsOf, marks: resolved.probes.marks };
  return { plan: resolved, accounting, inPlace: null };
}
