import type { HandEnding, Histogram } from '../executor/contract.js';
import { histogramQuantile } from '../statistics/quantile.js';

/** What is counted, and of what its bytes are: frames on the wire without FCS, or what a socket's owner sees. */
export type Counted = 'frames' | 'datagrams' | 'messages';

export interface Rate {
  packetsPerSecond: number;
  megabitsPerSecond: number;
}

/** @returns null over no time */
export function rateOf(packets: number, bytes: number, ns: number): Rate | null {
  if (ns <= 0) return null;
  return { packetsPerSecond: (packets * 1e9) / ns, megabitsPerSecond: (bytes * 8e3) / ns };
}

export function rateText(rate: Rate | null, counted: Counted): string {
  if (rate === null) return 'none, for no time went by';
  const { packetsPerSecond, megabitsPerSecond } = rate;
  const packets = `${packetsPerSecond.toFixed(packetsPerSecond < 100 ? 1 : 0)} ${counted}/s`;
  return `${packets}, ${megabitsPerSecond.toFixed(2)} Mbit/s${counted === 'frames' ? '' : ' of payload'}`;
}

/** "25000 frames, 12800000 bytes without FCS, in 2.500 s" */
export function totalText(packets: number, bytes: number, counted: Counted, elapsedSeconds: number): string {
  const of = counted === 'frames' ? 'without FCS' : 'of payload';
  return `${packets} ${counted}, ${bytes} bytes ${of}, in ${elapsedSeconds.toFixed(3)} s`;
}

export const seconds = (ns: number): number => ns / 1e9;

/** Lower bounds of the bins, which are at most 3.2 % wide; `max` is exact. */
export function quantiles(histogram: Histogram, points: Record<string, number>, max: number): Record<string, number> {
  const read = Object.entries(points).map(([name, p]) => [name, histogramQuantile(histogram, p) ?? 0] as const);
  return { ...Object.fromEntries(read), max };
}

/** "p50 120 ns, p99 4000 ns, max 5100 ns" */
export function quantileText(values: Record<string, number>): string {
  return Object.entries(values)
    .map(([name, ns]) => `${name} ${ns} ns`)
    .join(', ');
}

/** "socket 12, ring 0"; `none` when there is nothing to count. */
export function countText(counts: Record<string, number>): string {
  const filled = Object.entries(counts).map(([name, count]) => `${name} ${count}`);
  return filled.length === 0 ? 'none' : filled.join(', ');
}

const endings: Record<HandEnding, string> = {
  stopped: 'it was stopped',
  packets: 'it had its packets',
  duration: 'its time was over',
  peer: 'the other end closed the connection',
  failed: 'it failed',
};

export function endingText(ending: HandEnding, problem: string | null): string {
  return `${endings[ending]}${problem === null ? '' : `: ${problem}`}`;
}

/** Lines of a summary, their names in one column. */
export function summaryText(title: string, lines: readonly (readonly [string, string])[]): string {
  const width = Math.max(...lines.map(([name]) => name.length));
  return [title, ...lines.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`)].join('\n');
}
