import type { RunRecord } from '../record.js';

/** Warnings that say that the machine was not the run's own, and how each is told of so many rows. */
const disturbances: [code: string, words: string][] = [
  ['other-programs', 'other programs had the receiver’s CPU'],
  ['lateness', 'the sender was late'],
];

/** What the machine did besides the run, from its warnings; nothing when it was quiet. */
export function machineNotes({ warnings, summary }: RunRecord): string[] {
  const measured = summary.filter(({ status }) => status === 'measured').length;
  const rows = disturbances.flatMap(([code, words]) => {
    const count = warnings.filter((each) => each.code === code).length;
    return count === 0 ? [] : [`${words} in ${String(count)} of ${String(measured)} rows`];
  });
  const stolen = warnings.some(({ code }) => code === 'steal') ? ['the hypervisor took CPU time'] : [];
  return [...rows, ...stolen];
}
