import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { writeFileAtomic } from './atomic-file.js';
import { readJsonFile } from './json-file.js';

/** Name of the list of a suite's runs, in the folder that theirs lie in. */
export const SUITE_FILE = 'suite.json';

const SUITE_VERSION = 1;

/** Below the suite's folder, whatever someone wrote into the file. */
export const innerFolder = z
  .string()
  .regex(/^[^/\\\p{Cc}\p{Cs}]+(\/[^/\\\p{Cc}\p{Cs}]+)*$/u)
  .refine((path) => !path.split('/').some((part) => part === '..' || part === '.'), 'leads out of the suite');

/** A suite: its runs, and why there is no record of one, which no record can tell. */
export const Suite = z.object({
  schema: z.literal('pktpath-suite'),
  version: z.literal(SUITE_VERSION),
  suite: z.string(),
  members: z.array(
    z.object({
      experiment: z.string(),
      /** Null: this machine's own. */
      kernel: z.string().nullable(),
      /** Of its record and report, relative to this file. */
      folder: innerFolder,
      /** Why it has no record, or one that is not whole; null when it went well. */
      reason: z.string().nullable(),
    }),
  ),
});
export type Suite = z.infer<typeof Suite>;
export type SuiteMember = Suite['members'][number];

/** @throws PktpathError (failed) when the folder cannot be written to */
export function writeSuite(suite: Pick<Suite, 'suite' | 'members'>, folder: string): void {
  const { suite: name, members } = suite;
  const file: Suite = { schema: 'pktpath-suite', version: SUITE_VERSION, suite: name, members };
  writeFileAtomic(join(folder, SUITE_FILE), `${JSON.stringify(file, null, 2)}\n`);
}

export function isSuite(folder: string): boolean {
  return existsSync(join(folder, SUITE_FILE));
}

/** @throws PktpathError (failed) for a file that is none, of another version, or cannot be read */
export function readSuite(folder: string): Suite {
  const hint = 'name the folder of one run in place of the suite’s';
  return readJsonFile(join(folder, SUITE_FILE), Suite, 'list of a suite’s runs', hint);
}
