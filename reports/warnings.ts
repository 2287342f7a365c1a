import type { RunRecord } from './record.js';
import { printable } from './text.js';

/** The record's warnings as lines of text, safe to print: what it is about, what was seen, what to try. */
export function warningsList(record: RunRecord): string[] {
  return record.warnings.map(({ code, message, about, hint }) => {
    const subject = about === null ? '' : ` (${printable(about)})`;
    const advice = hint === null ? '' : ` → ${printable(hint)}`;
    return `${printable(code, 40)}${subject}: ${printable(message)}${advice}`;
  });
}
