import type { PathName } from '../harness/executor/contract.js';
import { generatorSpec } from '../harness/generators/generator-spec.js';
import { pathSpec } from '../harness/paths/path-spec.js';
import type { PathOptions } from '../harness/paths/path-spec.js';
import { paths } from '../harness/paths/paths.js';
import { commonParameters } from '../harness/run/common-parameters.js';
import { cellKey } from '../harness/run/experiment.js';
import type { Cell, Experiment } from '../harness/run/experiment.js';
import { integer, integerList, numberList } from '../harness/run/parameter.js';
import type { OptionsOf } from '../harness/run/parameter.js';
import { batchClaim } from '../reports/claims/batch-claim.js';
import { claimsTable } from '../reports/claims/claim.js';
import type { CurvePlan } from '../reports/curves/curve.js';
import { curveChart } from '../reports/curves/curve-chart.js';
import { curveTable } from '../reports/curves/curve-table.js';
import { fitTable } from '../reports/curves/fit.js';
import type { FitPlan } from '../reports/curves/fit.js';
import { frontierChart, frontierTable } from '../reports/curves/frontier.js';
import { costMetric, delayMetric, readerCostMetric } from '../reports/curves/metric.js';
import type { CurveMetric } from '../reports/curves/metric.js';
import type { RunRecord } from '../reports/record.js';
import { batchTable } from '../reports/tables/batch-table.js';
import { nanoseconds } from '../reports/tables/format.js';
import { heldDelayTable } from '../reports/tables/held-delay-table.js';
import { instrumentTables } from '../reports/tables/instrument-tables.js';
import { filled } from '../reports/tables/table.js';

const kibibyte = 1024;
const anyRate = { min: 1, max: 10_000_000 };

const parameters = {
  batch: integerList(
    { min: 1, max: 1024 },
    { help: 'packets that a call takes at most', default: [1, 2, 4, 8, 16, 32, 64], quick: [1, 4, 16, 64] },
  ),
  burst: integer({ min: 1, max: 1024 }, { help: 'packets sent at once for such a call to find', default: 64 }),
  burstPacketsPerSecond: integer(anyRate, { help: 'offered in bursts, packets/s', default: 50_000, guest: 1000 }),
  packetsPerSecond: numberList(anyRate, {
    help: 'offered one by one, packets/s',
    ...{ default: [1000, 10_000, 100_000], quick: [1000, 10_000], guest: [100, 1000] },
  }),
  blockBytes: integerList(
    { min: 4 * kibibyte, max: 4096 * kibibyte },
    { help: 'tpacket-v3: bytes of a block', default: [64 * kibibyte, 1024 * kibibyte], quick: [64 * kibibyte] },
  ),
  timeoutMs: integerList(
    { min: 1, max: 10_000 },
    { help: 'tpacket-v3, libpcap: packets are held back so long, milliseconds', default: [1, 10, 100], quick: [1, 10] },
  ),
  frameBytes: integer({ min: 64, max: 1514 }, { help: 'bytes of a frame without FCS', default: 64 }),
  ...commonParameters,
};

type Options = OptionsOf<typeof parameters>;

/** Roads whose reader takes as many packets a call as it likes. */
const vectorPaths = ['packet-recvmmsg', 'udp-recvmmsg', 'af-xdp'] as const satisfies PathName[];

/** A ring has so much, in whatever blocks. */
const ringBytes = 4096 * kibibyte;

/** Claim C8: what reading many packets a call saves, and how long packets wait for it. */
export const batchExperiment: Experiment<typeof parameters> = {
  name: 'batch',
  title: 'Many packets a call: what it saves, and what it delays',
  parameters,
  rounds: { full: 11, quick: 3 },
  durationSeconds: { full: 0.5, quick: 0.1 },
  cells: (options, seconds) => [
    ...vectorPaths.flatMap((path) => options.batch.map((batch) => vectorCell(path, batch, options, seconds))),
    ...options.packetsPerSecond.flatMap((rate) => rateCells(rate, options, seconds)),
  ],
  comparisons: () => [],
  tables: (record) => [
    ...filled(claimsTable(claims(record)), curveTable(record, overVector(record)), fitTable(record, vectorFit(record))),
    ...filled(...overRate(record).map((curve) => curveTable(record, curve)), heldDelayTable(record)),
    ...filled(frontierTable(record, frontier(record)), batchTable(record), ...instrumentTables(record)),
  ],
  terminalTables: (record) => [
    ...filled(...overRate(record).map((curve) => curveTable(record, curve)), frontierTable(record, frontier(record))),
    ...filled(fitTable(record, vectorFit(record)), claimsTable(claims(record))),
  ],
  charts: (record) => [
    ...curveChart(record, overVector(record), { logX: true, fit: vectorFit(record) }),
    ...overRate(record).flatMap((curve) => curveChart(record, curve, { logX: true, logY: true })),
    ...frontierChart(record, frontier(record)),
  ],
  claims,
};

