import { articleClaims } from '../claims/article.js';
import type { Claim } from '../claims/claim.js';
import { costMetric } from '../curves/metric.js';
import { valuesForLevel } from '../../harness/statistics/interval.js';
import { rangeText } from '../claims/range-text.js';
import type { RunRecord } from '../record.js';
import { advantages, signOf } from './advantage.js';
import type { Advantage } from './advantage.js';
import { shareCurve } from './curves.js';

/** Few and many wanted: a quarter, and three quarters. */
const few = 25;
const many = 75;

/**
 * C6, by the classic filter against the same one in the reader: whether it saves something where a quarter is wanted,
 * and nothing that can be told where three quarters are. By the lines of each round.
 */
export function filterClaims(record: RunRecord): Claim[] {
  const { says } = articleClaims.C6;
  const advantage = advantages(record, shareCurve(record), 'user').find(({ place }) => place === 'cbpf');
  if (advantage === undefined) {
    const sentence = 'The record has no filter in the kernel beside one in the reader.';
    return [{ claim: 'C6', says, found: '–', verdict: 'not measured', sentence }];
  }
  const [atFew, atMany] = [few, many].map((share) => signOf(advantage.saves(share)));
  const busy = record.warnings.some(({ code }) => code === 'other-programs');
  const { verdict, sentence } = judged(atFew ?? 0, atMany ?? 0, busy);
  const { n } = advantage.saves(few);
  const level = record.experiment.exact || n >= valuesForLevel ? '' : ` (A first look: ${String(n)} rounds.)`;
  return [{ claim: 'C6', says, found: foundText(record, advantage), verdict, sentence: sentence + level }];
}

/** @param busy other programs had much of the receiver's CPU: packets that wait for a reader share polls, others do not */
function judged(atFew: number, atMany: number, busy: boolean): Pick<Claim, 'verdict' | 'sentence'> {
  if (atFew > 0 && atMany > 0) {
    const sentence =
      'It helps in proportion to what is not wanted, and still when three packets in four are wanted: not only when most are not.';
    return { verdict: 'no longer holds', sentence };
  }
  if (atFew > 0) {
    const sentence = 'It helps when a quarter is wanted, and nothing can be told from none when three quarters are.';
    return { verdict: 'holds', sentence };
  }
  if (busy) {
    const sentence =
      'Other programs had the receiver’s CPU, so that packets shared polls where a reader was to be woken; the reader’s part ' +
      'alone is not touched by that.';
    return { verdict: 'not measured', sentence };
  }
  if (atFew < 0) {
    return { verdict: 'no longer holds', sentence: 'Even where a quarter is wanted it costs more than it saves.' };
  }
  const sentence = 'Not even where a quarter is wanted can a difference be told from none.';
  return { verdict: 'not measured', sentence };
}

function foundText(record: RunRecord, { saves }: Advantage): string {
  const { unit } = costMetric(record);
  const at = (share: number): string => `${rangeText(saves(share))} ${unit} at ${String(share)} %`;
  return `saved against the same filter in the reader: ${[0, few, many, 100].map(at).join('; ')} wanted`;
}
