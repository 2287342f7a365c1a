import { usageError } from '../harness/errors.js';
import type { PathName } from '../harness/executor/contract.js';
import { foreignNames } from '../harness/generators/foreign-names.js';
import { generatorSpec } from '../harness/generators/generator-spec.js';
import type { Sending } from '../harness/generators/generator-spec.js';
import { ownSendMethods } from '../harness/generators/send-methods.js';
import type { OwnSendMethod } from '../harness/generators/send-methods.js';
import { bulkCell, observerCells, observerEffects } from '../harness/paths/observers.js';
import { pathOptions, pathParameters } from '../harness/paths/path-parameters.js';
import { articleCaptureSaving } from '../harness/plan/stages.js';
import { pathSpec } from '../harness/paths/path-spec.js';
import { pathNames, paths } from '../harness/paths/paths.js';
import { pathVariants, unprobedOnly } from '../harness/paths/variants.js';
import type { PathVariant } from '../harness/paths/variants.js';
import { commonParameters } from '../harness/run/common-parameters.js';
import { cellKey } from '../harness/run/experiment.js';
import type { Cell, ComparisonPlan, Experiment, SearchPlan } from '../harness/run/experiment.js';
import { choice, choiceList, flag, integer, integerList, numberList, text } from '../harness/run/parameter.js';
import type { OptionsOf } from '../harness/run/parameter.js';
import { fullPlan, quickPlan } from '../harness/search/goal.js';
import { pathsCharts } from '../reports/charts/paths.js';
import { captureClaim } from '../reports/claims/capture-claim.js';
import { pathsTables, pathsTerminalTables } from '../reports/tables/paths.js';

const largestFrame = 1514;

/** The sender of pktpath itself, frames that the kernel makes, and other programs; TCP has its own. */
const senders = [...ownSendMethods, ...foreignNames];
type Sender = (typeof senders)[number];

/** libpcap waits as long as tpacket-v3 for a block to fill. */
const timeoutMs = { ...pathParameters.timeoutMs, default: pathParameters.blockTimeoutMs.default };

/** What a variant decides by itself. */
const decided = ['zeroCopy', 'immediate', 'afXdpMode', 'xdpMode', 'action'] as const;
type Adjustable = Omit<typeof pathParameters, (typeof decided)[number]>;
const adjustable = omit(pathParameters, decided);
const adjustableKeys = Object.keys(adjustable) as (keyof Adjustable)[];

const parameters = {
  paths: choiceList<PathName>(pathNames, { help: 'roads to the program', default: [...pathNames] }),
  frameBytes: integerList(
    { min: 64, max: largestFrame },
    { help: 'bytes of a frame without FCS', default: [64, largestFrame], quick: [64] },
  ),
  packetsPerSecond: numberList(
    { min: 1, max: 10_000_000 },
    {
      help: 'offered rates of the paced trials, packets per second',
      default: [5_000, 10_000, 20_000, 50_000, 100_000],
      quick: [10_000],
    },
  ),
  sender: choice<Sender>(senders, { help: 'what sends the unpaced and the searched traffic', default: 'af-xdp' }),
  pcap: text('a file in pcap format', { help: 'tcpreplay: what it sends; empty: frames of the size asked for' }),
  saturate: flag({ help: 'also as fast as the sender goes', default: true }),
  search: flag({ help: 'search for the loss-free rate (NDR) and that at a small loss (PDR)', default: true }),
  observe: flag({ help: 'also what each path takes from a TCP transfer that it looks on at', default: true }),
  maxPacketsPerSecond: integer(
    { min: 1000, max: 10_000_000 },
    { help: 'the search’s highest rate, packets per second', default: 2_500_000 },
  ),
  ...adjustable,
  timeoutMs,
  ...commonParameters,
};

type Options = OptionsOf<typeof parameters>;

function omit<T extends object, K extends keyof T>(object: T, keys: readonly K[]): Omit<T, K> {
  const left: readonly PropertyKey[] = keys;
  return Object.fromEntries(Object.entries(object).filter(([key]) => !left.includes(key))) as Omit<T, K>;
}

function pick<T extends object, K extends keyof T>(object: T, keys: readonly K[]): Pick<T, K> {
  return Object.fromEntries(keys.map((key) => [key, object[key]])) as Pick<T, K>;
}

/** The search begins here when loss never ends: a rate that any reader keeps up with. */
const leastPacketsPerSecond = 1000;

/** Every road to the program on the same traffic, with the same work for each packet. */
export const pathsExperiment: Experiment<typeof parameters> = {
  name: 'paths',
  title: 'Every road to the program, side by side',
  parameters,
  rounds: { full: 11, quick: 3 },
  durationSeconds: { full: 0.5, quick: 0.1 },
  cells: (options, durationSeconds) => {
    checkTogether(options);
    const variants = chosen(options);
    const capture = pathOptions(pick(options, adjustableKeys));
    const bulk = options.observe || (options.saturate && options.paths.includes('tcp'));
    const perSize = options.frameBytes.flatMap((frameBytes) =>
      variants.flatMap((variant) => [
        ...options.packetsPerSecond.map((rate) => pacedCell(variant, frameBytes, rate, options, durationSeconds)),
        ...(options.saturate && variant.path !== 'tcp'
          ? [saturatedCell(variant, frameBytes, options, durationSeconds)]
          : []),
      ]),
    );
    return [
      ...perSize,
      ...(bulk ? [bulkCell(capture, durationSeconds)] : []),
      ...(options.observe ? observerCells(variants, capture, durationSeconds) : []),
    ];
  },
  comparisons: (cells) => [...savings(cells), ...observerEffects(cells)],
  searches,
  tables: pathsTables,
  terminalTables: pathsTerminalTables,
  charts: pathsCharts,
  claims: captureClaim,
};

