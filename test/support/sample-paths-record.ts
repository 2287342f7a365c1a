import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { articleCaptureSaving } from '../../harness/plan/stages.js';
import { metricList } from '../../harness/run/metrics.js';
import { RECORD_VERSION } from '../../reports/record.js';
import type { Comparison, RunRecord, SummaryRow, Trial } from '../../reports/record.js';
import { calibration, environment, recordText, stagePlan, testbed } from './sample-record.js';
import { bulkRow, observerRow, pacedRow, saturationRow, skippedRow } from './sample-paths-rows.js';
import { saturationTrials, sampleSearch } from './sample-paths-search.js';
import { sampleRoads, skippedRoads, type SampleRoad } from './sample-roads.js';
import { estimate } from './sample-summary.js';
import { random } from './sample-trials.js';

/** The stored sample, seen from dist/test/support/. */
export const samplePathsPath = fileURLToPath(new URL('../../../test/fixtures/records/paths.json', import.meta.url));

const SEED = 20261125;
const RATES = [10_000, 100_000];

/**
 * A made-up record of experiment paths: always the same, plausible, and consistent in itself. Raw trials are there of
 * saturation and of searches, which charts read; those behind the paced rows are left out for the file's size.
 */
export function samplePathsRecord(): RunRecord {
  const next = random(SEED);
  const trials: Trial[] = [];
  const rows = sampleRoads.flatMap((road): SummaryRow[] => {
    const paced = RATES.map((rate) => pacedRow(road, rate, next));
    if (road.path === 'tcp') return [...paced, bulkRow(next)];
    const saturated = saturationTrials(road, trials.length, next);
    trials.push(...saturated);
    return [...paced, saturationRow(road, saturated)];
  });
  const searches = sampleRoads.flatMap((road) => (road.search === null ? [] : [sampleSearch(road, trials, next)]));
  const bulk = rows.find((row) => row.params['traffic'] === 'tcp-bulk');
  const observers = sampleRoads.flatMap((road) => (road.takesPercent === null ? [] : [observerRow(road, next)]));
  const summary = [
    ...rows,
    ...skippedRoads.flatMap((road) => RATES.map((rate) => skippedRow(road, rate))),
    ...observers,
  ];
  return {
    schema: 'pktpath-run',
    version: RECORD_VERSION,
    tool: { version: '0.1.0', commit: null },
    run: {
      id: 'sample-paths',
      startedAt: '2026-11-25T12:00:00.000Z',
      finishedAt: '2026-11-25T12:21:30.000Z',
      status: 'complete',
    },
    experiment: {
      name: 'paths',
      title: 'Every road side by side',
      options: { frameBytes: 64, packetsPerSecond: RATES, isolation: 'napi-thread' },
      quick: false,
      exact: false,
      seed: SEED,
      rounds: 6,
    },
    machine: { kind: 'host' },
    environment,
    testbed,
    stagePlans: ['tcp', 'packet-recvfrom', 'libpcap'].map(stagePlan),
    calibrations: [calibration],
    metrics: metricList,
    trials,
    summary,
    comparisons: [...savings(rows, next), ...effects(observers, bulk?.cell ?? '', next)],
    searches,
    warnings: [{ code: 'governor', message: 'the frequency governor cannot be read', about: null, hint: null }],
  };
}

const likeTheArticle = new Set(['sock-packet', 'packet-recvfrom', 'libpcap']);

/** Each road against TCP messages at the same rate; the ratios scatter as those of rounds do. */
function savings(rows: SummaryRow[], next: () => number): Comparison[] {
  return rows.flatMap((arm) => {
    const cost = arm.metrics['cpuNsPerPacket']?.median;
    const base = rows.find(
      ({ path, params }) => path === 'tcp' && params['packetsPerSecond'] === arm.params['packetsPerSecond'],
    );
    const over = base?.metrics['cpuNsPerPacket']?.median;
    if (base === undefined || over === undefined || cost === undefined || arm.path === 'tcp') return [];
    const saving = 100 * (1 - cost / over);
    return [
      {
        name: `${arm.path} against tcp`,
        base: base.cell,
        arm: arm.cell,
        metric: 'cpuNsPerPacket',
        savingPercent: estimate(Array.from({ length: 6 }, () => saving + 3 * (next() - 0.5))),
        articlePercent: likeTheArticle.has(arm.path) ? articleCaptureSaving : null,
      },
    ];
  });
}

function effects(observers: SummaryRow[], base: string, next: () => number): Comparison[] {
  return observers.map((row) => ({
    name: `${row.path} looks on`,
    base,
    arm: row.cell,
    metric: 'observedBitsPerSecond',
    savingPercent: estimate(Array.from({ length: 6 }, () => takenBy(row) + 6 * (next() - 0.5))),
    articlePercent: null,
  }));
}

function takenBy(row: SummaryRow): number {
  const own = (road: SampleRoad): boolean =>
    road.path === row.path && (road.variant ?? null) === (row.params['variant'] ?? null);
  return sampleRoads.find(own)?.takesPercent ?? 0;
}

/** The sample as committed. */
export function samplePathsText(): string {
  return recordText(samplePathsRecord());
}

// `node dist/test/support/sample-paths-record.js --write` stores it anew.
if (process.argv[1] === fileURLToPath(import.meta.url) && process.argv[2] === '--write') {
  writeFileSync(samplePathsPath, samplePathsText());
}
