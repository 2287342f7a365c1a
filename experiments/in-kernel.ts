import { usageError } from '../harness/errors.js';
import type { CountAction, PathName, Task } from '../harness/executor/contract.js';
import { generatorSpec } from '../harness/generators/generator-spec.js';
import { checkSends, ownSendMethods } from '../harness/generators/send-methods.js';
import type { OwnSendMethod } from '../harness/generators/send-methods.js';
import { bulkCell, observerCells, observerEffects } from '../harness/paths/observers.js';
import { pathParameters } from '../harness/paths/path-parameters.js';
import { pathSpec } from '../harness/paths/path-spec.js';
import type { PathVariant } from '../harness/paths/variants.js';
import { commonParameters } from '../harness/run/common-parameters.js';
import { cellKey } from '../harness/run/experiment.js';
import type { Cell, ComparisonPlan, Experiment } from '../harness/run/experiment.js';
import { choice, choiceList, flag, integer, numberList } from '../harness/run/parameter.js';
import type { OptionsOf } from '../harness/run/parameter.js';
import { inKernelCharts, inKernelClaims, inKernelTables, inKernelTerminalTables } from '../reports/curves/in-kernel.js';

/** Where the statistics are made, from the driver up: three programs in the kernel, then readers in user space. */
const arms = {
  'xdp native': { path: 'xdp-count', variant: 'native', options: { xdpMode: 'native' } },
  'xdp generic': { path: 'xdp-count', variant: 'generic', options: { xdpMode: 'generic' } },
  tc: { path: 'tc-count', variant: null, options: {} },
  'socket-filter': { path: 'socket-filter-count', variant: null, options: {} },
  'af-xdp': { path: 'af-xdp', variant: null, options: { afXdpMode: 'native-copy' } },
  'tpacket-v3': { path: 'tpacket-v3', variant: null, options: {} },
  'tpacket-v2': { path: 'tpacket-v2', variant: null, options: {} },
  recvfrom: { path: 'packet-recvfrom', variant: null, options: {} },
} as const satisfies Record<string, PathVariant>;
type Arm = keyof typeof arms;
const armNames = Object.keys(arms) as Arm[];

/** What every arm is compared with: the article's road, a call for each packet. */
const base: PathName = 'packet-recvfrom';

const parameters = {
  arms: choiceList<Arm>(armNames, { help: 'where the statistics are made', default: armNames }),
  task: choice<Task>(['count', 'flows'], {
    help: 'by protocol alone, or also packets and bytes of each flow',
    default: 'flows',
  }),
  flows: integer(
    { min: 1, max: 16_384 },
    { help: 'flows that the packets belong to in turn', default: 1000, guest: 1 },
  ),
  sender: choice<OwnSendMethod>(ownSendMethods, {
    help: 'what sends; several flows by af-xdp only',
    default: 'af-xdp',
    guest: 'sendto',
  }),
  packetsPerSecond: numberList(
    { min: 1, max: 10_000_000 },
    {
      help: 'offered rates, packets per second',
      default: [10_000, 50_000, 100_000, 200_000, 400_000, 800_000],
      quick: [10_000, 100_000, 400_000],
      guest: [1000],
    },
  ),
  probedUpTo: integer(
    { min: 0, max: 10_000_000 },
    {
      help: 'highest rate at which CPU time is split with probes, which slow an overloaded receiver',
      default: 100_000,
    },
  ),
  action: choice<CountAction>(['pass', 'drop'], {
    help: 'what XDP and tc do with a packet once it is counted; by pass every arm but af-xdp leaves it to the stack',
    default: 'pass',
  }),
  saturate: flag({ help: 'also as fast as the sender goes', default: true }),
  observe: flag({ help: 'also what each arm takes from a TCP transfer that it looks on at', default: true }),
  frameBytes: integer({ min: 64, max: 1514 }, { help: 'bytes of a frame without FCS', default: 64 }),
  receiveBufferBytes: pathParameters.receiveBufferBytes,
  tcpReceiveBufferBytes: pathParameters.tcpReceiveBufferBytes,
  ...commonParameters,
};

type Options = OptionsOf<typeof parameters>;

/** One real task, statistics of traffic, done in the kernel and in user space: C7, and what it does to the traffic. */
export const inKernel: Experiment<typeof parameters> = {
  name: 'in-kernel',
  title: 'Statistics by flow, in the kernel and in the program',
  parameters,
  rounds: { full: 7, quick: 3 },
  durationSeconds: { full: 0.5, quick: 0.1 },
  cells: (options, durationSeconds) => {
    checkTogether(options);
    const chosen = options.arms.map((name) => arms[name]);
    const rates = [...options.packetsPerSecond, ...(options.saturate ? [null] : [])];
    return [
      ...chosen.flatMap((arm) => rates.map((rate) => cellOf(arm, rate, options, durationSeconds))),
      ...(options.observe
        ? [bulkCell(capture(options), durationSeconds), ...observerCells(chosen, capture(options), durationSeconds)]
        : []),
    ];
  },
  comparisons: (cells) => [...savings(cells), ...observerEffects(cells)],
  tables: inKernelTables,
  terminalTables: inKernelTerminalTables,
  charts: inKernelCharts,
  claims: inKernelClaims,
};

/** @throws PktpathError (usage) */
function checkTogether({ sender, flows }: Options): void {
  checkSends('sender', sender, 'udp');
  if (flows === 1 || sender === 'af-xdp') return;
  throw usageError(`sender ${sender} sends one flow`, 'use --set sender=af-xdp, or --set flows=1');
}

function capture({ task, action, receiveBufferBytes, tcpReceiveBufferBytes }: Options) {
  return { task, action, receiveBufferBytes, tcpReceiveBufferBytes };
}

/** @param packetsPerSecond null: as fast as the sender goes */
function cellOf(arm: PathVariant, packetsPerSecond: number | null, options: Options, durationSeconds: number): Cell {
  const { frameBytes, flows, probedUpTo, sender: method } = options;
  const params = { frameBytes, packetsPerSecond, ...(arm.variant === null ? {} : { variant: arm.variant }) };
  const sending = { traffic: 'udp', method, flows, frameBytes, packetsPerSecond, durationSeconds } as const;
  return {
    key: cellKey(arm.path, params),
    path: pathSpec(arm.path, frameBytes, { ...capture(options), ...arm.options }),
    params,
    generator: generatorSpec(sending),
    mirrored: true,
    ...(packetsPerSecond === null || packetsPerSecond > probedUpTo ? { unprobedOnly: true } : {}),
    ...(packetsPerSecond === null ? {} : { mayFallShort: true }),
  };
}

/** What each arm saves of the CPU time that a call for each packet takes. */
function savings(cells: readonly Cell[]): ComparisonPlan[] {
  const probed = cells.filter(({ unprobedOnly }) => unprobedOnly !== true);
  return probed.flatMap((arm) => {
    const rate = arm.params['packetsPerSecond'];
    const against = probed.find(({ path, params }) => path.name === base && params['packetsPerSecond'] === rate);
    if (against === undefined || arm.path.name === base) return [];
    const name = `${arm.key} against ${base}`;
    return [{ name, base: against.key, arm: arm.key, metric: 'cpuNsPerPacket', articlePercent: null }];
  });
}
