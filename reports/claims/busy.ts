import type { RunRecord } from '../record.js';

/**
 * Cells that were measured while other programs had the receiver's CPU: packets waited for it and shared polls and wake-ups,
 * so that no share and no saving of theirs is the path's own. The record's warning decides (harness/run/warnings.ts).
 */
export function busyCells({ warnings }: Pick<RunRecord, 'warnings'>): ReadonlySet<string> {
  return new Set(warnings.flatMap(({ code, about }) => (code === 'other-programs' && about !== null ? [about] : [])));
}

export const busyWords = 'other programs had the receiver’s CPU';
