import { describeError, ExitCode, failure, PktpathError } from '../harness/errors.js';
import type { ProbeSpec } from '../harness/executor/contract.js';
import { takenInDriver } from '../harness/paths/paths.js';
import { resolveStagePlan } from '../harness/plan/plan.js';
import type { Cell } from '../harness/run/experiment.js';
import { shuffle } from '../harness/statistics/random.js';
import type { Random } from '../harness/statistics/random.js';
import type { Bed } from './bed.js';
import { roadCost } from './road-cost.js';
import type { RoadCost } from './road-cost.js';
import type { Section, Tell } from './section.js';
import { throughputGoals, throughputTables } from './throughput-tables.js';
import { perfRecord } from './tracers/perf.js';
import type { Tracer } from './tracers/tracer.js';
import { tracers } from './tracers/tracers.js';
import { validTrial } from './trial.js';
import { unpacedCells } from './workloads.js';

export const probesArm = 'pktpath';

const durationSeconds = { full: 0.25, quick: 0.15 } as const;
/** Rounds of all arms, and pairs of pktpath's own arm within each: its goal is the narrowest. */
const rounds = { full: 4, quick: 1 } as const;
const probePairs = { full: 3, quick: 5 } as const;
/** A warm-up of 50 ms is paced, so a tracer that was attached in time has seen all of a trial's packets. */
const seenAtLeast = { bpftrace: 1, perf: 0.5 } as const;

/** An arm beside an unprobed trial that ran just before or just after it. */
export interface Pair {
  cell: string;
  arm: string;
  round: number;
  off: RoadCost;
  on: RoadCost;
  /** Events that the tracer has of each packet's first tracepoint; null for pktpath, whose boundaries are checked. */
  seen: number | null;
}

export interface ThroughputData {
  pairs: Pair[];
  /** Why a tracer has no figures, by its name. */
  unusable: Record<string, string>;
  /** Tracepoints by cell. */
  tracepoints: Record<string, string[]>;
}

interface Work {
  bed: Bed;
  random: Random;
  tell: Tell;
  data: ThroughputData;
}

/** What probes and other tracers on the same tracepoints leave of the receiver's throughput. */
export async function throughputSection(bed: Bed, quick: boolean, random: Random, tell: Tell): Promise<Section> {
  const all = unpacedCells(quick ? durationSeconds.quick : durationSeconds.full);
  const data: ThroughputData = { pairs: [], unusable: {}, tracepoints: {} };
  const work = { bed, random, tell, data };
  const [count, pairs] = quick ? [rounds.quick, probePairs.quick] : [rounds.full, probePairs.full];
  for (let round = 0; round < count; round++) {
    for (const cell of shuffle(all, random)) {
      tell(`throughput: round ${round + 1}/${count}: ${cell.key}`);
      // --quick shows the others on the first cell alone
      const others = quick && cell !== all[0] ? [] : tracers;
      const arms: (Tracer | null)[] = [...Array.from({ length: pairs }, () => null), ...others];
      for (const arm of shuffle(arms, random)) await runPair(work, cell, arm, round);
    }
  }
  return { tables: throughputTables(data), goals: throughputGoals(data), data };
}

/** @param tracer null for pktpath's own probes */
async function runPair(work: Work, cell: Cell, tracer: Tracer | null, round: number): Promise<void> {
  const { bed, tell, data, random } = work;
  const { probes, tracepoints } = hooksOf(bed, cell);
  data.tracepoints[cell.key] = tracepoints;
  const name = tracer?.name ?? probesArm;
  if (data.unusable[name] !== undefined) return;
  const measureOff = async (): Promise<RoadCost> => roadCost(await validTrial(bed, cell, null, tell));
  const measureOn = async (): Promise<Pick<Pair, 'on' | 'seen'>> =>
    tracer === null
      ? { on: roadCost(await validTrial(bed, cell, probes, tell)), seen: null }
      : measureTraced(work, cell, tracer, tracepoints);
  try {
    const first = random() < 0.5 ? await measureOff() : null;
    const on = await measureOn();
    data.pairs.push({ cell: cell.key, arm: name, round, off: first ?? (await measureOff()), ...on });
  } catch (error) {
    if (tracer === null || !(error instanceof PktpathError) || error.exitCode !== ExitCode.notPossible) throw error;
    data.unusable[name] = describeError(error);
  }
}

/** @throws PktpathError (failed) when the tracer has not seen the trial's packets */
async function measureTraced(
  { bed, tell }: Work,
  cell: Cell,
  tracer: Tracer,
  tracepoints: readonly string[],
): Promise<Pick<Pair, 'on' | 'seen'>> {
  const session = await tracer.start(tracepoints);
  try {
    const on = roadCost(await validTrial(bed, cell, null, tell));
    const { events } = await session.stop();
    const seen = (events.get(packetTracepoint) ?? 0) / on.wirePackets;
    const bound = tracer === perfRecord ? seenAtLeast.perf : seenAtLeast.bpftrace;
    if (seen >= bound) return { on, seen };
    const share = `${(100 * seen).toFixed(1)} % of the packets of ${cell.key}`;
    throw failure(`${tracer.name} saw ${share} at ${packetTracepoint}: what it cost is not the cost of tracing them`);
  } finally {
    await session.stop().catch(() => undefined);
  }
}

/** Every frame passes it once, on every road. */
const packetTracepoint = 'net:napi_gro_receive_entry';

/** The probes that `pktpath run` would use for this cell, and the tracepoints that they hang on. */
function hooksOf(bed: Bed, cell: Cell): { probes: ProbeSpec; tracepoints: string[] } {
  const { plan, probes } = resolveStagePlan({
    path: cell.path.name,
    inDriver: takenInDriver(cell.path),
    isolation: bed.testbed.isolation,
    object: bed.probes.stages,
    facts: bed.probes.facts,
  });
  const hooks = plan.boundaries.filter(({ tier }) => tier === 'tracepoint').flatMap(({ targets }) => targets);
  return { probes, tracepoints: [...new Set(hooks)] };
}
