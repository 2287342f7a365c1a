import { generatorSpec } from '../harness/generators/generator-spec.js';
import { pathSpec, tcpHeaderBytes } from '../harness/paths/path-spec.js';
import { paths } from '../harness/paths/paths.js';
import { pathVariants } from '../harness/paths/variants.js';
import type { PathVariant } from '../harness/paths/variants.js';
import { commonParameters } from '../harness/run/common-parameters.js';
import { cellKey } from '../harness/run/experiment.js';
import type { Cell, Experiment } from '../harness/run/experiment.js';
import { choice, integer, integerList } from '../harness/run/parameter.js';
import type { OptionsOf } from '../harness/run/parameter.js';
import { pathLabel } from '../reports/cells.js';
import { claimsTable } from '../reports/claims/claim.js';
import { zeroCopyClaim } from '../reports/claims/zero-copy-claim.js';
import type { CurvePlan } from '../reports/curves/curve.js';
import { curveChart } from '../reports/curves/curve-chart.js';
import { curveTable } from '../reports/curves/curve-table.js';
import { fitTable } from '../reports/curves/fit.js';
import type { FitPlan } from '../reports/curves/fit.js';
import { copyShareMetric, costMetric, recordedMetric, stageCostMetric, trialMetric } from '../reports/curves/metric.js';
import type { CurveMetric } from '../reports/curves/metric.js';
import type { RunRecord, Trial } from '../reports/record.js';
import { nanoseconds, perByte, percent, perPacket } from '../reports/tables/format.js';
import { instrumentTables } from '../reports/tables/instrument-tables.js';
import { filled } from '../reports/tables/table.js';

const largestFrame = 1514;
const kibibyte = 1024;
const anyRate = { min: 1, max: 10_000_000 };

const parameters = {
  frameBytes: integerList(
    { min: 64, max: largestFrame },
    { help: 'bytes of a frame without FCS', default: [64, 256, 512, 768, 1024, 1514], quick: [64, 512, 1024, 1514] },
  ),
  sender: choice(['live-redirect', 'sendmmsg'] as const, {
    help: 'what sends: frames that the kernel makes, or a program',
    ...{ default: 'live-redirect', guest: 'sendmmsg' },
  }),
  burst: integer({ min: 1, max: 64 }, { help: 'packets sent at once, so that they share a wake-up', default: 64 }),
  packetsPerSecond: integer(anyRate, { help: 'offered to all but TCP, packets/s', default: 100_000, guest: 1000 }),
  messagesPerSecond: integer(anyRate, { help: 'offered to TCP, messages/s', default: 10_000, guest: 1000 }),
  readBytes: integerList(
    { min: 64, max: 1024 * kibibyte },
    {
      help: 'TCP in bulk: bytes that a recv asks for',
      ...{ default: [1460, 4096, 16_384, 65_536], quick: [4096, 65_536] },
    },
  ),
  ...commonParameters,
};

type Options = OptionsOf<typeof parameters>;

/** From the copy in the call to none at all. */
const roads = ['udp', 'packet-recvfrom', 'tpacket-v2', 'tpacket-v3', 'af-xdp'];

/** Claim C9: what the copy is of a packet's cost, and what is left without it. */
export const zeroCopyExperiment: Experiment<typeof parameters> = {
  name: 'zero-copy',
  title: 'What the copy costs, by the size of what is copied',
  parameters,
  rounds: { full: 11, quick: 3 },
  durationSeconds: { full: 0.5, quick: 0.1 },
  cells: (options, seconds) => [
    ...pathVariants
      .filter(
        ({ path, options: own }) => roads.includes(path) && own.waiting === undefined && own.workers === undefined,
      )
      .flatMap((road) => options.frameBytes.map((frameBytes) => roadCell(road, frameBytes, options, seconds))),
    ...options.frameBytes.map((frameBytes) => messageCell(frameBytes, options, seconds)),
    ...options.readBytes.flatMap((readBytes) => [
      bulkCell(readBytes, false, seconds),
      bulkCell(readBytes, true, seconds),
    ]),
  ],
  comparisons: () => [],
  tables: (record) => [
    ...filled(claimsTable(claims(record)), curveTable(record, overSize(record)), fitTable(record, sizeFit(record))),
    ...filled(curveTable(record, copyStage(record)), fitTable(record, copyFit(record))),
    ...filled(curveTable(record, copyShare()), ...bulk(record).map((curve) => curveTable(record, curve))),
    ...filled(...instrumentTables(record)),
  ],
  terminalTables: (record) => [
    ...filled(curveTable(record, overSize(record)), fitTable(record, sizeFit(record))),
    ...filled(fitTable(record, copyFit(record)), curveTable(record, copyShare())),
    ...filled(...bulk(record).map((curve) => curveTable(record, curve)), claimsTable(claims(record))),
  ],
  charts: (record) => [
    ...curveChart(record, overSize(record), { fit: sizeFit(record) }),
    ...curveChart(record, copyStage(record), { fit: copyFit(record) }),
    ...curveChart(record, copyShare(), { logX: true, more: 'the article’s, of TCP: about 55 %' }),
  ],
  claims,
};