function chosen({ paths: names }: Options): PathVariant[] {
  return pathVariants.filter(({ path }) => names.includes(path));
}

function paramsOf(variant: PathVariant, params: Cell['params']): Cell['params'] {
  return { ...params, ...(variant.variant === null ? {} : { variant: variant.variant }) };
}

function specOf({ path, options: own }: PathVariant, frameBytes: number, options: Options) {
  return pathSpec(path, frameBytes, { ...pathOptions(pick(options, adjustableKeys)), ...own });
}

function isUnprobedOnly({ options: own }: PathVariant, { waiting, workers }: Options): boolean {
  return unprobedOnly({ waiting, workers, ...own });
}

function pacedCell(
  variant: PathVariant,
  frameBytes: number,
  packetsPerSecond: number,
  options: Options,
  durationSeconds: number,
): Cell {
  const [traffic] = paths[variant.path].traffic;
  const params = paramsOf(variant, { frameBytes, packetsPerSecond, ...(variant.path === 'tcp' ? { traffic } : {}) });
  return {
    key: cellKey(variant.path, params),
    path: specOf(variant, frameBytes, options),
    generator: generatorSpec({ traffic, frameBytes, packetsPerSecond, durationSeconds }),
    params,
    // A program in the kernel hands nothing over, so nothing is late.
    latency: paths[variant.path].taker !== 'kernel',
    ...(isUnprobedOnly(variant, options) ? { unprobedOnly: true } : {}),
  };
}

function saturatedCell(variant: PathVariant, frameBytes: number, options: Options, durationSeconds: number): Cell {
  const [traffic] = paths[variant.path].traffic;
  const params = paramsOf(variant, { frameBytes, packetsPerSecond: null });
  return {
    key: cellKey(variant.path, params),
    path: specOf(variant, frameBytes, options),
    ...sending({ traffic, frameBytes, packetsPerSecond: null, durationSeconds }, options),
    params,
    unprobedOnly: true,
  };
}

/**
 * What a filter does not want is worked out from what was sent, and of another program's frames only the program knows.
 * @throws PktpathError (usage)
 */
function checkTogether({ sender, filter, saturate, search }: Options): void {
  if (filter === '' || !(saturate || search) || isOwn(sender)) return;
  throw usageError(
    `a filter does not go with sender ${sender}: what it takes of another program's frames cannot be accounted for`,
    `leave out one of them; senders that a filter goes with: ${ownSendMethods.join(', ')}`,
  );
}

/** What the user chose to send this: pktpath itself, or another program that a trial starts. */
function sending(what: Sending, { sender, pcap }: Options): Pick<Cell, 'generator' | 'foreign'> {
  if (isOwn(sender)) return { generator: generatorSpec({ ...what, method: sender }) };
  return {
    generator: generatorSpec({ ...what, method: 'command' }),
    foreign: { name: sender, pcap: pcap === '' ? null : pcap },
  };
}

function isOwn(sender: Sender): sender is OwnSendMethod {
  return (ownSendMethods as readonly string[]).includes(sender);
}

/** Each path that is not the stack's against TCP messages of the same frames at the same rate. */
function savings(cells: readonly Cell[]): ComparisonPlan[] {
  const bases = cells.filter(({ generator }) => generator.traffic === 'tcp-message');
  return bases.flatMap((base) => {
    const { frameBytes, packetsPerSecond } = base.generator;
    return cells
      .filter(({ path, unprobedOnly }) => path.name !== 'tcp' && unprobedOnly !== true)
      .filter(({ generator }) => generator.frameBytes === frameBytes && generator.packetsPerSecond === packetsPerSecond)
      .map((arm): ComparisonPlan => ({
        name: `${arm.key} against tcp`,
        base: base.key,
        arm: arm.key,
        metric: 'cpuNsPerPacket',
        articlePercent: articleRoads.includes(arm.path.name) ? articleCaptureSaving : null,
      }));
  });
}

/** The article's SOCK_PACKET, and what took its place. */
const articleRoads: readonly PathName[] = ['sock-packet', 'packet-recvfrom', 'libpcap'];

/** TCP is left out: it slows its sender down in place of losing. */
function searches(options: Options, quick: boolean): SearchPlan[] {
  if (!options.search) return [];
  const { goals, maxTrials } = quick ? quickPlan : fullPlan;
  const [frameBytes = 64] = options.frameBytes;
  return chosen(options)
    .filter(({ path }) => path !== 'tcp')
    .map((variant): SearchPlan => {
      const [traffic] = paths[variant.path].traffic;
      const load = (packetsPerSecond: number, durationSeconds: number) =>
        sending({ traffic, frameBytes, packetsPerSecond, durationSeconds }, options);
      const params = paramsOf(variant, { frameBytes });
      const path = specOf(variant, frameBytes, options);
      const first = options.packetsPerSecond[0] ?? null;
      return {
        cell: { key: cellKey(variant.path, params), path, params, ...load(leastPacketsPerSecond, 1) },
        row: cellKey(variant.path, paramsOf(variant, { frameBytes, packetsPerSecond: first })),
        goals,
        minPacketsPerSecond: leastPacketsPerSecond,
        maxPacketsPerSecond: options.maxPacketsPerSecond,
        maxTrials,
        load,
      };
    });
}
