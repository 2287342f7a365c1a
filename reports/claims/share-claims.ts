import { articleShares } from '../../harness/plan/stages.js';
import type { ArticleGroup } from '../../harness/plan/stages.js';
import { cellLabel, measuredRows } from '../cells.js';
import type { Estimate, GroupRow, RunRecord, SummaryRow } from '../record.js';
import { percent } from '../tables/format.js';
import { articleClaims } from './article.js';
import type { ClaimName } from './article.js';
import { busyCells, busyWords } from './busy.js';
import type { Claim, Verdict } from './claim.js';
import { rangeText } from './range-text.js';
import { standingOf, verdictOver } from './standing.js';
import type { Band, Standing } from './standing.js';

/** "About" is taken as five points to either side; "5 to 6" as one point more to either side. */
const bands: Record<ArticleGroup, Band> = {
  interrupt: about(articleShares.interrupt),
  softirq: about(articleShares.softirq),
  copy: about(articleShares.copy),
  'system-call': { low: 4, high: 7 },
};

function about(share: number): Band {
  return { low: share - 5, high: share + 5 };
}

/** TCP in one traffic and frame size, with its share of a group. */
interface Case {
  label: string;
  share: Estimate;
  /** Of a busy machine's row: unsure, whatever its interval. */
  standing: Standing;
  busy: boolean;
  row: SummaryRow;
}

/**
 * C1 to C4: the article's shares of what receiving by TCP costs, each held against every kind of TCP traffic in the record, by
 * the interval of the share (see standingOf) in the article's own grouping. What was measured while other programs had the
 * receiver's CPU cannot be told (see busyCells). One verdict for all (see verdictOver).
 *
 * C1 is about the interrupt of a card, which veth has not: there it is not measured, and what stands in its place is given.
 * With a card it `holds` where the share does and hard interrupt context alone has that much, and `holds only when` the
 * driver's receive, which is softirq work since NAPI, is counted with the interrupt as the article did.
 */
export function shareClaims(record: RunRecord): Claim[] {
  return [
    interruptClaim(record),
    shareClaim(record, 'C2', 'softirq'),
    shareClaim(record, 'C3', 'copy'),
    shareClaim(record, 'C4', 'system-call'),
  ];
}

function shareClaim(record: RunRecord, claim: ClaimName, group: ArticleGroup): Claim {
  const cases = casesOf(record, group);
  const { says } = articleClaims[claim];
  if (cases.length === 0) return { claim, says, ...nothing };
  const verdict = verdictOver(cases.map(holds));
  return { claim, says, found: foundText(record, cases), verdict, sentence: sentenceOf(verdict, cases, bands[group]) };
}

const nothing = {
  found: 'no TCP row with stages',
  verdict: 'not measured',
  sentence: 'TCP was not split into stages.',
} as const;

function interruptClaim(record: RunRecord): Claim {
  const counted = shareClaim(record, 'C1', 'interrupt');
  const cases = casesOf(record, 'interrupt');
  if (cases.length === 0) return counted;
  const hard = cases.map(({ row }) => shareIn(row, 'context', 'hardirq'));
  const own = hard.map((share) => rangeText(share, percent)).join('; ');
  const found = `as the article counted, with the driver’s receive: ${counted.found}. In hard interrupt context alone, %: ${own}`;
  if (!hasCard(record)) {
    const sentence =
      'veth is no card and raises no hard interrupt: what is counted here is its poll in softirq or a thread, and interrupts ' +
      'between processors. A guest has a card: --kernel debian:generic --testbed e1000.';
    return { ...counted, found, verdict: 'not measured', sentence };
  }
  const alone = verdictOver(
    hard.map((share, index) => (cases[index]?.busy === true ? null : standingOf(share, bands.interrupt) === 'within')),
  );
  if (counted.verdict !== 'holds' || alone === 'holds') return { ...counted, found };
  const sentence =
    'It is about as much when the driver’s receive is counted with the interrupt, as the article did; since NAPI that is no work ' +
    'of the hard interrupt.';
  return { ...counted, found, verdict: 'holds only when', sentence };
}

/** A real or an emulated card, which interrupts. */
function hasCard({ testbed }: RunRecord): boolean {
  return testbed !== null && testbed.card !== null && testbed.card !== 'veth';
}

function casesOf(record: RunRecord, group: ArticleGroup): Case[] {
  const rows = measuredRows(record);
  const busy = busyCells(record);
  return rows
    .filter(({ path, groups }) => path === 'tcp' && groups.some(({ grouping }) => grouping === 'article'))
    .map((row) => {
      const share = shareIn(row, 'article', group);
      const isBusy = busy.has(row.cell);
      const standing = isBusy ? 'unsure' : standingOf(share, bands[group]);
      return { label: cellLabel(row, rows), share, standing, busy: isBusy, row };
    });
}

/** A group that nothing was charged to has no row, and nothing of the time. */
function shareIn({ groups, trials }: SummaryRow, grouping: GroupRow['grouping'], name: string): Estimate {
  const found = groups.find((each) => each.grouping === grouping && each.group === name);
  if (found === undefined) return { median: 0, low: 0, high: 0, n: trials.probed };
  return { median: found.sharePercent, low: found.shareLow, high: found.shareHigh, n: trials.probed };
}

function holds({ standing }: Pick<Case, 'standing'>): boolean | null {
  return standing === 'unsure' ? null : standing === 'within';
}

function foundText({ experiment }: RunRecord, cases: readonly Case[]): string {
  const figures = cases.map(({ label, share }) => `${label} ${rangeText(share, percent)}`);
  return `share of ${experiment.exact ? 'instructions' : 'CPU time'}, %: ${figures.join('; ')}`;
}

function sentenceOf(verdict: Verdict, cases: readonly Case[], { low, high }: Band): string {
  const range = `${String(low)} to ${String(high)} %`;
  const named = (standing: Standing, words: string): string[] => {
    const labels = cases
      .filter((each) => each.standing === standing)
      .map(({ label, busy }) => (busy ? `${label} (${busyWords})` : label));
    return labels.length === 0 ? [] : [`${words} with ${labels.join(', ')}`];
  };
  const others = [...named('above', 'more'), ...named('below', 'less'), ...named('unsure', 'not to be told')];
  const rest = others.length === 0 ? '' : `; ${others.join('; ')}`;
  switch (verdict) {
    case 'holds':
      return `It is ${range}, as the article’s is taken for, in each case that can be told${rest}.`;
    case 'holds only when':
      return `It is ${range} only ${named('within', '').join('').trim()}${rest}.`;
    case 'no longer holds':
      return `In no case is it ${range}${rest}.`;
    case 'not measured':
      return cases.every(({ busy }) => busy)
        ? `Not to be told: ${busyWords} in each case, which changes every share.`
        : `Not to be told: no interval is narrow enough to be held against ${range}, or ${busyWords}.`;
  }
}