/** Bursts fill the vector whatever its length, so that its length alone is what differs. */
function vectorCell(path: PathName, batch: number, options: Options, durationSeconds: number): Cell {
  const { frameBytes, burst, burstPacketsPerSecond: packetsPerSecond } = options;
  const [traffic] = paths[path].traffic;
  const params = { frameBytes, packetsPerSecond, burst, batch, variant: `batch ${String(batch)}` };
  const sending = { traffic, frameBytes, packetsPerSecond, durationSeconds };
  const generator = generatorSpec({ ...sending, method: 'sendmmsg', batch: burst });
  return { key: cellKey(path, params), path: pathSpec(path, frameBytes, { batch }), generator, params, latency: true };
}

/** Packets that come one by one, on roads that hand them over at once and on roads that hold them back. */
function rateCells(packetsPerSecond: number, options: Options, durationSeconds: number): Cell[] {
  const { frameBytes, timeoutMs: timeouts, blockBytes: blocks } = options;
  const generator = generatorSpec({ traffic: 'raw', frameBytes, packetsPerSecond, durationSeconds });
  const cell = (path: PathName, own: Cell['params'] = {}, changes: Partial<PathOptions> = {}): Cell => {
    const params = { frameBytes, packetsPerSecond, ...own };
    return { key: cellKey(path, params), path: pathSpec(path, frameBytes, changes), generator, params, latency: true };
  };
  const held = timeouts.flatMap((timeoutMs) => [
    ...blocks.map((blockBytes) => {
      const variant = `${String(blockBytes / kibibyte)} KiB ${String(timeoutMs)} ms`;
      const ring = { blockBytes, blocks: Math.floor(ringBytes / blockBytes), blockTimeoutMs: timeoutMs };
      return cell('tpacket-v3', { timeoutMs, blockBytes, variant }, ring);
    }),
    cell('libpcap', { timeoutMs, variant: `${String(timeoutMs)} ms` }, { timeoutMs }),
  ]);
  return [cell('packet-recvfrom'), cell('packet-recvmmsg'), cell('af-xdp'), ...held];
}

const overVector = (record: RunRecord): CurvePlan => ({
  id: 'vector',
  title: 'Reader’s cost against packets a call, bursts fill the call',
  x: { key: 'batch', title: 'packets a call at most', unit: null },
  metric: readerCostMetric(record),
  arm: ({ path }) => path,
});

/** Each packet costs something by itself, and a share of its call. */
const vectorFit = (record: RunRecord): FitPlan => ({
  curve: overVector(record),
  model: 'hyperbola',
  intercept: { title: 'each packet', unit: costMetric(record).unit, format: nanoseconds },
  slope: { title: 'each call', unit: costMetric(record).unit.replace('packet', 'call'), format: nanoseconds },
});

function overRate(record: RunRecord): CurvePlan[] {
  const curve = (id: string, title: string, metric: CurveMetric): CurvePlan => ({
    ...{ id, title, metric, rows: ({ params }) => params['burst'] === undefined },
    x: { key: 'packetsPerSecond', title: 'offered', unit: 'packets/s' },
  });
  return [
    curve('cost-by-rate', 'Cost against rate', costMetric(record)),
    curve('delay-p50', 'Median delay against rate', delayMetric(record, 'p50')),
    curve('delay-p99', 'Delay of the slowest hundredth against rate', delayMetric(record, 'p99')),
  ];
}

const frontier = (record: RunRecord) => ({
  id: 'frontier',
  title: 'Cost against delay',
  cost: costMetric(record),
  delay: delayMetric(record, 'p99'),
  rows: overRate(record)[0]?.rows ?? (() => true),
});

function claims(record: RunRecord) {
  return [batchClaim(record, vectorFit(record), overRate(record)[1])];
}
