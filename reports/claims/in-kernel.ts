import { paths } from '../../harness/paths/paths.js';
import type { PathName } from '../../harness/executor/contract.js';
import { roadLabel } from '../cells.js';
import { isObserver } from '../frame-views.js';
import { metricOf } from '../intervals.js';
import { metricNames } from '../metric-names.js';
import type { Comparison, Estimate, RunRecord, SummaryRow } from '../record.js';
import { kilopackets, percent } from '../tables/format.js';
import { articleClaims } from './article.js';
import { busyCells, busyWords } from './busy.js';
import type { Claim, Verdict } from './claim.js';

/** The article's road, a call for each packet. */
const base = 'packet-recvfrom';

/** Above this a row's cost is partly that of losing packets, which is cheaper than counting them. */
const mostLoss = 0.01;

interface Gain {
  arm: string;
  /** Words with figures, and whether the whole interval speaks for the kernel. */
  found: string;
  sure: boolean;
}

/**
 * C7: processing in the kernel saves the system calls. Whether it counts more as fast as the sender goes, and what of the CPU
 * time it saves at a rate; what was saved while other programs had the receiver's CPU is left out, and the sentence says so. It
 * `holds` where the whole interval of every gain speaks for the kernel, `holds only when` that of some does.
 */
export function inKernelClaim(record: RunRecord): Claim[] {
  const { says } = articleClaims.C7;
  const claim = (verdict: Verdict, found: string, sentence: string): Claim[] => [
    { claim: 'C7', says, found, verdict, sentence },
  ];
  const [counted, saved] = [countedGains(record), savingGains(record)];
  const gains = [...counted, ...saved];
  if (gains.length === 0)
    return claim('not measured', `no program in the kernel beside ${base}`, 'Nothing to compare.');
  const against = baseRate(record);
  const calls = against === undefined ? '' : `${base} ${range(against, kilopackets)}`;
  const found = [
    ...(counted.length === 0 ? [] : [`counted as fast as the sender goes, kpackets/s: ${calls}; ${words(counted)}`]),
    ...(saved.length === 0 ? [] : [`CPU time saved against ${base}: ${words(saved)}`]),
  ].join('. ');
  const sure = gains.filter((gain) => gain.sure);
  const untold = counted.length > 0 && saved.length === 0 && busyCells(record).size > 0;
  const rest = untold ? ` What of the CPU time is saved is not to be told: ${busyWords}.` : '';
  const all = untold ? 'counts more' : 'does better';
  if (sure.length === gains.length) return claim('holds', found, `Every program in the kernel ${all}.${rest}`);
  if (sure.length === 0) return claim('no longer holds', found, `No program in the kernel ${all} for sure.${rest}`);
  const more = [...new Set(counted.filter((gain) => gain.sure).map(({ arm }) => arm))];
  const cheaper = [...new Set(saved.filter((gain) => gain.sure).map(({ arm }) => arm))];
  const costs = untold ? rest : ` Costs less for sure, where nothing is lost: ${list(cheaper)}.`;
  const sentence = `Counts more for sure: ${list(more)}.${costs}`;
  return claim('holds only when', found, sentence);
}

/** As fast as the sender goes, beside the road with a call for each packet. */
function countedGains(record: RunRecord): Gain[] {
  const against = baseRate(record);
  if (against === undefined) return [];
  return saturated(record)
    .filter(isInKernel)
    .flatMap((row): Gain[] => {
      const rate = rateOf(row);
      if (rate === undefined) return [];
      const found = `${roadLabel(row)} ${range(rate, kilopackets)}`;
      return [{ arm: roadLabel(row), found, sure: (rate.low ?? 0) > (against.high ?? Infinity) }];
    });
}

function saturated({ summary }: RunRecord): SummaryRow[] {
  return summary.filter((row) => row.params['packetsPerSecond'] === null && !isObserver(row));
}

function baseRate(record: RunRecord): Estimate | undefined {
  return rateOf(saturated(record).find(({ path }) => path === base));
}

/** At the highest rate at which neither lost much, and which was not measured on a busy machine. */
function savingGains(record: RunRecord): Gain[] {
  const { comparisons, summary } = record;
  const busy = busyCells(record);
  const rows = new Map(summary.map((row) => [row.cell, row]));
  const best = new Map<string, { rate: number; comparison: Comparison }>();
  for (const comparison of comparisons) {
    const [row, against] = [rows.get(comparison.arm), rows.get(comparison.base)];
    const rate = row?.params['packetsPerSecond'];
    if (row === undefined || against === undefined || typeof rate !== 'number' || !isInKernel(row)) continue;
    if (busy.has(row.cell) || busy.has(against.cell)) continue;
    if (loses(row) || loses(against) || rate < (best.get(roadLabel(row))?.rate ?? 0)) continue;
    best.set(roadLabel(row), { rate, comparison });
  }
  return [...best].map(
    ([
      arm,
      {
        rate,
        comparison: { savingPercent },
      },
    ]) => ({
      arm,
      found: `${arm} ${range(savingPercent, percent)} % at ${kilopackets(rate)} kpackets/s`,
      sure: (savingPercent.low ?? -1) > 0,
    }),
  );
}

function loses(row: SummaryRow): boolean {
  return (metricOf(row, metricNames.loss)?.median ?? 0) > mostLoss;
}

function rateOf(row: SummaryRow | undefined): Estimate | undefined {
  return row === undefined ? undefined : metricOf(row, metricNames.rate);
}

function isInKernel({ path }: SummaryRow): boolean {
  return Object.hasOwn(paths, path) && paths[path as PathName].taker === 'kernel';
}

function range({ median, low, high }: Estimate, format: (value: number) => string): string {
  const [from, to] = [low, high].map((end) => (end === null ? '–' : format(end)));
  return `${format(median)} (${from ?? ''} to ${to ?? ''})`;
}

function words(gains: readonly Gain[]): string {
  return gains.map(({ found }) => found).join('; ');
}

function list(names: readonly string[]): string {
  return names.length === 0 ? 'none' : names.join(', ');
}
