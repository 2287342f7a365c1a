import { intervalWords, isMissing, MISSING_INTERVAL_NOTE } from '../intervals.js';
import { metricNames } from '../metric-names.js';
import type { RunRecord } from '../record.js';
import {
  figure,
  mainRate,
  observerEffect,
  pacedAt,
  roadsOf,
  SENDER_BOUND_LOSS,
  skipReason,
  type Road,
} from '../roads.js';
import { lossPercent, percent } from './format.js';
import { isSenderBound } from './road-cells.js';

/** What must be said below the columns of rates. */
export function rateNotes(record: RunRecord): string[] {
  const roads = roadsOf(record).filter((road) => skipReason(road) === null);
  const bound = roads.some(({ saturation }) => isSenderBound(saturation));
  const effects = roads.map((road) => observerEffect(record, road)).filter((each) => each !== null);
  const words = intervalWords(
    record,
    effects.map((each) => each.savingPercent.n),
    effects.map((each) => each.arm),
  );
  return [
    ...(bound
      ? [`≥, sender-bound: less than ${percent(100 * SENDER_BOUND_LOSS)} % was lost, so the sender was the limit.`]
      : []),
    ...tcpNotes(roads),
    ...goalNotes(roads),
    ...(effects.length === 0
      ? []
      : [
          `Takes from TCP: what a TCP transfer loses in throughput when the path looks on at it; in brackets, its ${words.title}.`,
          ...words.notes,
        ]),
    ...unavailableNotes(roads),
  ];
}

/** TCP's figure at saturation is of another kind, and must not be read as the others are. */
function tcpNotes(roads: Road[]): string[] {
  return roads.flatMap(({ label, saturation }) => {
    if (saturation === null || saturation.ledger?.unit !== 'bytes') return [];
    const bits = figure(saturation, metricNames.bits);
    const payload = bits === null ? '' : ` (${(bits.median / 1e9).toFixed(2)} Gbit/s of payload)`;
    const frame = saturation.params['frameBytes'];
    const size = typeof frame === 'number' ? ` of a ${String(frame)}\u00a0B frame each` : '';
    return [`${label}: messages${size}${payload}; the stack holds the sender back in place of losing packets.`];
  });
}

function goalNotes(roads: Road[]): string[] {
  const goals = new Map<string, Set<number>>();
  for (const goal of roads.flatMap(({ search }) => search?.goals ?? [])) {
    goals.set(goal.name, (goals.get(goal.name) ?? new Set()).add(goal.lossRatio));
  }
  const named = ['NDR', 'PDR'].flatMap((name) => {
    const losses = [...(goals.get(name) ?? [])].map((loss) => (loss === 0 ? 'no loss' : `${lossPercent(loss)} % lost`));
    return losses.length === 0 ? [] : [`${name}, ${losses.join(' or ')}`];
  });
  const text = `Highest rate between two bounds: ${named.join('; ')}. It depends on the buffers: see what was granted.`;
  return named.length === 0 ? [] : [text];
}

/** Cells that are missing of a road of which others were measured. */
function unavailableNotes(roads: Road[]): string[] {
  return roads.flatMap(({ label, rows }) => {
    const skipped = rows.filter((row) => row.status === 'skipped');
    const reasons = new Set(skipped.map((row) => row.reason ?? 'no reason recorded'));
    return [...reasons].map((reason) => {
      const cells = skipped.filter((row) => (row.reason ?? 'no reason recorded') === reason);
      return `${label}: ${String(cells.length)} of its ${String(rows.length)} cells skipped: ${reason}`;
    });
  });
}

/** What must be said below the columns of cost and delay. */
export function costNotes(record: RunRecord): string[] {
  const roads = roadsOf(record);
  const rate = mainRate(roads);
  const rows = roads.map((road) => pacedAt(road, rate)).filter((row) => row !== undefined);
  const corrected = rows.map((row) => figure(row, metricNames.corrected)).filter((each) => each !== null);
  const words = intervalWords(
    record,
    corrected.map(({ n }) => n),
    rows.map((row) => row.cell),
  );
  const clocks = rows.some(
    (row) => figure(row, metricNames.corrected) === null && figure(row, metricNames.unprobed) !== null,
  );
  const delays = rows.some((row) => figure(row, metricNames.latencyP50) !== null);
  return [
    ...(corrected.length === 0
      ? []
      : [`CPU time: of the receiver’s side, probes taken out; in brackets, its ${words.title}.`, ...words.notes]),
    ...(corrected.some((each) => isMissing(each)) ? [MISSING_INTERVAL_NOTE] : []),
    ...(clocks ? ['By clocks: never probed; CPU clocks of the reader’s and the NAPI thread.'] : []),
    ...(delays ? ['Delay: from the sender’s clock to the reader’s hand, medians of trials without probes.'] : []),
  ];
}
