import { readFile } from 'node:fs/promises';
import { guestMark } from '../initramfs/init-script.js';
import { printable } from '../../environment/system-files.js';

/** Words that a kernel says when it cannot go on, or when something in it does not. */
const telling =
  /Kernel panic|Oops|BUG:|soft lockup|blocked for more than|detected stall|general protection|Unable to|not syncing|Call Trace/;
const quotedLines = 12;

/**
 * What a guest's console says about its end: the lines around the kernel's first telling one, or about the last one of
 * our own init, or its last lines.
 * @returns empty when it said nothing
 */
export async function consoleWords(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const lines = text
    .split('\n')
    .map((line) => printable(line.trim()))
    .filter((line) => line !== '');
  const ofKernel = lines.findIndex((line) => telling.test(line));
  const first = ofKernel < 0 ? lines.findLastIndex((line) => line.includes(guestMark)) : ofKernel;
  const shown = first < 0 ? lines.slice(-quotedLines) : lines.slice(Math.max(0, first - 2), first + quotedLines - 2);
  return shown.map((line) => `\n  | ${line}`).join('');
}
