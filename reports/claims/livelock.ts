import { metricNames } from '../metric-names.js';
import { metricOf } from '../intervals.js';
import type { Estimate, RunRecord, SummaryRow } from '../record.js';
import { kilopackets } from '../tables/format.js';
import { articleClaims } from './article.js';
import type { Claim, Verdict } from './claim.js';

/** Delivered at the highest load, of the most that was delivered at any: below this it has collapsed, not levelled off. */
const collapsed = 0.5;
/** From this share on there is nothing to be called a fall. */
const level = 0.9;

interface Overload {
  arm: string;
  load: number;
  delivered: Estimate;
  best: Estimate;
}

/** C10: at high rates interrupts starve the rest; what became of it, arm by arm, at the highest load that was offered. */
export function livelockClaims(record: RunRecord): Claim[] {
  const { says } = articleClaims.C10;
  const arms = [...new Set(record.summary.map(({ params }) => String(params['variant'])))];
  const overloads = arms.flatMap((arm) => overloadOf(arm, record) ?? []);
  const claim = (verdict: Verdict, found: string, sentence: string): Claim[] => [
    { claim: 'C10', says, found, verdict, sentence },
  ];
  if (overloads.length === 0) {
    return claim(
      'not measured',
      'no arm was overloaded',
      'Nothing was offered above the capacity, or none of it came.',
    );
  }
  const found = overloads.map(
    ({ arm, load, delivered, best }) =>
      `${arm}: ${range(delivered)} of ${kilopackets(best.median)} kpackets/s at ${load.toFixed(1)}×`,
  );
  const names = (test: (share: number) => boolean): string[] =>
    overloads.filter(({ delivered, best }) => test(delivered.median / best.median)).map(({ arm }) => arm);
  const [fallen, held] = [names((share) => share < collapsed), names((share) => share >= level)];
  if (fallen.length === 0) {
    const sentence = `No arm fell below ${percent(collapsed)} of its best; ${list(held)} kept ${percent(level)} or more.`;
    return claim('no longer holds', found.join('; '), sentence);
  }
  if (fallen.length === overloads.length) {
    return claim('holds', found.join('; '), `Every arm fell below ${percent(collapsed)} of its best.`);
  }
  const sentence = `${list(fallen)} fell below ${percent(collapsed)} of its best; ${list(held)} kept ${percent(level)} or more.`;
  return claim('holds only when', found.join('; '), sentence);
}

/** What was offered, times the capacity: as asked, or as the sender could where nothing paced it. */
export function loadOf({ experiment }: RunRecord, row: SummaryRow): number | null {
  const { load } = row.params;
  if (typeof load === 'number') return load;
  const capacity = experiment.options['capacityPacketsPerSecond'];
  const offered = metricOf(row, metricNames.offered);
  return typeof capacity === 'number' && offered !== undefined ? offered.median / capacity : null;
}

/** The highest load above the capacity that an arm was measured at; null when there is none. */
function overloadOf(arm: string, record: RunRecord): Overload | null {
  const points = record.summary.flatMap((row) => {
    const delivered = metricOf(row, metricNames.rate);
    const load = loadOf(record, row);
    const own = row.status === 'measured' && row.params['variant'] === arm;
    return own && load !== null && delivered !== undefined ? [{ load, delivered }] : [];
  });
  const [first, ...rest] = points;
  if (first === undefined) return null;
  const last = rest.reduce((a, b) => (b.load > a.load ? b : a), first);
  const best = rest.reduce((a, b) => (b.delivered.median > a.delivered.median ? b : a), first);
  return last.load <= 1 ? null : { arm, load: last.load, delivered: last.delivered, best: best.delivered };
}

function range({ median, low, high }: Estimate): string {
  const ends = [low, high].map((end) => (end === null ? '–' : kilopackets(end)));
  return `${kilopackets(median)} (${ends.join('–')})`;
}

function percent(share: number): string {
  return `${String(100 * share)} %`;
}

function list(names: readonly string[]): string {
  return names.length === 0 ? 'none' : names.join(', ');
}
