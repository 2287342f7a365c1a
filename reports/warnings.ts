import type { RunRecord, Warning } from './record.js';
import { printable } from './text.js';

/** Warnings of one code that a digest prints; a noisy machine gives one for every large stage of every cell. */
const SHOWN_OF_A_KIND = 3;

/** The record's warnings as lines of text, safe to print: what it is about, what was seen, what to try. */
export function warningsList(record: RunRecord): string[] {
  return record.warnings.map(warningLine);
}

/** The same with the first few of each kind, and how many more there are: for a terminal and a page's head. */
export function warningsDigest(record: RunRecord): string[] {
  const kinds = new Map<string, Warning[]>();
  for (const warning of record.warnings) {
    const kind = kinds.get(warning.code) ?? [];
    kind.push(warning);
    kinds.set(warning.code, kind);
  }
  return [...kinds].flatMap(([code, warnings]) => {
    const more = warnings.length - SHOWN_OF_A_KIND;
    if (more <= 1) return warnings.map(warningLine);
    const shown = warnings.slice(0, SHOWN_OF_A_KIND).map(warningLine);
    return [...shown, `${printable(code, 40)}: ${String(more)} more of this kind, all in the report and in run.json`];
  });
}

function warningLine({ code, message, about, hint }: Warning): string {
  const subject = about === null ? '' : ` (${printable(about)})`;
  const advice = hint === null ? '' : ` → ${printable(hint)}`;
  return `${printable(code, 40)}${subject}: ${printable(message)}${advice}`;
}
