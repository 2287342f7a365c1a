import { armsOf, measuredArms } from '../curves/curve.js';
import type { CurvePlan } from '../curves/curve.js';
import { armFits } from '../curves/fit.js';
import type { ArmFit, FitPlan } from '../curves/fit.js';
import type { Estimate, RunRecord } from '../record.js';
import { whole } from '../tables/format.js';
import { articleClaims } from './article.js';
import { busyCells, busyWords } from './busy.js';
import type { Claim } from './claim.js';
import { rangeText } from './range-text.js';

const claim = 'C9';
const { says } = articleClaims[claim];

/** More than half of a packet is the main cost. */
const MAIN_PERCENT = 50;

/**
 * What a road without the copy could save at most: the slope's part of a packet of the largest frame.
 * @param sizes cost over frame size, a line
 * @param shares the copy's share of TCP's cost, in percent; that of a busy machine does not count (see busyCells)
 */
export function zeroCopyClaim(record: RunRecord, sizes: FitPlan, shares: CurvePlan): Claim {
  const parts = armFits(record, sizes).flatMap((each) => partOf(each));
  const busy = busyCells(record);
  const all = measuredArms(record, shares).flatMap(({ points }) => points);
  const tcp = all.filter(({ row }) => !busy.has(row.cell));
  const untold = all.length > 0 && tcp.length === 0 ? ` TCP’s share is not to be told: ${busyWords}.` : '';
  const most = tcp.reduce<(typeof tcp)[number] | null>(
    (best, each) => (best === null || each.estimate.median > best.estimate.median ? each : best),
    null,
  );
  const missing = armsOf(record, sizes.curve).filter(({ label, points }) => points.length === 0 && isZeroCopy(label));
  const small = parts.every(({ part }) => (part.high ?? Infinity) < MAIN_PERCENT);
  const found = [
    ...(parts.length === 0
      ? []
      : [`of a packet of ${String(parts[0]?.bytes)} B its bytes are, %: ${partsText(parts)}`]),
    ...(most === null ? [] : [`of TCP the copy is at most ${rangeText(most.estimate, whole)} % (${String(most.x)} B)`]),
    ...missing.map(({ label, skipped: [first] }) => `${label}: ${first?.reason ?? 'no reason recorded'}`),
  ].join('; ');
  const verdict = (word: Claim['verdict'], sentence: string): Claim => {
    return { claim, says, found: found || 'nothing', verdict: word, sentence };
  };
  const device = missing.length === 0 ? '' : ' This device has no zero copy, so the card’s limit is not measured.';
  if (parts.length === 0 && most === null) return verdict('not measured', `Nothing was fitted.${untold}${device}`);
  const large = parts.filter(({ part }) => (part.low ?? -Infinity) > MAIN_PERCENT).map(({ label }) => label);
  if (most !== null && (most.estimate.low ?? 0) > MAIN_PERCENT) large.push(`TCP at ${String(most.x)} B`);
  if (large.length > 0) {
    return verdict('holds only when', `The copy is the main cost on ${large.join(', ')} alone.${device}`);
  }
  if (small && (most?.estimate.high ?? 0) < MAIN_PERCENT) {
    const cases = most === null ? 'On no road' : 'On no road, and for no message of TCP,';
    return verdict('no longer holds', `${cases} is the copy the main cost.${untold}${device}`);
  }
  return verdict('not measured', `Intervals leave open whether the copy is the main cost.${untold}${device}`);
}

function partsText(parts: ReturnType<typeof partOf>): string {
  return parts.map(({ label, part }) => `${label} ${rangeText(part, whole)}`).join(', ');
}

function isZeroCopy(label: string): boolean {
  return label.includes('zero-copy');
}

/** The bytes' part of the largest packet, percent, by the slope's interval. */
function partOf({ arm, fit }: ArmFit): { label: string; bytes: number; part: Estimate }[] {
  const last = arm.points.at(-1);
  if (fit === null || last === undefined || last.estimate.median <= 0) return [];
  const { median, low, high, n } = fit.slope;
  const percentOf = (slope: number): number => (100 * slope * last.x) / last.estimate.median;
  const part = {
    median: percentOf(median),
    low: low === null ? null : percentOf(low),
    high: high === null ? null : percentOf(high),
    n,
  };
  return [{ label: arm.label, bytes: last.x, part }];
}
