import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { failure, type PktpathError } from '../harness/errors.js';
import { explainIo, writeFileAtomic } from './atomic-file.js';
import { RECORD_VERSION, RunRecord } from './record.js';
import { upgradeRecord } from './record-upgrade.js';
import { printable } from './text.js';

/** Name of the record in a run's folder. */
export const RECORD_FILE = 'run.json';

/** A record of the longest planned run is a few megabytes; above this the file is something else. */
const MAX_RECORD_BYTES = 256 * 1024 * 1024;

/** Problems named in one message; a broken record can have thousands. */
const MAX_ISSUES = 5;

/** What every version has; read first, so that a newer record is refused for its version and not for its shape. */
const Header = z.object({ schema: z.literal('pktpath-run'), version: z.number().int().positive() });

/**
 * Reads a record from JSON text.
 *
 * @param source where the text came from, for messages
 * @throws PktpathError (exit code 1) when it is no JSON, no pktpath record, of a newer version, or of a wrong shape
 */
export function parseRecord(text: string, source: string): RunRecord {
  if (text.length > MAX_RECORD_BYTES) throw tooLarge(source, text.length);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? printable(error.message) : 'unreadable';
    throw failure(`${source} is not JSON: ${why}`, 'The file is truncated or no record; name a run’s folder.', error);
  }
  const header = Header.safeParse(json);
  if (!header.success) {
    const hint = 'Name the folder that pktpath run wrote, or the run.json in it.';
    throw failure(`${source} is not a pktpath record: ${issuesText(header.error)}`, hint);
  }
  const { version } = header.data;
  if (version > RECORD_VERSION) {
    const versions = `version ${String(version)}, and this pktpath reads up to version ${String(RECORD_VERSION)}`;
    throw failure(`${source} is a record of ${versions}`, 'Read it with the pktpath that wrote it, or a newer one.');
  }
  const record = RunRecord.safeParse(upgradeRecord(json, version));
  if (record.success) return record.data;
  throw failure(`${source} is a broken record: ${issuesText(record.error)}`, 'Measure again, or restore the file.');
}

/**
 * Reads a record from a run's folder or from a file.
 *
 * @throws PktpathError (exit code 1), as `parseRecord`, or when the file cannot be read
 */
export function readRecord(folderOrFile: string): RunRecord {
  try {
    const isFolder = statSync(folderOrFile).isDirectory();
    const path = isFolder ? join(folderOrFile, RECORD_FILE) : folderOrFile;
    const stat = statSync(path);
    // A pipe or a device would block or never end.
    if (!stat.isFile()) throw failure(`cannot read ${path}: it is not a regular file`, 'Name a run’s folder.');
    if (stat.size > MAX_RECORD_BYTES) throw tooLarge(path, stat.size);
    return parseRecord(readFileSync(path, 'utf8'), path);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    const { reason } = explainIo(error);
    const hint = 'Name the folder that pktpath run wrote, or the run.json in it.';
    throw failure(`cannot read a record from ${folderOrFile}: ${reason}`, hint, error);
  }
}

/**
 * Writes `run.json` into a run's folder, which is made when missing; whole or not at all.
 *
 * @returns the file's path
 * @throws PktpathError (exit code 1) when the folder is full, read-only or not to be written; an older record in it
 * is untouched then
 */
export function writeRecord(record: RunRecord, folder: string): string {
  const path = join(folder, RECORD_FILE);
  writeFileAtomic(path, `${JSON.stringify(record, null, 2)}\n`);
  return path;
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error;
}

function tooLarge(source: string, bytes: number): PktpathError {
  const size = `${String(Math.round(bytes / 1024 / 1024))} MiB`;
  const limit = `${String(MAX_RECORD_BYTES / 1024 / 1024)} MiB`;
  return failure(`${source} is too large for a record: ${size}, the limit is ${limit}`, 'Name a run’s run.json.');
}

function issuesText(error: z.ZodError): string {
  const shown = error.issues.slice(0, MAX_ISSUES).map((issue) => {
    const at = issue.path.map((part) => printable(String(part), 60)).join('.');
    return `${at === '' ? 'the document' : at}: ${printable(issue.message, 120)}`;
  });
  const more = error.issues.length - shown.length;
  return shown.join('; ') + (more > 0 ? `; and ${String(more)} more` : '');
}
