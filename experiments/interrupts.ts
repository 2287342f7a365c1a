import type { PathName } from '../harness/executor/contract.js';
import { generatorSpec } from '../harness/generators/generator-spec.js';
import { checkSends, ownSendMethods } from '../harness/generators/send-methods.js';
import type { OwnSendMethod } from '../harness/generators/send-methods.js';
import { pathParameters } from '../harness/paths/path-parameters.js';
import { pathSpec } from '../harness/paths/path-spec.js';
import { paths } from '../harness/paths/paths.js';
import { commonParameters } from '../harness/run/common-parameters.js';
import { cellKey } from '../harness/run/experiment.js';
import type { Cell, Experiment } from '../harness/run/experiment.js';
import {
  choice,
  choiceList,
  flag,
  integer,
  integerList,
  integerOrAuto,
  number,
  numberList,
} from '../harness/run/parameter.js';
import type { OptionsOf } from '../harness/run/parameter.js';
import { armNames, mitigationsOf } from '../harness/testbed/mitigations.js';
import type { Arm, Mitigation } from '../harness/testbed/mitigations.js';
import {
  interruptCharts,
  interruptClaims,
  interruptTables,
  interruptTerminalTables,
} from '../reports/curves/interrupts.js';

/** What loses packets in place of slowing its sender down, so that there is an overload. */
const roads = ['udp', 'udp-recvmmsg', 'packet-recvfrom', 'packet-recvmmsg', 'tpacket-v3'] as const satisfies PathName[];

/** Until the run has found it out; keys of cells do not depend on it. */
const presumedCapacity = 100_000;

/** In a guest a frame is through before the next one comes: an interrupt a frame. */
const guestRate = 1000;

const parameters = {
  path: choice<(typeof roads)[number]>(roads, {
    help: 'road to the program; AF_PACKET cannot busy-poll',
    default: 'udp',
    guest: 'packet-recvfrom',
  }),
  arms: choiceList<Arm>(armNames, {
    help: 'how the receiver takes packets in; testbed: as it comes up, by isolation',
    default: ['backlog', 'napi', 'threaded', 'busy-poll', 'deferred', 'watchdog', 'budget-1', 'irq-suspend'],
    guest: ['testbed'],
  }),
  capacityPacketsPerSecond: integerOrAuto(
    { min: 1000, max: 10_000_000 },
    {
      help: 'what load 1 is; auto: the most that the first arm delivers, found first',
      default: null,
      guest: guestRate,
    },
  ),
  loads: numberList(
    { min: 0.001, max: 10 },
    {
      help: 'offered load, times the capacity',
      default: [0.02, 0.05, 0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 3],
      quick: [0.05, 0.5, 1, 2],
      guest: [1],
    },
  ),
  probedUpTo: number(
    { min: 0, max: 10 },
    {
      help: 'highest load at which CPU time is split with probes, which slow an overloaded receiver',
      default: 0.5,
      guest: 1,
    },
  ),
  flushTimeoutsUs: integerList(
    { min: 1, max: 100_000 },
    { help: 'deferred, watchdog: gro_flush_timeout, microseconds', default: [20, 50, 200, 1000], quick: [50] },
  ),
  deferHardIrqs: integer({ min: 1, max: 1000 }, { help: 'deferred: napi_defer_hard_irqs, empty polls', default: 2 }),
  changeMachine: flag({ help: 'budget-1: change net.core sysctls of the whole machine meanwhile', default: false }),
  saturate: flag({ help: 'also as fast as the sender goes', default: true }),
  sender: choice<OwnSendMethod>(ownSendMethods, { help: 'what sends', default: 'af-xdp', guest: 'sendto' }),
  frameBytes: integer({ min: 64, max: 1514 }, { help: 'bytes of a frame without FCS', default: 64 }),
  receiveBufferBytes: pathParameters.receiveBufferBytes,
  ...commonParameters,
};

type Options = OptionsOf<typeof parameters>;

/** Offered load from a trickle to an overload, with each way to keep interrupts from taking the machine over. */
export const interrupts: Experiment<typeof parameters> = {
  name: 'interrupts',
  title: 'Interrupts, polling, and what is left at three times the capacity',
  parameters,
  rounds: { full: 5, quick: 3 },
  durationSeconds: { full: 0.5, quick: 0.1 },
  cells: (options, durationSeconds) => {
    checkSends('sender', options.sender, paths[options.path].traffic[0]);
    const loads = [...options.loads, ...(options.saturate ? [null] : [])];
    const chosen = mitigationsOf(options.arms, options);
    return chosen.flatMap((arm) => loads.map((load) => cellOf(arm, load, options, durationSeconds)));
  },
  capacity: (options) => {
    if (options.capacityPacketsPerSecond !== null) return null;
    const [first] = mitigationsOf(options.arms, options);
    if (first === undefined) return null;
    const cell = cellOf(first, 1, options, 1);
    const load = (packetsPerSecond: number, seconds: number) => sending(packetsPerSecond, options, seconds);
    return { cell, option: 'capacityPacketsPerSecond', load };
  },
  comparisons: () => [],
  tables: interruptTables,
  terminalTables: interruptTerminalTables,
  charts: interruptCharts,
  claims: interruptClaims,
};

/** @param load times the capacity; null: as fast as the sender goes */
function cellOf(arm: Mitigation, load: number | null, options: Options, durationSeconds: number): Cell {
  const { path: name, frameBytes, receiveBufferBytes, probedUpTo } = options;
  const { label: variant, reception, waiting, leftOut } = arm;
  const named = { variant, load, frameBytes };
  const capacity = options.capacityPacketsPerSecond ?? presumedCapacity;
  const packetsPerSecond = load === null ? null : load * capacity;
  return {
    key: cellKey(name, named),
    path: pathSpec(name, frameBytes, { receiveBufferBytes, waiting }),
    params: { ...named, packetsPerSecond },
    ...sending(packetsPerSecond, options, durationSeconds),
    reception,
    latency: true,
    ...(load === null || load > probedUpTo ? { unprobedOnly: true } : {}),
    ...(load !== null && load >= 1 ? { mayFallShort: true } : {}),
    ...(leftOut === null ? {} : { leftOut }),
  };
}

function sending(packetsPerSecond: number | null, options: Options, durationSeconds: number): Pick<Cell, 'generator'> {
  const { path, sender: method, frameBytes } = options;
  const [traffic] = paths[path].traffic;
  return { generator: generatorSpec({ traffic, frameBytes, packetsPerSecond, durationSeconds, method }) };
}
