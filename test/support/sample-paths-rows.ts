import { histogramQuantile } from '../../harness/statistics/quantile.js';
import { addHistograms } from '../../harness/statistics/histogram.js';
import type { Estimate, Histogram, SummaryRow, Trial } from '../../reports/record.js';
import type { SampleCell } from './sample-cells.js';
import type { SampleRoad } from './sample-roads.js';
import { estimate, sampleRow } from './sample-summary.js';
import { cellKey, sampleTrial } from './sample-trials.js';

export const FRAME_BYTES = 64;
const BULK_FRAME_BYTES = 1514;
const BULK_BITS = 9.4e9;
const ROUNDS = 6;
const DELAYS_IN_TRIAL = 700;

/** A road at a rate, as the sample's other rooms know cells. A packet costs less the faster they come. */
export function cellOf(road: SampleRoad, packetsPerSecond: number | null): SampleCell {
  const amortised = packetsPerSecond === null || packetsPerSecond > 20_000 ? 0.42 : 1;
  return {
    path: road.path,
    traffic: road.path === 'tcp' ? 'tcp-message' : 'raw',
    frameBytes: FRAME_BYTES,
    packetsPerSecond,
    stages: road.stages.map((stage) => ({ ...stage, ns: stage.ns * amortised, events: stage.events * amortised })),
    callsPerPacket: road.callsPerPacket,
    wakeUpsPerPacket: road.wakeUpsPerPacket,
    ...(road.variant === undefined ? {} : { variant: road.variant }),
  };
}

/** Scattered by two percent, as six trials. */
export function scattered(value: number, next: () => number): Estimate {
  return estimate(Array.from({ length: ROUNDS }, () => value * (0.99 + 0.02 * next())));
}

export function pacedRow(road: SampleRoad, rate: number, next: () => number): SummaryRow {
  const cell = cellOf(road, rate);
  const trials = Array.from({ length: ROUNDS }, (_, round) =>
    [true, false].map((probed) => sampleTrial(cell, round, round, probed, next)),
  ).flat();
  const row = sampleRow(cell, trials);
  // A road's usual traffic is no parameter.
  delete row.params['traffic'];
  if (road.path === 'tcp') row.params['traffic'] = 'tcp-message';
  const delays = Array.from({ length: ROUNDS }, () => (road.delay === null ? null : delayHistogram(road.delay, next)));
  const metrics: Record<string, Estimate> = {
    ...row.metrics,
    contextSwitchesPerPacket: scattered(road.wakeUpsPerPacket + 0.001, next),
    copiedBytesPerPacket: estimate(Array.from({ length: ROUNDS }, () => road.copiedBytes)),
    offeredPacketsPerSecond: scattered(rate, next),
    lossRatio: estimate([0, 0, 0, 0, 0, 0]),
    latenessP99Ns: scattered(1400, next),
    ...delayMetrics(delays.filter((each) => each !== null)),
  };
  const common = {
    ...row,
    metrics,
    distributions: {
      latencyNs: addHistograms(delays.filter((each) => each !== null)),
      batch: addHistograms([batchHistogram(road.batch, next)]),
    },
    granted: road.granted,
  };
  if (road.unprobedOnly !== true) return common;
  const unprobed = Object.fromEntries(Object.entries(metrics).filter(([name]) => !probedMetrics.includes(name)));
  const nothing = { stages: [], groups: [], closure: null };
  return { ...common, ...nothing, metrics: unprobed, trials: { ...row.trials, probed: 0 } };
}

const probedMetrics = ['cpuNsPerPacket', 'probedCpuNsPerPacket'];

/** As fast as the sender goes, from trials that are in the record. */
export function saturationRow(road: SampleRoad, trials: Trial[]): SummaryRow {
  const cell = cellOf(road, null);
  const drops: Record<string, number> = {};
  for (const [layer, count] of trials.flatMap(({ ledger }) => Object.entries(ledger.drops))) {
    drops[layer] = (drops[layer] ?? 0) + count;
  }
  const sum = (of: (trial: Trial) => number): number => trials.reduce((total, trial) => total + of(trial), 0);
  return {
    ...bare(cellKey(cell), road, { frameBytes: FRAME_BYTES, packetsPerSecond: null }),
    metrics: {
      packetsPerSecond: estimate(trials.map((trial) => (trial.reader.packets * 1e9) / trial.windowNs)),
      offeredPacketsPerSecond: estimate(trials.map(({ generator }) => generator.achievedPacketsPerSecond)),
      lossRatio: estimate(trials.map(({ ledger }) => 1 - ledger.delivered / ledger.sent)),
    },
    ledger: {
      unit: 'packets',
      sent: sum(({ ledger }) => ledger.sent),
      delivered: sum(({ ledger }) => ledger.delivered),
      drops,
      unexplained: 0,
    },
    distributions: { latencyNs: null, batch: addHistograms(trials.map(({ reader }) => reader.batches)) },
    granted: road.granted,
  };
}

