import type { CalibrationResult, Way } from '../executor/contract.js';
import type { ProbeCost, StateTime } from '../../reports/record.js';

/**
 * A stage is printed as a number only when its raw time is at least this many times the probes' share of it. Below
 * two, more than half of what was measured is the measuring; the calibrated cost is that of warm code in a loop, and
 * hits in real traffic were seen to cost up to twice it, which is then as much as the whole remainder.
 */
export const probeCostMultiple = 2;

/** What a hit adds to the stage that it leaves, to the one that it enters, and to the one that it passes in. */
type WayCost = Pick<CalibrationResult['ways'][number], 'before' | 'after' | 'pass'>;

/** Nanoseconds, or instructions in an exact run. */
export interface ProbeCosts {
  /** A boundary that charges a state. */
  edge: ProbeCost;
  /** A second one on the same tracepoint; unknown in a record from before it was measured. */
  again?: ProbeCost | undefined;
  /** A boundary that decides that it does not apply. */
  pass: ProbeCost;
  /** One user-space mark. */
  mark: ProbeCost;
  /** The two marks of a call; null in a record that did not tell them apart. */
  marks: { user: ProbeCost; call: ProbeCost } | null;
  /** The same by the way of attaching; empty in a record that knew one way only. */
  ways: readonly ({ way: Way } & WayCost)[];
}

/** By the quartiles and the median of the calibration. */
export interface Correction {
  low: number;
  median: number;
  high: number;
}

export interface MarkSetting {
  /** Whether the reader took marks around its receive calls. */
  taken: boolean;
  /** Receive calls. */
  calls: number;
}

/**
 * What the probes added to the time of one state: for each hit that left it what falls before the hit's clock read, for
 * each that entered it what falls behind, and passes whole. The two marks of a receive call lie between user and the two
 * halves of the call in the same manner: the user state is entered and left by marks alone.
 */
export function correctionOf(state: StateTime, costs: ProbeCosts, marks: MarkSetting): Correction {
  const markHits = marks.taken && state.layer === 'task' && state.owner === 'receiver' ? marks.calls : 0;
  const byUser = state.stage === 'user' && markHits > 0;
  const inCall = state.stage === 'syscall-entry' || state.stage === 'syscall-return';
  const { user, call } = costs.marks ?? { user: costs.mark, call: costs.mark };
  const at = (quantile: keyof ProbeCost): number => {
    // the marks alone enter and leave it, but whatever fires in it burdens it
    if (byUser) return user[quantile] * markHits + hitsCost(passesOnly(state), costs, quantile);
    return hitsCost(state, costs, quantile) + (inCall ? (call[quantile] * markHits) / 2 : 0);
  };
  return { low: at('low'), median: at('median'), high: at('high') };
}

/** The state as if nothing but passes had fired in it. */
function passesOnly(state: StateTime): StateTime {
  const ways = Object.entries(state.ways).map(([way, hits]) => [way, { ...hits, entries: 0, exits: 0 }]);
  return { ...state, entries: 0, exits: 0, ways: Object.fromEntries(ways) as StateTime['ways'] };
}

function hitsCost(state: StateTime, costs: ProbeCosts, quantile: keyof ProbeCost): number {
  const ways = Object.entries(state.ways) as [Way, { entries: number; exits: number; passes: number }][];
  if (ways.length === 0) {
    const { edge, pass } = costs;
    return edge[quantile] * ((state.entries + state.exits) / 2) + pass[quantile] * state.passes;
  }
  return ways.reduce((sum, [way, { entries, exits, passes }]) => {
    const { before, after, pass } = costOf(way, costs);
    return sum + before[quantile] * exits + after[quantile] * entries + pass[quantile] * passes;
  }, 0);
}

/** A way that was not calibrated costs what the null boundary did. */
function costOf(way: Way, { ways, edge, pass }: ProbeCosts): WayCost {
  const half = { low: edge.low / 2, median: edge.median / 2, high: edge.high / 2 };
  return ways.find((each) => each.way === way) ?? { before: half, after: half, pass };
}