function roadCell(road: PathVariant, frameBytes: number, options: Options, durationSeconds: number): Cell {
  const { packetsPerSecond, burst: batch, sender: method } = options;
  const { path, variant } = road;
  const [traffic] = paths[path].traffic;
  const params = { frameBytes, packetsPerSecond, ...(variant === null ? {} : { variant }) };
  const generator = generatorSpec({ traffic, frameBytes, packetsPerSecond, durationSeconds, method, batch });
  return { key: cellKey(path, params), path: pathSpec(path, frameBytes, road.options), generator, params };
}

function messageCell(frameBytes: number, options: Options, durationSeconds: number): Cell {
  const sending = { traffic: 'tcp-message', frameBytes, packetsPerSecond: options.messagesPerSecond } as const;
  const params = { ...sending, messageBytes: frameBytes - tcpHeaderBytes };
  const generator = generatorSpec({ ...sending, durationSeconds });
  return { key: cellKey('tcp', params), path: pathSpec('tcp', frameBytes), generator, params };
}

/** With zeroCopy no copy bears witness of what was received, so that probed trials could not be told to be whole. */
function bulkCell(readBytes: number, zeroCopy: boolean, durationSeconds: number): Cell {
  const sending = { traffic: 'tcp-bulk', frameBytes: largestFrame, packetsPerSecond: null } as const;
  const params = { ...sending, messageBytes: readBytes, ...(zeroCopy ? { variant: 'zero-copy' } : {}) };
  const generator = generatorSpec({ ...sending, durationSeconds });
  const path = pathSpec('tcp', largestFrame, { readBytes, zeroCopy });
  return { key: cellKey('tcp', params), path, generator, params, ...(zeroCopy ? { unprobedOnly: true } : {}) };
}

function overSize(record: RunRecord): CurvePlan {
  return {
    ...{ id: 'size', title: 'Cost against frame size', metric: costMetric(record) },
    x: { key: 'frameBytes', title: 'frame', unit: 'B' },
    // Messages of TCP share segments, the more the smaller they are: their slope is not the copy's.
    rows: ({ path }) => path !== 'tcp',
  };
}

/** Where the copy is a stage of its own. */
const copyStage = (record: RunRecord): CurvePlan => ({
  ...{ ...overSize(record), id: 'copy', title: 'The copy in the call against frame size' },
  metric: stageCostMetric(record, 'copy'),
  rows: ({ stages, params }) => params['traffic'] !== 'tcp-bulk' && stages.some(({ stage }) => stage === 'copy'),
  arm: pathLabel,
});

/** The slope is what is done for each byte: the copy, and the misses on what was copied; the intercept is the rest. */
function lineOver(curve: CurvePlan): FitPlan {
  const { unit } = curve.metric;
  return {
    ...{ curve, model: 'linear' },
    intercept: { title: 'each packet', unit, format: nanoseconds },
    slope: { title: 'each byte', unit: unit.replace('packet', 'B'), format: perByte },
  };
}

const sizeFit = (record: RunRecord): FitPlan => lineOver(overSize(record));
const copyFit = (record: RunRecord): FitPlan => lineOver(copyStage(record));

const copyShare = (): CurvePlan => ({
  id: 'copy-share',
  title: 'The copy’s share of TCP’s cost against message size',
  x: { key: 'messageBytes', title: 'message, or recv', unit: 'B' },
  metric: copyShareMetric(),
  arm: pathLabel,
  notes: ['The article’s share of the copy to user memory: about 55 %. In bulk: bytes that a recv asks for.'],
});

/** TCP_ZEROCOPY_RECEIVE maps what fills a page of its own, and that is decided by the sender's segments. */
function bulk(record: RunRecord): CurvePlan[] {
  const curve = (id: string, title: string, metric: CurveMetric): CurvePlan => ({
    ...{ ...copyShare(), id, title, metric, notes: [] },
    rows: ({ params }) => params['traffic'] === 'tcp-bulk',
  });
  const mapped = ({ probed, reader }: Trial): number | null =>
    probed || reader.copiedBytes === null ? null : 100 * (1 - reader.copiedBytes / reader.bytes);
  const words = { title: 'bytes that were mapped', unit: '%', format: percent };
  const speed = { title: 'payload', unit: 'Gbit/s', format: perPacket, divisor: 1e9 };
  return [
    curve('mapped', 'TCP in bulk: what was mapped in place of copied', trialMetric(record, words, mapped)),
    curve('bulk', 'TCP in bulk: throughput', recordedMetric(record, 'bitsPerSecond', speed)),
  ];
}

function claims(record: RunRecord) {
  return [zeroCopyClaim(record, sizeFit(record), copyShare())];
}
