import { usageError } from '../harness/errors.js';
import type { PathName } from '../harness/executor/contract.js';
import { generatorSpec, markingMethods } from '../harness/generators/generator-spec.js';
import { filterInstructions, pathSpec, sizable } from '../harness/paths/path-spec.js';
import { commonParameters } from '../harness/run/common-parameters.js';
import { cellKey } from '../harness/run/experiment.js';
import type { Cell, Experiment } from '../harness/run/experiment.js';
import { choice, choiceList, integer, integerList, number } from '../harness/run/parameter.js';
import type { OptionsOf } from '../harness/run/parameter.js';
import { filterClaims } from '../reports/filter/claim.js';
import { allPlaces, mainRoad } from '../reports/filter/curves.js';
import type { Place } from '../reports/filter/curves.js';
import { filterCharts, filterTables, filterTerminalTables } from '../reports/filter/tables.js';

const share = { min: 0, max: 100 };
type Road = (typeof sizable)[number];

/**
 * Packets come in bursts that wake the NAPI thread and the reader once each, whoever filters. One by one they would not: where
 * no reader is awake each packet wakes the NAPI thread anew, and that is dearer than any filter.
 */
const usualBurst = 32;
const steadyRate = 20_000;
/** A guest's sender shares its CPU with the reader, so that a packet has to be through before the next one. */
const guestRate = 1000;

const parameters = {
  places: choiceList<Place>(allPlaces, {
    help: 'who filters; none: every packet reaches the program',
    default: allPlaces,
    // no card of the lab has XDP in its driver and a NAPI thread of its own
    guest: allPlaces.filter((place) => place !== 'xdp-native'),
  }),
  paths: choiceList<Road>(sizable, {
    help: `roads to compare cBPF and the reader on; the others are compared on ${mainRoad}`,
    default: [...sizable],
    quick: ['packet-recvfrom', 'sock-packet'],
    guest: ['packet-recvfrom', 'sock-packet'],
  }),
  wantedPercent: integerList(share, {
    help: 'of each hundred packets, so many are wanted',
    default: [0, 25, 50, 75, 100],
    guest: [0, 50, 100],
  }),
  instructions: integerList(filterInstructions, {
    help: 'lengths of the filter, instructions that each packet runs; shares are swept with the first',
    default: [3, 64, 128, 256, 512],
    quick: [3, 128, 512],
  }),
  lengthsPercent: integer(share, { help: 'wanted of each hundred packets where lengths are swept', default: 50 }),
  frameBytes: integer({ min: 64, max: 1514 }, { help: 'bytes of a frame without FCS', default: 512 }),
  packetsPerSecond: number(
    { min: 1, max: 10_000_000 },
    { help: 'offered rate, packets per second', default: steadyRate, guest: guestRate },
  ),
  sender: choice(markingMethods, { help: 'how frames are sent', default: 'sendmmsg' }),
  burst: integer({ min: 1, max: 128 }, { help: 'packets sent at once', default: usualBurst, guest: 1 }),
  ...commonParameters,
};

type Options = OptionsOf<typeof parameters>;

/** The article's first proposal: filter in the kernel, before the copy. */
export const filterExperiment: Experiment<typeof parameters> = {
  name: 'filter',
  title: 'Filtering in the kernel: by the share of wanted packets, and by the filter’s length',
  parameters,
  rounds: { full: 11, quick: 3 },
  durationSeconds: { full: 0.5, quick: 0.1 },
  cells: (options, durationSeconds) => {
    checkTogether(options);
    const [short = filterInstructions.min] = options.instructions;
    const cells = [
      ...options.wantedPercent.flatMap((percent) =>
        options.places.map((place) => cellOf(mainRoad, place, short, percent, options, durationSeconds)),
      ),
      ...options.instructions.flatMap((length) =>
        options.places.map((place) =>
          cellOf(mainRoad, place, length, options.lengthsPercent, options, durationSeconds),
        ),
      ),
      ...otherRoads(options).flatMap(([road, place]) =>
        options.wantedPercent.map((percent) => cellOf(road, place, short, percent, options, durationSeconds)),
      ),
    ];
    return [...new Map(cells.map((cell) => [cell.key, cell])).values()];
  },
  comparisons: () => [],
  tables: filterTables,
  terminalTables: filterTerminalTables,
  charts: filterCharts,
  claims: filterClaims,
};

/** @throws PktpathError (usage) */
function checkTogether({ sender, burst }: Options): void {
  if (sender !== 'sendto' || burst === 1) return;
  throw usageError(`sender=sendto sends one packet at a time, not ${String(burst)}`, 'add --set burst=1');
}

/** The others with the filter before the socket, and with the one in the reader. */
function otherRoads({ paths, places }: Options): [PathName, Place][] {
  const both = (['user', 'cbpf'] as const).filter((place) => places.includes(place));
  return paths
    .filter((road) => road !== mainRoad)
    .flatMap((road) => both.map((place): [PathName, Place] => [road, place]));
}

function cellOf(
  road: PathName,
  place: Place,
  instructions: number,
  wantedPercent: number,
  { frameBytes, packetsPerSecond, sender, burst }: Options,
  durationSeconds: number,
): Cell {
  const sizedFilter = place === 'none' ? null : { place, instructions };
  const params = {
    ...{ frameBytes, packetsPerSecond, place, wantedPercent },
    ...(sizedFilter === null ? {} : { instructions }),
  };
  return {
    key: cellKey(road, params),
    path: pathSpec(road, frameBytes, { sizedFilter }),
    generator: generatorSpec({
      ...{ traffic: 'raw', method: sender, batch: burst, frameBytes },
      ...{ wantedPercent, packetsPerSecond, durationSeconds },
    }),
    params,
  };
}
