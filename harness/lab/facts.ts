import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { writeFileAtomic } from '../../reports/atomic-file.js';
import type { GuestCall } from './guest/calls.js';

/**
 * The answer to a call that a saved guest answers alike each time, kept beside its state, and gone with it. A file that
 * cannot be read is as good as none.
 */
export async function remembered<T>(folder: string, call: GuestCall, ask: () => Promise<T>): Promise<T> {
  const digest = createHash('sha256').update(JSON.stringify(call)).digest('hex').slice(0, 16);
  const file = `${folder}.${call.name}-${digest}.json`;
  try {
    return JSON.parse(await readFile(file, 'utf8')) as T;
  } catch {
    const answer = await ask();
    writeFileAtomic(file, JSON.stringify(answer));
    return answer;
  }
}
