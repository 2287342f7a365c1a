import { paths } from '../../harness/paths/paths.js';
import type { PathName } from '../../harness/executor/contract.js';
import { roadLabel } from '../cells.js';
import type { Comparison, RunRecord, SummaryRow } from '../record.js';
import { percent } from '../tables/format.js';
import type { Claim, Verdict } from './claim.js';

interface Saving {
  arm: string;
  comparison: Comparison;
}

/** C7: processing in the kernel saves the system calls; what it saves of the CPU time, against a call for each packet. */
export function inKernelClaim(record: RunRecord): Claim[] {
  const says = 'moving the processing into the kernel saves the system calls';
  const savings = savingsAtHighestRate(record);
  const claim = (verdict: Verdict, found: string, sentence: string): Claim[] => [
    { claim: 'C7', says, found, verdict, sentence },
  ];
  if (savings.length === 0) return claim('not measured', 'no arm in the kernel beside recvfrom', 'Nothing to compare.');
  const found = savings.map(
    ({
      arm,
      comparison: {
        savingPercent: { median, low, high },
      },
    }) => {
      const ends = [low, high].map((end) => (end === null ? '–' : percent(end)));
      return `${arm}: ${percent(median)} % (${ends.join(' to ')})`;
    },
  );
  const sure = savings.filter(({ comparison }) => (comparison.savingPercent.low ?? -1) > 0).map(({ arm }) => arm);
  const text = `CPU time saved against a recvfrom for each packet: ${found.join('; ')}`;
  if (sure.length === savings.length) return claim('holds', text, 'Every program in the kernel saves CPU time.');
  if (sure.length > 0) return claim('holds only when', text, `It saves for sure when done by ${sure.join(', ')}.`);
  return claim('no longer holds', text, 'No interval of a saving lies above zero.');
}

function savingsAtHighestRate({ comparisons, summary }: RunRecord): Saving[] {
  const rows = new Map(summary.map((row) => [row.cell, row]));
  const all = comparisons.flatMap((comparison): (Saving & { rate: number })[] => {
    const row = rows.get(comparison.arm);
    const rate = row?.params['packetsPerSecond'];
    if (row === undefined || typeof rate !== 'number' || !isInKernel(row)) return [];
    return [{ arm: roadLabel(row), comparison, rate }];
  });
  const highest = Math.max(...all.map(({ rate }) => rate));
  return all.filter(({ rate }) => rate === highest);
}

function isInKernel({ path }: SummaryRow): boolean {
  return Object.hasOwn(paths, path) && paths[path as PathName].taker === 'kernel';
}
