import { isDeepStrictEqual } from 'node:util';
import { relative, resolve } from 'node:path';
import { usageError } from '../errors.js';
import { targetName } from '../lab/target.js';
import type { GuestTarget } from '../lab/target.js';
import type { RunPlan } from '../run/run-plan.js';
import { divide, shardText } from '../run/sharding.js';
import type { Shard, Share } from '../run/sharding.js';
import { identifyTool } from '../run/tool.js';
import { isShard, readShardFile, shardFile, writeShardFile } from '../../reports/shard-file.js';
import { tell } from './output.js';

/**
 * What a shard has of each run of a command; undefined where nobody asked for shards.
 * @param planOf the whole of a run, by what its words say: whether there is KVM differs from machine to machine
 */
export function sharesOf<R extends { target: GuestTarget | null }>(
  shard: Shard | undefined,
  runs: readonly R[],
  planOf: (run: R) => RunPlan,
): Share[] | undefined {
  if (shard === undefined) return undefined;
  return divide(
    runs.map((run) => ({ plan: planOf(run), apart: run.target?.exact === true })),
    shard,
  );
}

/** The folder that merge is told of. @throws PktpathError (usage) when none was named */
export function checkShardFolder(folder: string | undefined): string {
  if (folder !== undefined) return folder;
  throw usageError('--shard needs a folder for its part', 'e.g. --shard 1/3 --out shard-1');
}

/** One run of the whole, and where it goes. */
interface SharedRun {
  experiment: string;
  target: GuestTarget | null;
  folder: string;
}

/**
 * Says what the shard has of each run, to the user and in its folder, where `pktpath merge` looks for it.
 * @param plans of the same runs, each this shard's part
 * @throws PktpathError (usage) when the folder holds another shard
 */
export async function beginShard(
  shard: Shard,
  { folder, suite }: { folder: string; suite: string | null },
  runs: readonly SharedRun[],
  plans: readonly RunPlan[],
): Promise<void> {
  const file = shardFile({
    tool: await identifyTool(),
    ...shard,
    suite,
    runs: runs.map(({ experiment, target, folder: own }, index) => ({
      experiment,
      kernel: target === null ? null : targetName(target),
      folder: relative(resolve(folder), resolve(own)) || '.',
      whole: plans[index]?.shard?.cells ?? [],
      cells: plans[index]?.cells.map(({ key }) => key) ?? [],
    })),
  });
  if (isShard(folder) && !isDeepStrictEqual(readShardFile(folder), file)) {
    throw usageError(`${folder} holds another shard already`, 'name another folder with --out, or remove that one');
  }
  writeShardFile(file, folder);
  for (const { experiment, kernel, whole, cells } of file.runs) {
    const what = kernel === null ? experiment : `${experiment} on ${kernel}`;
    const part = cells.length === 0 ? 'nothing' : `${String(cells.length)} of ${String(whole.length)} cells`;
    tell(`pktpath: shard ${shardText(shard)} has ${part} of ${what}`);
  }
}
