import { readFile } from 'node:fs/promises';
import { printable } from '../../environment/system-files.js';

/** Words that a kernel says when it cannot go on, and those of our own init. */
const telling = /Kernel panic|Oops|BUG:|soft lockup|general protection|Unable to|not syncing|Call Trace|pktpath-guest:/;
const quotedLines = 12;

/**
 * What a guest's console says about its end: the lines around the first telling one, or its last lines.
 * @returns empty when it said nothing
 */
export async function consoleWords(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const lines = text
    .split('\n')
    .map((line) => printable(line.trim()))
    .filter((line) => line !== '');
  const first = lines.findIndex((line) => telling.test(line));
  const shown = first < 0 ? lines.slice(-quotedLines) : lines.slice(Math.max(0, first - 2), first + quotedLines - 2);
  return shown.map((line) => `\n  | ${line}`).join('');
}
