import type { PathName } from '../../harness/executor/contract.js';
import { estimate } from '../../harness/statistics/interval.js';
import type { RunRecord, SummaryRow, Trial } from '../../reports/record.js';
import { samplePathsRecord } from './sample-paths-record.js';
import { bare } from './sample-paths-rows.js';
import { random, sampleTrial } from './sample-trials.js';

/** A cell made by hand: system calls for each packet in each round, or why there are none. */
export interface CurveCell {
  path: PathName;
  params: SummaryRow['params'];
  calls?: readonly number[];
  reason?: string;
}

/** Calls are counted to the millionth. */
const PACKETS = 1_000_000;

/** A record of cells made by hand; their metric is `syscallsPerPacket`, since a test can say what it is in each trial. */
export function curveRecord(cells: readonly CurveCell[]): RunRecord {
  const made = cells.map((cell, index) => ({ cell, key: `${cell.path} ${String(index)}` }));
  return {
    ...samplePathsRecord(),
    summary: made.map(({ cell, key }) => rowOf(cell, key)),
    trials: made.flatMap(({ cell, key }) => (cell.calls ?? []).map((calls, round) => trialOf(cell, key, calls, round))),
    comparisons: [],
    searches: [],
  };
}

function rowOf({ path, params, calls, reason }: CurveCell, key: string): SummaryRow {
  const row = bare(key, { path }, params);
  if (calls === undefined) return { ...row, status: 'skipped', reason: reason ?? null };
  return { ...row, metrics: { syscallsPerPacket: estimate(calls) } };
}

function trialOf({ path }: CurveCell, cell: string, calls: number, round: number): Trial {
  const made = { path, traffic: 'raw', frameBytes: 64, packetsPerSecond: 10_000 } as const;
  const trial = sampleTrial(
    { ...made, stages: [], callsPerPacket: 1, wakeUpsPerPacket: 1 },
    0,
    round,
    false,
    random(1),
  );
  const reader = { ...trial.reader, packets: PACKETS, systemCalls: Math.round(calls * PACKETS) };
  return { ...trial, cell, reader };
}
