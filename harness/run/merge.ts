import { isDeepStrictEqual } from 'node:util';
import { cannotCompare } from '../errors.js';
import { SummaryRow } from '../../reports/record.js';
import type { RunRecord, StagePlan, Trial } from '../../reports/record.js';
import { parseRecord } from '../../reports/record-io.js';
import { printable } from '../../reports/text.js';
import { accountingInPlace, probeCostOf } from './costs-in-place.js';
import type { Cell, Experiment } from './experiment.js';
import { anywhere, checkMergeable } from './mergeable.js';
import type { ShardPart } from './mergeable.js';
import { buildRecord, cellTrials } from './record-builder.js';
import type { FigurePlan, RunFacts } from './record-builder.js';
import { planWhole } from './resumed-plan.js';
import { isExact } from './run-plan.js';
import { isVerdictOfTrials, summaryRow } from './summary-row.js';
import type { CellTrials } from './summary-row.js';

/**
 * Puts the shards of one run together to the record that it would have left unsharded, but for figures, times and what is
 * said of the machine: the trials of shard after shard, each with its own shard's calibration; everything else is made anew
 * from them, as at the end of a run.
 * @param parts of every shard that has a part of the run, in the order of their numbers; not none
 * @param runId of the merged record
 * @throws PktpathError (cannot compare) when they are no parts of one run, or the trials of one do not give its summary
 */
export function mergeRecords(experiment: Experiment, parts: readonly ShardPart[], runId: string): RunRecord {
  checkMergeable(parts);
  const [first] = parts;
  if (first === undefined) throw new RangeError('a run of no shards');
  const [plan = planWhole(experiment, first.record, first.source)] = parts.map(({ record, source }) =>
    planWhole(experiment, record, source),
  );
  const { trials, ...sessions } = inOneRow(parts);
  const rows = parts.flatMap(({ record }) => record.summary);
  const facts: RunFacts = {
    plan,
    runId,
    ...{ tool: first.record.tool, environment: first.record.environment, machine: first.record.machine },
    testbed: testbedOf(first),
    startedAt: earliest(parts.map(({ record }) => record.run.startedAt)),
    ...sessions,
    cellPlans: new Map(),
    unavailable: new Map(rows.flatMap(({ cell, reason }) => (isUnavailable(reason) ? [[cell, reason]] : []))),
    searches: parts.flatMap(({ record }) => record.searches),
  };
  const cellPlans = new Map(
    plan.cells.flatMap((cell): [string, FigurePlan][] => {
      const part = parts.find(({ cells }) => cells.includes(cell.key));
      const own = part === undefined ? null : planOfCell(cell, part, facts, trials);
      return own === null ? [] : [[cell.key, own]];
    }),
  );
  const finishedAt = latest(parts.map(({ record }) => record.run.finishedAt ?? record.run.startedAt));
  const merged = buildRecord({ ...facts, cellPlans }, trials, { finishedAt, status: 'complete' });
  const stagePlans = everyPlan([merged.stagePlans, ...parts.map(({ record }) => record.stagePlans)].flat());
  const whole = parseRecord(JSON.stringify({ ...merged, stagePlans }), 'the merged record');
  checkCostsInPlace(whole, parts);
  return whole;
}

/** The trials of shard after shard, and where each session among them begins. */
function inOneRow(
  parts: readonly ShardPart[],
): Pick<RunFacts, 'calibrations' | 'resumed'> & { shards: NonNullable<RunFacts['shards']>; trials: Trial[] } {
  const trials: Trial[] = [];
  const [shards, resumed]: [NonNullable<RunFacts['shards']>, { at: string; firstTrial: number }[]] = [[], []];
  for (const { index, record } of parts) {
    const from = trials.length;
    const { run, environment, machine } = record;
    const { id, startedAt, finishedAt } = run;
    const { load, stealPercent } = environment;
    const hostCpuModel = machine.kind === 'guest' ? machine.host.cpuModel : null;
    shards.push({ index, id, startedAt, finishedAt, firstTrial: from, load, stealPercent, hostCpuModel });
    for (const { at, firstTrial } of run.resumed ?? []) resumed.push({ at, firstTrial: from + firstTrial });
    trials.push(...record.trials.map((trial) => ({ ...trial, index: from + trial.index })));
  }
  return { trials, shards, resumed, calibrations: parts.flatMap(({ record }) => record.calibrations) };
}

