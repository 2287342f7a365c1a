import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { writeFileAtomic } from './atomic-file.js';
import { readJsonFile } from './json-file.js';
import { innerFolder } from './suite-file.js';

/** Name of the list of what a shard has of the whole, in the folder that was given to it. */
export const SHARD_FILE = 'shard.json';

const SHARD_VERSION = 1;
/** As many as any matrix of a CI engine has. */
export const mostShards = 1024;

const shardNumber = z.number().int().min(1).max(mostShards);
const keys = z.array(z.string());

/** A shard: all runs of the whole, and what it has of each, be it nothing: a record cannot tell of a run that was not made. */
export const ShardFile = z.object({
  schema: z.literal('pktpath-shard'),
  version: z.literal(SHARD_VERSION),
  tool: z.object({ version: z.string(), commit: z.string().nullable() }),
  index: shardNumber,
  of: shardNumber,
  /** The suite that ends with a page of claims; null where there is none. */
  suite: z.string().nullable(),
  runs: z
    .array(
      z.object({
        experiment: z.string(),
        /** Null: this machine's own. */
        kernel: z.string().nullable(),
        /** Of its record, relative to this file; the same in every shard. */
        folder: z.union([z.literal('.'), innerFolder]),
        /** Keys of all its cells. */
        whole: keys,
        /** Of those that this shard measures. */
        cells: keys,
      }),
    )
    .min(1),
});
export type ShardFile = z.infer<typeof ShardFile>;

export function shardFile(shard: Omit<ShardFile, 'schema' | 'version'>): ShardFile {
  return { schema: 'pktpath-shard', version: SHARD_VERSION, ...shard };
}

/** @throws PktpathError (failed) when the folder cannot be written to */
export function writeShardFile(file: ShardFile, folder: string): void {
  writeFileAtomic(join(folder, SHARD_FILE), `${JSON.stringify(file, null, 2)}\n`);
}

export function isShard(folder: string): boolean {
  return existsSync(join(folder, SHARD_FILE));
}

/** @throws PktpathError (failed) for a file that is none, of another version, or cannot be read */
export function readShardFile(folder: string): ShardFile {
  const hint = 'name the folder that pktpath run --shard wrote';
  return readJsonFile(join(folder, SHARD_FILE), ShardFile, 'list of a shard', hint);
}
