import type { SummaryRow, Trial, Warning } from '../../reports/record.js';
import { rangeCoverage, valuesForLevel } from '../statistics/interval.js';
import type { Placement } from './receive-path.js';
import { bounds } from './validity.js';

/** From this share of CPU time on, what the hypervisor takes shows in the figures. */
const notableStealPercent = 5;

/** A sender whose slowest hundredth is later than this sends bursts, and bursts are cheaper than spaced packets. */
const notableLatenessNs = 1_000_000;

/** The steadiness that the large stages are held to, in points of share. */
const largeSharePercent = 10;
const notableSpreadPoints = 3;

const moreTrials = 'more trials: --trials 11';
const quieter = 'a quieter machine, or more trials: --trials 21';

/** What a reader of the summary has to know, as values. */
export function warningsOf(rows: readonly SummaryRow[], trials: readonly Trial[], placement: Placement): Warning[] {
  return [
    ...sharedCpu(placement),
    ...intervalLevels(rows),
    ...repeats(rows),
    ...steal(trials),
    ...lateness(rows),
    ...spreads(rows),
    ...retransmissions(trials),
  ];
}

function sharedCpu({ receiverCpu, senderCpu }: Placement): Warning[] {
  if (receiverCpu !== senderCpu) return [];
  const message = `sender and receiver share CPU ${String(receiverCpu)}: waiting for each other is in every figure`;
  return [
    { code: 'shared-cpu', message, about: null, hint: 'give them a CPU each: --set senderCpu, --set receiverCpu' },
  ];
}

function intervalLevels(rows: readonly SummaryRow[]): Warning[] {
  const few = rows.filter((row) => row.status === 'measured' && trialsOf(row) < valuesForLevel);
  const counts = new Set(few.map(trialsOf));
  const all = few.length === rows.length && counts.size === 1;
  return (all ? few.slice(0, 1) : few).map((row) => ({
    code: 'interval-level',
    message: levelMessage(trialsOf(row)),
    about: all ? null : row.cell,
    hint: moreTrials,
  }));
}

/** The smaller of both kinds: what the weakest interval of the row stands on. */
function trialsOf(row: SummaryRow): number {
  return Math.min(row.trials.probed, row.trials.unprobed);
}

function levelMessage(n: number): string {
  if (n === 1) return 'one trial gives no interval';
  const percent = (100 * rangeCoverage(n)).toFixed(1);
  return `${String(n)} trials are too few for a 95 % interval: [smallest, largest] is given, which covers ${percent} %`;
}

function repeats(rows: readonly SummaryRow[]): Warning[] {
  return rows.flatMap((row) => {
    if (row.status !== 'measured' || row.trials.invalid === 0) return [];
    const message = `${String(row.trials.invalid)} invalid trials are left out; the record has their reasons`;
    return [{ code: 'invalid-trials', message, about: row.cell, hint: quieter }];
  });
}

function steal(trials: readonly Trial[]): Warning[] {
  const shares = trials.flatMap((trial) => (trial.valid && trial.stealPercent !== null ? [trial.stealPercent] : []));
  const most = Math.max(0, ...shares);
  if (most <= notableStealPercent) return [];
  const message =
    `the hypervisor took up to ${most.toFixed(1)} % of the machine's CPU time during accepted trials ` +
    `(above ${String(bounds.stealPercent)} % they do not count)`;
  return [{ code: 'steal', message, about: null, hint: quieter }];
}

function lateness(rows: readonly SummaryRow[]): Warning[] {
  return rows.flatMap((row) => {
    const late = row.metrics['latenessP99Ns']?.median ?? 0;
    if (late <= notableLatenessNs) return [];
    const message = `one send in a hundred was more than ${(late / 1e6).toFixed(1)} ms late: packets came in bursts`;
    return [
      {
        code: 'lateness',
        message,
        about: row.cell,
        hint: 'a lower rate: --set packetsPerSecond, or a quieter machine',
      },
    ];
  });
}

function spreads(rows: readonly SummaryRow[]): Warning[] {
  return rows.flatMap((row) =>
    row.stages.flatMap(({ stage, label, sharePercent, shareLow, shareHigh }) => {
      if (sharePercent === null || sharePercent <= largeSharePercent) return [];
      if (shareLow === null || shareHigh === null || shareHigh - shareLow <= notableSpreadPoints) return [];
      const points = (shareHigh - shareLow).toFixed(1);
      const message = `the interval of the share of ${label} is ${points} points wide (median ${sharePercent.toFixed(1)} %)`;
      return [{ code: 'share-spread', message, about: `${row.cell} ${stage}`, hint: quieter }];
    }),
  );
}

function retransmissions(trials: readonly Trial[]): Warning[] {
  const counts = new Map<string, number>();
  for (const { valid, cell, counters } of trials) {
    const again = counters['tcpRetransSegs'] ?? 0;
    if (valid && again > 0) counts.set(cell, (counts.get(cell) ?? 0) + again);
  }
  return [...counts].map(([cell, again]) => ({
    code: 'tcp-retransmissions',
    message: `${String(again)} TCP segments were sent again; their receiving is in the figures`,
    about: cell,
    hint: 'a lower rate: --set packetsPerSecond',
  }));
}
