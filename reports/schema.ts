import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { writeFileAtomic } from './atomic-file.js';
import { RECORD_VERSION, RunRecord } from './record.js';

/** The committed schema, seen from dist/reports/. */
export const schemaPath = fileURLToPath(new URL('../../reports/run.schema.json', import.meta.url));

/** JSON Schema 2020-12 of a record, as text to commit, generated from the type. */
export function schemaText(): string {
  const schema = z.toJSONSchema(RunRecord, { target: 'draft-2020-12', io: 'output' });
  const head = {
    $schema: schema.$schema,
    title: 'pktpath run record',
    description: `What one run of pktpath leaves in run.json, version ${String(RECORD_VERSION)}. Names carry their unit.`,
  };
  return `${JSON.stringify({ ...head, ...schema }, null, 2)}\n`;
}

/** The command `node dist/reports/schema.js --write|--check`; returns its exit code. */
function main(option: string | undefined): number {
  if (option === '--write') {
    writeFileAtomic(schemaPath, schemaText());
    return 0;
  }
  if (option === '--check') {
    if (readFileSync(schemaPath, 'utf8') === schemaText()) return 0;
    process.stderr.write('reports/run.schema.json differs from reports/record.ts: run this with --write\n');
    return 1;
  }
  process.stderr.write('usage: node dist/reports/schema.js --write|--check\n');
  return 2;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = main(process.argv[2]);