/**
 * A record does not name the stage plan of each cell, so it is the one of its path by which the trials give the row that the
 * shard has of it.
 * @returns null where nothing is probed
 */
function planOfCell(cell: Cell, part: ShardPart, facts: RunFacts, trials: readonly Trial[]): FigurePlan | null {
  const { record, source } = part;
  const stated = record.summary.find((row) => row.cell === cell.key);
  const candidates = record.stagePlans
    .filter(({ path }) => path === cell.path.name)
    .map((plan): FigurePlan => ({ plan, labels: labelsOf(stated), probes: { marks: hasMarks(plan) } }));
  for (const candidate of candidates.length === 0 ? [null] : candidates) {
    const cellPlans = new Map(candidate === null ? [] : [[cell.key, candidate]]);
    const own = withCostIn(stated, cellTrials(cell, { ...facts, cellPlans }, trials));
    const row = summaryRow(own, isExact(facts.plan));
    const read = SummaryRow.safeParse(JSON.parse(JSON.stringify(row)));
    if (read.success && isDeepStrictEqual(read.data, stated)) return candidate;
  }
  throw cannotCompare(
    `the trials in ${source} do not give its figures of ${printable(cell.key)}`,
    'the record was changed, or is of another pktpath; measure that shard again',
  );
}

/** By what its shard has found that a hit costs in place, which all of its cells have told together. */
function withCostIn(stated: SummaryRow | undefined, cell: CellTrials): CellTrials {
  const inPlace = stated === undefined ? undefined : probeCostOf(stated);
  if (inPlace === undefined || cell.probing === null) return cell;
  const accounting = accountingInPlace(cell.probing.accounting, inPlace);
  return { ...cell, probing: { ...cell.probing, accounting, inPlace } };
}

/** @throws PktpathError (cannot compare) where the trials of a shard tell another cost of a hit than its record */
function checkCostsInPlace(merged: RunRecord, parts: readonly ShardPart[]): void {
  for (const { record, source } of parts) {
    const other = record.summary.find((row) => {
      const own = merged.summary.find(({ cell }) => cell === row.cell);
      return own === undefined || !isDeepStrictEqual(probeCostOf(own), probeCostOf(row));
    });
    if (other === undefined) continue;
    throw cannotCompare(
      `the trials in ${source} do not give what a hit costs in ${printable(other.cell)}`,
      'the record was changed, or is of another pktpath; measure that shard again',
    );
  }
}

/** Names to print are of the plan, not of the trials. */
function labelsOf(row: SummaryRow | undefined): Record<string, string> {
  return Object.fromEntries((row?.stages ?? []).map(({ stage, label }) => [stage, label]));
}

function hasMarks({ boundaries }: StagePlan): boolean {
  return boundaries.some(({ tier }) => tier === 'user-mark');
}

function isUnavailable(reason: string | null): reason is string {
  return reason !== null && !isVerdictOfTrials(reason);
}

function testbedOf({ record: { testbed }, source }: ShardPart): NonNullable<RunRecord['testbed']> {
  if (testbed === null) throw cannotCompare(`the record in ${source} has no testbed`);
  return testbed;
}

/** Each once, in their order. */
function everyPlan(plans: readonly StagePlan[]): StagePlan[] {
  const same = plans.map(anywhere);
  return plans.filter((_, index) => same.findIndex((each) => isDeepStrictEqual(each, same[index])) === index);
}

const earliest = (times: readonly string[]): string => times.toSorted()[0] ?? '';
const latest = (times: readonly string[]): string => times.toSorted().at(-1) ?? '';
