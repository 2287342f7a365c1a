import { basename } from 'node:path';
import { describeError, ExitCode, PktpathError } from '../harness/errors.js';
import type { CalibrationResult, ProbeCost } from '../harness/executor/contract.js';
import { chooseProbeObject } from '../harness/run/probe-object.js';
import { stageObjects } from '../harness/doctor/probe-tiers.js';
import { checkInterrupted, unlessInterrupted } from '../harness/run/interruption.js';
import { shuffle } from '../harness/statistics/random.js';
import type { Random } from '../harness/statistics/random.js';
import { ratio } from '../reports/tables/format.js';
import type { Row, Table } from '../reports/tables/table.js';
import type { Bed } from './bed.js';
import { bounded, intervalNote, summarise } from './bounded.js';
import { figure, tenths, text } from './columns.js';
import type { Goal } from './goals.js';
import type { Section, Tell } from './section.js';

/** Hits of a batch last about 2 ms, below a scheduler's slice; the kinds take turns batch by batch. */
const batch = { hits: 20_000, batches: 5 } as const;
const rounds = { full: 15, quick: 7 } as const;
/** A boundary hit against an empty probe that reads the clock once. */
const floorGoal = 1.15;

export interface ObjectCost {
  object: string;
  rounds: CalibrationResult[];
  /** Why it could not be measured; null when it was. */
  error: string | null;
}

/** The probe's cost per boundary hit, of each way to attach to a tracepoint. */
export async function probeCostSection(bed: Bed, quick: boolean, random: Random, tell: Tell): Promise<Section> {
  const costs: ObjectCost[] = [];
  for (const stages of stageObjects) costs.push(await findCalibration(bed, stages));
  const count = quick ? rounds.quick : rounds.full;
  for (let round = 0; round < count; round++) {
    tell(`probe cost: round ${round + 1}/${count}`);
    for (const cost of shuffle(costs, random)) {
      if (cost.error === null) await measure(bed, cost);
    }
  }
  const chosen = costs.find(({ object }) => object === bed.probes.calibration);
  return { tables: [costTable(costs)], goals: [goalOf(chosen)], data: costs };
}

async function findCalibration({ executor, signal }: Bed, stages: string): Promise<ObjectCost> {
  checkInterrupted(signal);
  try {
    const { calibration } = await chooseProbeObject(executor, [stages]);
    return { object: calibration, rounds: [], error: null };
  } catch (error) {
    if (!(error instanceof PktpathError) || error.exitCode !== ExitCode.notPossible) throw error;
    return { object: stages, rounds: [], error: error.message };
  }
}

async function measure({ executor, cpus, signal }: Bed, cost: ObjectCost): Promise<void> {
  const { hits, batches } = batch;
  try {
    const calibrate = () => executor.calibrate(cost.object, cpus.receiverCpu, hits, batches);
    cost.rounds.push(await unlessInterrupted(signal, calibrate));
  } catch (error) {
    // Failing half-way is no property of the kernel.
    if (signal.aborted || cost.rounds.length > 0) throw error;
    cost.error = describeError(error);
  }
}

/** One ratio of medians a round: both kinds were hit in turns within some 50 ms. */
export function overFloor(rounds: readonly CalibrationResult[], kind: 'empty' | 'edge' | 'pass' | 'mark'): number[] {
  return rounds.map((result) => result[kind].median / result.floor.median);
}

export function costTable(costs: readonly ObjectCost[]): Table {
  const rows = costs.map(({ object, rounds: results, error }): Row => {
    const label = attachment(object);
    if (error !== null) return { kind: 'span', label, text: error };
    const cost = (pick: (result: CalibrationResult) => ProbeCost) => bounded(results.map((each) => pick(each).median));
    return {
      kind: 'body',
      cells: {
        object: label,
        empty: cost((each) => each.empty),
        floor: cost((each) => each.floor),
        edge: cost((each) => each.edge),
        pass: cost((each) => each.pass),
        mark: cost((each) => each.mark),
        ratio: bounded(overFloor(results, 'edge')),
      },
    };
  });
  return {
    id: 'probe-cost',
    title: 'Cost of one boundary hit',
    columns: [
      text('object', 'Attached by'),
      figure('empty', 'Empty probe', 'ns', tenths),
      figure('floor', 'Floor: and one clock read', 'ns', tenths),
      figure('edge', 'Boundary', 'ns', tenths),
      figure('pass', 'No boundary', 'ns', tenths),
      figure('mark', 'User-space mark', 'ns', tenths),
      figure('ratio', 'Boundary ∕ floor', null, ratio),
    ],
    rows,
    notes: [
      'All kinds over the same loop with nothing attached, hit in turns; ratio within each round.',
      intervalNote(Math.max(...costs.map((cost) => cost.rounds.length))),
    ],
  };
}

function goalOf(cost: ObjectCost | undefined): Goal {
  return {
    what: 'a boundary hit over the floor, with the probes that runs use here',
    bound: { side: 'at most', value: floorGoal },
    found: cost === undefined ? null : summarise(overFloor(cost.rounds, 'edge')),
    reason: cost?.error ?? null,
  };
}

/** calibrate.tp_btf.bpf.o → tp_btf */
function attachment(object: string): string {
  return basename(object).split('.')[1] ?? object;
}
