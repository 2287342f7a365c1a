import { frameSizes, frameViews } from '../frame-views.js';
import type { Estimate, RunRecord } from '../record.js';
import { articleVerdict, mainArticleSavings } from '../tables/article-c5.js';
import type { Verdict as SavingVerdict } from '../tables/article-c5.js';
import { percent } from '../tables/format.js';
import { articleClaims } from './article.js';
import { busyCells, busyWords } from './busy.js';
import type { Claim } from './claim.js';
import { rangeText } from './range-text.js';
import { verdictOver } from './standing.js';

interface Case {
  label: string;
  saving: Estimate;
  verdict: SavingVerdict | 'busy';
}

/**
 * C5: what the roads like the article's save against TCP at the main rate, for each frame size, each by the rule of
 * articleVerdict: about 10 % is 5 to 15. One of which either side was measured while other programs had the receiver's CPU
 * cannot be told (see busyCells). One verdict for all (see verdictOver): a saving that is larger than the article's is
 * not the article's either, and the sentence says on which side it is.
 */
export function captureClaim(record: RunRecord): Claim[] {
  const cases = casesOf(record);
  const { says } = articleClaims.C5;
  if (cases.length === 0) {
    const sentence = 'No capture road was measured beside TCP.';
    return [{ claim: 'C5', says, found: 'nothing to compare', verdict: 'not measured', sentence }];
  }
  const verdict = verdictOver(
    cases.map((each) => (each.verdict === 'unsure' || each.verdict === 'busy' ? null : each.verdict === 'holds')),
  );
  const found = `saved of TCP’s CPU time, %: ${cases.map(({ label, saving }) => `${label} ${rangeText(saving, percent)}`).join('; ')}`;
  const words = parts.flatMap(([kind, text]) => {
    const labels = cases.filter((each) => each.verdict === kind).map(({ label }) => label);
    return labels.length === 0 ? [] : [`${text} ${labels.join(', ')}`];
  });
  return [{ claim: 'C5', says, found, verdict, sentence: `${words.join('. ')}.` }];
}

/** Each begins a sentence. */
const parts: [Case['verdict'], string][] = [
  ['holds', 'About 10 % is saved by'],
  ['more than the article says', 'More than 15 % is saved by'],
  ['less than the article says', 'Less than 5 %, or nothing, is saved by'],
  ['no longer holds', 'More than TCP costs'],
  ['unsure', 'The trials cannot tell for'],
  ['busy', `Not to be told, since ${busyWords}:`],
];

function casesOf(record: RunRecord): Case[] {
  const busy = busyCells(record);
  const several = frameSizes(record).length > 1;
  return frameViews(record).flatMap((view) => {
    const savings = mainArticleSavings(view.record);
    const rates = new Set(savings.map(({ rate }) => rate)).size > 1;
    return savings.map(({ label, rate, comparison: { base, arm, savingPercent: saving } }) => {
      const words = [
        label,
        ...(several ? [`${String(view.frameBytes)} B`] : []),
        ...(rates ? [`at ${String(rate)} packets/s`] : []),
      ];
      return {
        label: words.join(' '),
        saving,
        verdict: busy.has(base) || busy.has(arm) ? 'busy' : articleVerdict(saving),
      };
    });
  });
}
