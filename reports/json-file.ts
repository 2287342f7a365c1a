import { readFileSync, statSync } from 'node:fs';
import type { z } from 'zod';
import { failure } from '../harness/errors.js';
import { explainIo } from './atomic-file.js';
import { printable } from './text.js';

/** Lists of runs and cells; a longer one is something else. */
const mostBytes = 16 * 1024 * 1024;

/**
 * Reads a small file of ours that is no record.
 * @param what it is, for messages, and what to try where it is not
 * @throws PktpathError (failed) for a file that is something else, of another version, or cannot be read
 */
export function readJsonFile<T>(path: string, schema: z.ZodType<T>, what: string, hint: string): T {
  let json: unknown;
  try {
    const { size } = statSync(path);
    if (size > mostBytes) throw new RangeError('it is too large');
    json = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw failure(`cannot read ${path}: ${reasonOf(error)}`, hint, error);
  }
  const read = schema.safeParse(json);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  const at = issue?.path.map((part) => printable(String(part), 60)).join('.') ?? '';
  const why = issue === undefined ? 'unknown shape' : `${at}: ${printable(issue.message, 120)}`;
  throw failure(`${path} is no ${what}: ${why}`, hint);
}

function reasonOf(error: unknown): string {
  if (error instanceof SyntaxError) return 'it is not JSON';
  return error instanceof RangeError ? error.message : explainIo(error).reason;
}
