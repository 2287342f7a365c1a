import type { CurvePlan } from '../curves/curve.js';
import { measuredArms } from '../curves/curve.js';
import { armFits } from '../curves/fit.js';
import type { ArmFit, FitPlan } from '../curves/fit.js';
import type { RunRecord } from '../record.js';
import { percent } from '../tables/format.js';
import { articleClaims } from './article.js';
import type { Claim } from './claim.js';
import { rangeText } from './range-text.js';

const claim = 'C8';
const { says } = articleClaims[claim];

/** A road that hands packets over at once, and takes one a call. */
const reference = 'packet-recvfrom';

/**
 * @param vectors cost over packets a call, a hyperbola
 * @param delays median delay over rate, µs
 */
export function batchClaim(record: RunRecord, vectors: FitPlan, delays: CurvePlan | undefined): Claim {
  const fits = armFits(record, vectors).filter(({ fit }) => fit !== null);
  const arms = delays === undefined ? [] : delaysOf(record, delays);
  const [held, prompt] = [arms.filter((arm) => arm.held), arms.filter((arm) => !arm.held)];
  const found = [
    ...fits.flatMap((each) => savingText(each, vectors.slope.unit)),
    ...delayText('held back', held),
    ...delayText('not', prompt),
  ].join('; ');
  const verdict = (word: Claim['verdict'], sentence: string): Claim => {
    return { claim, says, found: found || 'nothing', verdict: word, sentence };
  };
  if (fits.length === 0 || arms.length === 0) return verdict('not measured', 'The run has not both halves of it.');
  const saving = fits.filter(({ fit }) => (fit?.slope.low ?? 0) > 0).map(({ arm }) => arm.label);
  if (saving.length === 0) {
    return verdict('no longer holds', 'More packets a call cost no less here: no interval excludes zero.');
  }
  const saves = `Longer vectors save on ${saving.join(', ')} when packets are there to be taken`;
  if (late(arms) === arms.length) return verdict('holds', `${saves}, and every road that takes many delays them.`);
  const counts = `${lateText(held)} roads and rates that hold packets back delay them, ${lateText(prompt)} others`;
  return verdict('holds only when', `${saves}. ${counts}.`);
}

function late(delays: readonly Delay[]): number {
  return delays.filter(({ delayed }) => delayed === true).length;
}

function lateText(delays: readonly Delay[]): string {
  const told = delays.filter(({ delayed }) => delayed !== null).length;
  const hidden = delays.length - told;
  const rest = hidden === 0 ? '' : ` (${String(hidden)} more cannot be told: ${reference} waits too long itself)`;
  return `${String(late(delays))} of ${String(told)}${rest}`;
}

/** Of what a packet costs with a call of its own, the share that endless vectors would save: slope ∕ (intercept + slope). */
function savingText({ arm, fit }: ArmFit, unit: string): string[] {
  if (fit === null) return [];
  const alone = fit.intercept.median + fit.slope.median;
  const share =
    alone > 0 && (fit.slope.low ?? 0) > 0
      ? `, ${percent((100 * fit.slope.median) / alone)} % of a packet with one of its own`
      : '';
  return [`${arm.label}: a call costs ${rangeText(fit.slope)} ${unit}${share}`];
}

/** A road at one rate beside the reference at the same rate. */
interface Delay {
  held: boolean;
  times: number;
  /** Null where the reference waits so long itself that the timeout's delay would not show. */
  delayed: boolean | null;
}

/** Delays are in microseconds. */
const microsecondsPerMs = 1000;

/** Twice the reference's delay is a delay; a wake-up's own scatter is below that. */
const DELAYED = 2;

function delaysOf(record: RunRecord, plan: CurvePlan): Delay[] {
  const arms = measuredArms(record, plan);
  const base = new Map(arms.find(({ label }) => label === reference)?.points.map((each) => [each.x, each.estimate]));
  return arms.flatMap(({ label, points }) =>
    points.flatMap(({ x, row, estimate }): Delay[] => {
      const at = base.get(x);
      if (label === reference || at === undefined || at.median <= 0) return [];
      const { timeoutMs } = row.params;
      const held = typeof timeoutMs === 'number';
      const times = estimate.median / at.median;
      // Half of the timeout is what a packet waits in the middle, at most.
      const hidden = held && DELAYED * at.median > (timeoutMs * microsecondsPerMs) / 2;
      return [{ held, times, delayed: hidden ? null : times >= DELAYED }];
    }),
  );
}

function delayText(words: string, delays: readonly Delay[]): string[] {
  if (delays.length === 0) return [];
  const times = delays.map((each) => each.times);
  const factor = (value: number): string => value.toFixed(value < 10 ? 1 : 0);
  const range = `${factor(Math.min(...times))} to ${factor(Math.max(...times))}`;
  return [`${words}: median delay ${range} times ${reference}’s`];
}
