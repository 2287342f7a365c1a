import { readdirSync, statSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { ExitCode, PktpathError } from '../../harness/errors.js';
import { RECORD_FILE, readRecord } from '../record-io.js';
import type { RunRecord } from '../record.js';

/** A record, and where it came from in the words of the user. */
export interface Run {
  record: RunRecord;
  source: string;
}

/** A suite holds experiments, an experiment kernels; deeper than this lies nothing of ours. */
const deepest = 4;

/** Something that cannot be compared: exit code 5. */
export function cannotCompare(message: string, hint?: string, cause?: unknown): PktpathError {
  return new PktpathError(message, {
    exitCode: ExitCode.cannotCompare,
    ...(hint === undefined ? {} : { hint }),
    ...(cause === undefined ? {} : { cause }),
  });
}

/**
 * Reads one side of a comparison: a record, a run's folder, or a folder of runs (a suite's, a matrix', or both).
 * @throws PktpathError (cannot compare) when one cannot be read, whatever the reason, or there is none: what was not read
 * is no base of any verdict
 */
export function readRuns(path: string): Run[] {
  const files = recordFiles(path);
  if (files.length === 0) throw cannotCompare(`${path} holds no record`, 'name a folder that pktpath run wrote');
  return files.map((file) => ({ record: readOne(file), source: sourceOf(file, path) }));
}

function readOne(file: string): RunRecord {
  return comparable(() => readRecord(file));
}

/** Reads something without which nothing can be compared. @throws PktpathError (cannot compare) for whatever goes wrong */
export function comparable<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof PktpathError) throw cannotCompare(error.message, error.hint, error.cause);
    throw error;
  }
}

function sourceOf(file: string, path: string): string {
  const inside = relative(path, file).replace(new RegExp(`/?${RECORD_FILE}$`), '');
  return inside === '' ? path : join(path, inside);
}

/** The record itself, or every record of a folder; one that cannot be looked at is left to the reader, who says why. */
function recordFiles(path: string): string[] {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) return [path];
  return withinFolder(path, deepest);
}

function withinFolder(folder: string, levels: number): string[] {
  const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  if (entries.some(({ name }) => name === RECORD_FILE)) return [join(folder, RECORD_FILE)];
  if (levels === 0) return [];
  const folders = entries.filter((entry) => entry.isDirectory() && !basename(entry.name).startsWith('.'));
  return folders.flatMap(({ name }) => withinFolder(join(folder, name), levels - 1));
}
