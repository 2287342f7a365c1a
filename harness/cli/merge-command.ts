import { dirname, join } from 'node:path';
import type { Command } from 'commander';
import { cannotCompare, usageError } from '../errors.js';
import { checkDivision } from '../run/division.js';
import type { FoundShard } from '../run/division.js';
import { mergeRecords } from '../run/merge.js';
import type { ShardPart } from '../run/mergeable.js';
import { comparable } from '../../reports/compare/read-runs.js';
import { readRecord, writeRecord } from '../../reports/record-io.js';
import type { RunRecord } from '../../reports/record.js';
import { readShardFile } from '../../reports/shard-file.js';
import { writeSuite } from '../../reports/suite-file.js';
import { loadExperiment } from './experiments.js';
import { drawMatrix } from './matrix.js';
import { printJson, tell } from './output.js';
import { drawReport, showReport } from './report-files.js';
import { newRunId, RunFolder } from './run-folder.js';
import { drawSuite } from './suite-page.js';

interface MergeFlags {
  out: string;
  json?: true;
}

/** A run put together, and where it goes. */
interface Merged {
  record: RunRecord;
  experiment: string;
  kernel: string | null;
  /** Within --out. */
  folder: string;
}

export function addMergeCommand(program: Command): void {
  program
    .command('merge')
    .description('put the shards of a run together to its record and report; needs no root')
    .argument('<shard...>', 'folders that pktpath run --shard wrote: all of them')
    .requiredOption('--out <dir>', 'folder for the record and the report')
    .option('--json', 'print the record on stdout')
    .action(mergeShards);
}

/** Everything is read and checked before anything is written. */
async function mergeShards(folders: readonly string[], flags: MergeFlags): Promise<void> {
  const { out } = flags;
  const json = flags.json === true;
  if (out === '') throw usageError('--out names no folder');
  const shards = checkDivision(
    folders.map((folder): FoundShard => ({ folder, file: comparable(() => readShardFile(folder)) })),
  );
  const merged = await mergedRuns(shards);
  const prepared = merged.map(({ folder }) => RunFolder.prepare(join(out, folder)));
  for (const [index, { record }] of merged.entries()) await writeMerged(record, prepared[index]?.path ?? out, json);
  drawMatrices(merged, out, json);
  const suite = shards[0]?.file.suite ?? null;
  if (suite !== null) {
    const members = merged.map(({ experiment, kernel, folder }) => ({ experiment, kernel, folder, reason: null }));
    writeSuite({ suite, members }, out);
    await drawSuite(out, json);
  }
  tell(
    `merge: ${String(shards.length)} shards, ${String(merged.length)} ${merged.length === 1 ? 'run' : 'runs'}: ${out}`,
  );
  const records = merged.map(({ record }) => record);
  if (json) printJson(records.length === 1 ? records[0] : records);
}

/** Every run of the whole. @throws PktpathError (cannot compare) */
async function mergedRuns(shards: readonly FoundShard[]): Promise<Merged[]> {
  const merged: Merged[] = [];
  for (const [number, { experiment, kernel, folder }] of (shards[0]?.file.runs ?? []).entries()) {
    const definition = await loadExperiment(experiment).catch((error: unknown) => {
      throw cannotCompare('the shards cannot be merged', 'use the pktpath that measured them', error);
    });
    const record = mergeRecords(definition, partsOf(shards, number), newRunId(definition.name));
    merged.push({ record, experiment, kernel, folder });
  }
  return merged;
}

/** What each shard that has a part of the run has of it. */
function partsOf(shards: readonly FoundShard[], number: number): ShardPart[] {
  return shards.flatMap(({ file: { index, of, runs }, folder }): ShardPart[] => {
    const { cells = [], folder: own = '.' } = runs[number] ?? {};
    if (cells.length === 0) return [];
    const source = join(folder, own);
    return [{ index, of, cells, record: comparable(() => readRecord(source)), source }];
  });
}

async function writeMerged(record: RunRecord, folder: string, json: boolean): Promise<void> {
  writeRecord(record, folder);
  const drawn = await drawReport(record, folder);
  if (!json) showReport(drawn);
  tell(`report: ${join(folder, 'report.html')}`);
}

/** One for each experiment on several kernels. */
function drawMatrices(merged: readonly Merged[], out: string, json: boolean): void {
  for (const experiment of new Set(merged.map((each) => each.experiment))) {
    const own = merged.filter((each) => each.experiment === experiment);
    const folder = own.length > 1 ? own[0]?.folder : undefined;
    if (folder === undefined) continue;
    const records = own.map(({ record }) => record);
    drawMatrix(records, dirname(join(out, folder)), json);
  }
}
