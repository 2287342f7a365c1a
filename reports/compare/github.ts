import { printable } from '../text.js';
import { rowKey } from './row-key.js';
import type { Compared, ComparedRow } from './compare.js';
import { signed, verdictsText } from './table.js';

/** GitHub shows ten of a kind for each step; what is left out is counted in one more. */
const mostErrors = 9;

/** Workflow commands: an error for each row that is worse, a warning when some could not be told, a notice else. */
export function githubAnnotations({ rows }: Compared): string[] {
  const worse = rows.filter(({ verdict }) => verdict === 'worse');
  const unsure = rows.filter(({ verdict }) => verdict === 'unsure');
  const rest = worse.slice(mostErrors);
  return [
    ...worse.slice(0, mostErrors).map((row) => command('error', `worse: ${rowKey(row)}`, effectText(row))),
    ...(rest.length === 0 ? [] : [command('error', 'worse', `and ${String(rest.length)} rows more`)]),
    ...(unsure.length === 0
      ? []
      : [command('warning', 'unsure', `${String(unsure.length)} rows: ${firstReasons(unsure)}`)]),
    ...(worse.length + unsure.length > 0 ? [] : [command('notice', 'pktpath compare', verdictsText(rows))]),
  ];
}

function effectText({ percent, low, high }: ComparedRow): string {
  const range = low === null ? '' : ` (95 % interval ${signed(low)} to ${signed(high)} %)`;
  return `${signed(percent)} %${range}`;
}

/** Not the same reason for every row. */
function firstReasons(rows: readonly ComparedRow[]): string {
  const reasons = [...new Set(rows.map(({ reason }) => reason ?? ''))];
  return reasons.slice(0, 3).join('; ') + (reasons.length > 3 ? '; …' : '');
}

/** Escaped as actions/toolkit does (packages/core/src/command.ts); names come from records. */
function command(name: 'error' | 'warning' | 'notice', title: string, message: string): string {
  const data = (text: string): string => printable(text).replaceAll('%', '%25');
  return `::${name} title=${data(title).replaceAll(':', '%3A').replaceAll(',', '%2C')}::${data(message)}`;
}