/** TCP as fast as the receiver lets it go: the base of what the observers take. */
export function bulkRow(next: () => number): SummaryRow {
  const params = { frameBytes: BULK_FRAME_BYTES, packetsPerSecond: null, traffic: 'tcp-bulk' };
  const bytes = (BULK_BITS / 8) * ROUNDS;
  return {
    ...bare(
      `tcp frameBytes=${String(BULK_FRAME_BYTES)} packetsPerSecond=unpaced traffic=tcp-bulk`,
      { path: 'tcp' },
      params,
    ),
    metrics: {
      packetsPerSecond: scattered(BULK_BITS / 8 / 1448, next),
      bitsPerSecond: scattered(BULK_BITS, next),
    },
    ledger: { unit: 'bytes', sent: bytes, delivered: bytes, drops: {}, unexplained: 0 },
  };
}

export function observerRow(road: SampleRoad, next: () => number): SummaryRow {
  const params = { frameBytes: BULK_FRAME_BYTES, packetsPerSecond: null, role: 'observer', traffic: 'tcp-bulk' };
  const key = cellKey({ ...cellOf(road, null), frameBytes: BULK_FRAME_BYTES });
  return {
    ...bare(`${key} role=observer`, road, params),
    metrics: { observedBitsPerSecond: scattered(BULK_BITS * (1 - (road.takesPercent ?? 0) / 100), next) },
    granted: road.granted,
  };
}

export function skippedRow(road: { path: string; variant: string; reason: string }, rate: number): SummaryRow {
  const params = { frameBytes: FRAME_BYTES, packetsPerSecond: rate };
  const key = `${road.path} frameBytes=${String(FRAME_BYTES)} packetsPerSecond=${String(rate)} variant=${road.variant}`;
  const trials = { probed: 0, unprobed: 0, invalid: 0 };
  return { ...bare(key, road, params), status: 'skipped', reason: road.reason, trials };
}

/** A measured row without a figure. */
export function bare(cell: string, road: { path: string; variant?: string }, params: SummaryRow['params']): SummaryRow {
  return {
    cell,
    path: road.path,
    params: { ...params, ...(road.variant === undefined ? {} : { variant: road.variant }) },
    status: 'measured',
    reason: null,
    metrics: {},
    stages: [],
    groups: [],
    closure: null,
    ledger: null,
    distributions: { latencyNs: null, batch: null },
    granted: {},
    trials: { probed: 0, unprobed: ROUNDS, invalid: 0 },
  };
}

function delayMetrics(delays: Histogram[]): Record<string, Estimate> {
  const of = (p: number): Estimate => estimate(delays.map((each) => histogramQuantile(each, p) ?? 0));
  if (delays.length === 0) return {};
  return {
    latencyP50Ns: of(0.5),
    latencyP90Ns: of(0.9),
    latencyP99Ns: of(0.99),
    latencyP999Ns: of(0.999),
    latencyMaxNs: of(1),
  };
}

/** Bins as the readers have them: exact below 64, then 32 for each power of two. */
function histogramOf(values: number[]): Histogram {
  const bins = new Map<number, number>();
  for (const value of values) {
    const step = value < 64 ? 1 : 2 ** (Math.floor(Math.log2(value)) - 5);
    const bound = Math.floor(value / step) * step;
    bins.set(bound, (bins.get(bound) ?? 0) + 1);
  }
  const sorted = [...bins].sort(([a], [b]) => a - b);
  return { lowerBounds: sorted.map(([bound]) => bound), counts: sorted.map(([, count]) => count) };
}

/** Around the median; the slowest tenth in a tail that thins out a little faster than its delay grows. */
function delayHistogram({ medianNs, slowNs }: NonNullable<SampleRoad['delay']>, next: () => number): Histogram {
  const tail = (rank: number): number => slowNs * Math.min(6, (0.01 / Math.max(1e-5, 1 - rank)) ** 1.2);
  const values = Array.from({ length: DELAYS_IN_TRIAL }, () => {
    const rank = next();
    return Math.max(tail(rank), medianNs * (0.62 + 0.76 * rank));
  });
  return histogramOf(values);
}

/** Evenly spread around a mean; nothing for a road without a reader. */
export function batchHistogram(mean: number, next: () => number): Histogram {
  if (mean === 0) return { lowerBounds: [], counts: [] };
  return histogramOf(Array.from({ length: 300 }, () => 1 + Math.floor(2 * (mean - 1) * next())));
}
