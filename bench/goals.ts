import type { MedianInterval } from '../harness/statistics/interval.js';

/** A figure that pktpath promises, against what was found. */
export interface Goal {
  what: string;
  /** `at most` or `at least` this. */
  bound: { side: 'at most' | 'at least'; value: number };
  found: MedianInterval | null;
  /** Why nothing was found. */
  reason: string | null;
}

export type Verdict = 'goal met' | 'goal missed' | 'not measured';

/** The median decides; whether the interval reaches across the bound is said beside it. */
export function verdict({ bound, found }: Goal): Verdict {
  if (found === null) return 'not measured';
  return meets(found.median, bound) ? 'goal met' : 'goal missed';
}

/** Whether another run may well come to the other verdict: the interval holds the bound, or there is no interval. */
export function isOpen({ bound, found }: Goal): boolean {
  if (found === null) return false;
  if (found.low === null || found.high === null) return true;
  return meets(found.low, bound) !== meets(found.high, bound);
}

/** One line: what, bound, what was found with its interval, verdict. */
export function goalLine(goal: Goal): string {
  const { what, bound, found, reason } = goal;
  const asked = `${what}: ${bound.side} ${number(bound.value)}`;
  if (found === null) return `${asked}; ${verdict(goal)}${reason === null ? '' : `: ${reason}`}`;
  const range =
    found.low === null || found.high === null ? 'no interval' : `${number(found.low)}–${number(found.high)}`;
  const open = isOpen(goal) ? ', but the interval reaches across' : '';
  return `${asked}; found ${number(found.median)} (${range}, n=${found.n}): ${verdict(goal)}${open}`;
}

function meets(value: number, { side, value: bound }: Goal['bound']): boolean {
  return side === 'at most' ? value <= bound : value >= bound;
}

function number(value: number): string {
  return value.toFixed(Math.abs(value) >= 10 ? 1 : 3);
}
