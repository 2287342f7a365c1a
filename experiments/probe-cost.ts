import type { PathName } from '../harness/executor/contract.js';
import { generatorSpec } from '../harness/generators/generator-spec.js';
import { pathSpec } from '../harness/paths/path-spec.js';
import { commonParameters } from '../harness/run/common-parameters.js';
import { cellKey } from '../harness/run/experiment.js';
import type { Cell, Experiment } from '../harness/run/experiment.js';
import { choiceList, integer, numberList } from '../harness/run/parameter.js';
import type { OptionsOf } from '../harness/run/parameter.js';
import { costTable } from '../reports/tables/cost-table.js';
import { costInPlaceTables } from '../reports/tables/cost-in-place-table.js';

const paths = ['packet-recvfrom', 'tcp', 'libpcap'] as const satisfies readonly PathName[];

const parameters = {
  paths: choiceList<(typeof paths)[number]>(paths, {
    help: 'roads to the program',
    default: ['packet-recvfrom', 'tcp'],
  }),
  frameBytes: integer({ min: 64, max: 1514 }, { help: 'bytes of a frame without FCS', default: 256 }),
  packetsPerSecond: numberList(
    { min: 1, max: 10_000_000 },
    { help: 'offered rate, packets per second', default: [50_000], guest: [1000] },
  ),
  ...commonParameters,
};

type Options = OptionsOf<typeof parameters>;

/** What the probes cost where they are, and whether the total without them is what the correction says. */
export const probeCost: Experiment<typeof parameters> = {
  name: 'probe-cost',
  title: 'What the probes cost: each boundary hit once, twice, and not at all',
  parameters,
  rounds: { full: 11, quick: 3 },
  soakedWhenQuick: true,
  durationSeconds: { full: 0.5, quick: 0.25 },
  cells: (options, durationSeconds) =>
    options.paths.flatMap((path) =>
      options.packetsPerSecond.map((packetsPerSecond) => cellOf(path, packetsPerSecond, options, durationSeconds)),
    ),
  comparisons: () => [],
  tables: (record) => [costTable(record), ...costInPlaceTables(record)],
  terminalTables: (record) => [costTable(record), ...costInPlaceTables(record)],
  charts: () => [],
};

function cellOf(path: PathName, packetsPerSecond: number, { frameBytes }: Options, durationSeconds: number): Cell {
  const traffic = path === 'tcp' ? 'tcp-message' : 'raw';
  const params = { frameBytes, packetsPerSecond };
  const generator = generatorSpec({ traffic, frameBytes, packetsPerSecond, durationSeconds });
  return { key: cellKey(path, params), path: pathSpec(path, frameBytes, {}), generator, params };
}
