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
/** Times the capacity: an arm whose sender gets no further was not overloaded, and nothing is known of it. */
const overload = 1.25;

interface Overload {
  arm: string;
  load: number;
  delivered: Estimate;
  best: Estimate;
}

/**
 * C10: at high rates interrupts starve the rest. What each arm delivers at its highest load, of the most that it delivered at
 * any: it has fallen where the whole interval is below one half of that, and kept its rate where it is all at 0.9 or more. The
 * claim `holds` where every arm that was overloaded has fallen, `holds only when` some have, `no longer holds` where none has.
 */
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
  const names = (test: (overloaded: Overload) => boolean): string[] => overloads.filter(test).map(({ arm }) => arm);
  const fallen = names(({ delivered: { high }, best }) => high !== null && high < collapsed * best.median);
  const held = names(({ delivered: { low }, best }) => low !== null && low >= level * best.median);
  const between = names(({ arm }) => !fallen.includes(arm) && !held.includes(arm));
  const rest = between.length === 0 ? '' : `; ${list(between)} lay between, or cannot be told`;
  if (fallen.length === 0) {
    const sentence = `No arm fell for sure below ${percent(collapsed)} of its best; ${list(held)} kept ${percent(level)} or more${rest}.`;
    return claim('no longer holds', found.join('; '), sentence);
  }
  if (fallen.length === overloads.length) {
    return claim('holds', found.join('; '), `Every arm fell below ${percent(collapsed)} of its best.`);
  }
  const sentence = `${list(fallen)} fell below ${percent(collapsed)} of what it delivered at best; ${list(held)} kept ${percent(level)} or more${rest}.`;
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

/** The highest load that an arm was measured at; null when that is no overload. */
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
  return last.load < overload ? null : { arm, load: last.load, delivered: last.delivered, best: best.delivered };
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
