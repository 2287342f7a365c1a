import type { PathName } from '../harness/executor/contract.js';
import { generatorSpec } from '../harness/generators/generator-spec.js';
import { pathParameters } from '../harness/paths/path-parameters.js';
import { pathSpec } from '../harness/paths/path-spec.js';
import { articleCaptureSaving } from '../harness/plan/stages.js';
import { commonParameters } from '../harness/run/common-parameters.js';
import { cellKey } from '../harness/run/experiment.js';
import type { Cell, ComparisonPlan, Experiment } from '../harness/run/experiment.js';
import { choiceList, integerList, numberList } from '../harness/run/parameter.js';
import type { OptionsOf } from '../harness/run/parameter.js';
import { table1Charts } from '../reports/charts/table1.js';
import { shareClaims } from '../reports/claims/share-claims.js';
import { table1Tables, terminalTables } from '../reports/tables/table1.js';

/**
 * Low enough that each packet finds the reader asleep and wakes it, on every path: the article's case of an interrupt for
 * each packet, and a steady one. At higher rates packets share a poll and a wake-up, the more the busier the machine is,
 * and every stage gets cheaper with it.
 */
const steadyRate = 10_000;

/** In a guest the sender shares the CPU, so that a packet has to be through before the next one is sent. */
const guestRate = 1000;

const paths = ['tcp', 'packet-recvfrom', 'libpcap'] as const satisfies readonly PathName[];
const tcpTraffics = ['tcp-message', 'tcp-bulk'] as const;

const parameters = {
  paths: choiceList<(typeof paths)[number]>(paths, { help: 'roads to the program', default: [...paths] }),
  tcpTraffic: choiceList<(typeof tcpTraffics)[number]>(tcpTraffics, {
    help: 'TCP: messages of one segment at the rate, bulk at the largest frame as fast as it goes',
    default: [...tcpTraffics],
    guest: ['tcp-message'],
  }),
  frameBytes: integerList(
    { min: 64, max: 1514 },
    { help: 'bytes of a frame without FCS', default: [64, 512, 1514], guest: [1514] },
  ),
  packetsPerSecond: numberList(
    { min: 1, max: 10_000_000 },
    { help: 'offered rate of paced traffic, packets per second', default: [steadyRate], guest: [guestRate] },
  ),
  readBytes: pathParameters.readBytes,
  receiveBufferBytes: pathParameters.receiveBufferBytes,
  tcpReceiveBufferBytes: pathParameters.tcpReceiveBufferBytes,
  bufferBytes: pathParameters.bufferBytes,
  timeoutMs: pathParameters.timeoutMs,
  immediate: pathParameters.immediate,
  snaplen: pathParameters.snaplen,
  ...commonParameters,
};

type Options = OptionsOf<typeof parameters>;

/** The article's Table 1: where a received packet's CPU time goes, through TCP and past it. */
export const table1: Experiment<typeof parameters> = {
  name: 'table1',
  title: 'Where a received packet’s CPU time goes: TCP, packet socket, libpcap',
  parameters,
  rounds: { full: 11, quick: 8 },
  soakedWhenQuick: true,
  durationSeconds: { full: 1, quick: 0.25 },
  cells: (options, durationSeconds) =>
    options.paths.flatMap((path) => [
      ...pacedCells(path, options, durationSeconds),
      ...(path === 'tcp' ? bulkCells(options, durationSeconds) : []),
    ]),
  comparisons: (cells) => cells.flatMap((cell) => comparisonsWith(cell, cells)),
  tables: table1Tables,
  terminalTables,
  charts: table1Charts,
  claims: shareClaims,
};

function pacedCells(path: PathName, options: Options, durationSeconds: number): Cell[] {
  if (path === 'tcp' && !options.tcpTraffic.includes('tcp-message')) return [];
  const traffic = path === 'tcp' ? 'tcp-message' : 'raw';
  return options.frameBytes.flatMap((frameBytes) =>
    options.packetsPerSecond.map((packetsPerSecond) => {
      const params = { frameBytes, packetsPerSecond, ...(path === 'tcp' ? { traffic } : {}) };
      const generator = generatorSpec({ traffic, frameBytes, packetsPerSecond, durationSeconds });
      return { key: cellKey(path, params), path: pathSpec(path, frameBytes, options), generator, params };
    }),
  );
}

function bulkCells(options: Options, durationSeconds: number): Cell[] {
  if (!options.tcpTraffic.includes('tcp-bulk')) return [];
  const frameBytes = Math.max(...options.frameBytes);
  const params = { frameBytes, packetsPerSecond: null, traffic: 'tcp-bulk' };
  const generator = generatorSpec({ traffic: 'tcp-bulk', frameBytes, packetsPerSecond: null, durationSeconds });
  return [{ key: cellKey('tcp', params), path: pathSpec('tcp', frameBytes, options), generator, params }];
}

/** The capture roads against TCP messages of the same frames at the same rate. */
function comparisonsWith(base: Cell, cells: readonly Cell[]): ComparisonPlan[] {
  if (base.generator.traffic !== 'tcp-message') return [];
  const { frameBytes, packetsPerSecond } = base.generator;
  return cells
    .filter(({ generator }) => generator.traffic === 'raw')
    .filter(({ generator }) => generator.frameBytes === frameBytes && generator.packetsPerSecond === packetsPerSecond)
    .map((arm) => ({
      name: `${arm.path.name} against tcp, ${String(frameBytes)} B`,
      base: base.key,
      arm: arm.key,
      metric: 'cpuNsPerPacket',
      articlePercent: articleCaptureSaving,
    }));
}
