import assert from 'node:assert/strict';
import { performRun } from '../../harness/run/run.js';
import { planRun } from '../../harness/run/run-plan.js';
import type { RunPlan } from '../../harness/run/run-plan.js';
import { divide } from '../../harness/run/sharding.js';
import type { Share } from '../../harness/run/sharding.js';
import type { ShardPart } from '../../harness/run/mergeable.js';
import type { RunRecord } from '../../reports/record.js';
import { MockExecutor } from './mock-executor.js';
import { mockRun } from './mock-run.js';
import { allowedCpus, limited, stored } from './resumed-runs.js';
import type { Small } from './resumed-runs.js';

const never = new AbortController().signal;

export function smallPlan({ experiment, settings, rounds }: Small, shard?: Share): RunPlan {
  const asked = { settings, quick: true, rounds, durationSeconds: 0.1, ...(shard === undefined ? {} : { shard }) };
  return planRun(experiment, asked, allowedCpus);
}

/** The run, or the shard's part of it, as from the disk. */
export async function measured(small: Small, shard?: Share, executor?: MockExecutor): Promise<RunRecord> {
  const plan = smallPlan(small, shard);
  const { tools } = mockRun(executor ?? new MockExecutor({ tamper: limited }));
  const runId = shard === undefined ? 'whole' : `shard-${String(shard.index)}`;
  const { record, problems } = await performRun(plan, runId, tools, never);
  assert.deepEqual(problems, []);
  return stored(record);
}

/** What each of so many shards has of the run. */
export function sharesOf(small: Small, of: number): Share[] {
  const plan = smallPlan(small);
  return Array.from({ length: of }, (_, index) => divide([{ plan, apart: false }], { index: index + 1, of })[0]!);
}

/** The records of so many shards; those without a part have none. */
export async function shards(small: Small, of: number): Promise<ShardPart[]> {
  const parts: ShardPart[] = [];
  for (const share of sharesOf(small, of)) {
    if (share.cells.size === 0) continue;
    const record = await measured(small, share);
    const cells = record.summary.map(({ cell }) => cell);
    parts.push({ index: share.index, of, cells, record, source: `shard-${String(share.index)}` });
  }
  return parts;
}
