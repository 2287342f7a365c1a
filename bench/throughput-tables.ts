import { percent, perPacket, ratio, whole } from '../reports/tables/format.js';
import type { Row, Table } from '../reports/tables/table.js';
import { bounded, intervalNote, summarise } from './bounded.js';
import { figure, tenths, text } from './columns.js';
import type { Goal } from './goals.js';
import { probesArm } from './throughput.js';
import type { Pair, ThroughputData } from './throughput.js';
import { tracers } from './tracers/tracers.js';

/** From this share on the receiver's core is what limits the throughput. */
const saturated = 0.9;
const goals = { throughput: 0.92, cheaper: 10 } as const;
const timestamps = 'bpftrace with timestamps';

/** What the pairs of one cell and arm come to; one value a pair, in the order in which they ran. */
export interface ArmFigures {
  /** Delivered packets per second, on ∕ off. */
  throughput: number[];
  /** Packets per second of the receiver's CPU time, on ∕ off: the throughput where nothing but that CPU limits it. */
  capacity: number[];
  /** CPU time that each packet costs more, ns. */
  addedNs: number[];
}

export function armFigures(pairs: readonly Pair[]): ArmFigures {
  return {
    throughput: pairs.map(({ on, off }) => on.packetsPerSecond / off.packetsPerSecond),
    capacity: pairs.map(({ on, off }) => off.cpuNsPerPacket / on.cpuNsPerPacket),
    addedNs: pairs.map(({ on, off }) => on.cpuNsPerPacket - off.cpuNsPerPacket),
  };
}

/** Hits per packet of a cell's tracepoints, as pktpath's own probes counted them; null when it has no probed trial. */
export function hitsOf(pairs: readonly Pair[], cell: string): number | null {
  const hits = pairs.flatMap((pair) => (pair.cell === cell ? (pair.on.hitsPerPacket ?? []) : []));
  return summarise(hits)?.median ?? null;
}

/**
 * How many times dearer a hit of the tracer is than pktpath's, within each round: added CPU time over added CPU time,
 * since both hang on the same tracepoints. A round in which pktpath added nothing that could be measured gives none.
 */
export function dearer(pairs: readonly Pair[], cell: string, tracer: string): number[] {
  const own = pairs.filter((pair) => pair.cell === cell);
  return [...new Set(own.map(({ round }) => round))].flatMap((round) => {
    const added = (arm: string): number | null =>
      summarise(armFigures(own.filter((pair) => pair.arm === arm && pair.round === round)).addedNs)?.median ?? null;
    const [theirs, ours] = [added(tracer), added(probesArm)];
    return theirs !== null && ours !== null && ours > 0 ? [theirs / ours] : [];
  });
}

export function throughputTables(data: ThroughputData): Table[] {
  const cells = Object.keys(data.tracepoints).sort();
  return cells.map((cell) => cellTable(data, cell));
}

function cellTable(data: ThroughputData, cell: string): Table {
  const own = data.pairs.filter((pair) => pair.cell === cell);
  const hits = hitsOf(own, cell);
  const arms = [probesArm, ...tracers.map(({ name }) => name)];
  const off = own.map((pair) => pair.off);
  const busy = summarise(off.map((each) => each.busy))?.median ?? 0;
  const tracepoints = data.tracepoints[cell] ?? [];
  return {
    id: `throughput-${cell}`,
    title: `Throughput with tracing on ∕ off: ${cell}`,
    columns: [
      text('arm', 'Tracer'),
      figure('throughput', 'Delivered', 'on ∕ off', ratio),
      figure('capacity', 'Delivered per CPU second', 'on ∕ off', ratio),
      figure('added', 'Added to each packet', 'ns', whole),
      figure('hit', 'For each hit', 'ns', tenths),
      figure('lost', 'Lost on the way', '%', percent),
      figure('seen', 'Packets it saw', '%', percent),
    ],
    rows: arms.flatMap((arm): Row[] => {
      const reason = data.unusable[arm];
      if (reason !== undefined) return [{ kind: 'span', label: arm, text: reason }];
      const pairs = own.filter((pair) => pair.arm === arm);
      return pairs.length === 0 ? [] : [armRow(arm, pairs, hits)];
    }),
    notes: [
      `Off: ${describeOff(off.map((each) => each.packetsPerSecond))}; the receiver’s core is ${(100 * busy).toFixed(0)} % busy, ` +
        `${(100 * (summarise(off.map((each) => each.lost))?.median ?? 0)).toFixed(1)} % lost: ` +
        (busy >= saturated
          ? 'it is what limits.'
          : 'something else limits, so that the ratio per CPU second is the one that tells.'),
      `${tracepoints.length} tracepoints, hit ${hits === null ? '?' : perPacket(hits)} times a packet on the receiver’s core.`,
      ...tracers
        .filter(({ name }) => own.some(({ arm }) => arm === name))
        .map((each) => `${each.name}: ${each.describe()}`),
      'Each ratio is of two trials one after the other.',
      ...intervalNotes(own),
    ],
  };
}

/** pktpath has more pairs than the others, and so an interval of another level. */
function intervalNotes(pairs: readonly Pair[]): string[] {
  const ours = pairs.filter(({ arm }) => arm === probesArm).length;
  const theirs = tracers.map(({ name }) => pairs.filter(({ arm }) => arm === name).length).filter((n) => n > 0);
  const others = theirs.length === 0 ? [] : [`The others: ${intervalNote(Math.min(...theirs), 'pairs')}`];
  return [`${probesArm}: ${intervalNote(ours, 'pairs')}`, ...others];
}

function armRow(arm: string, pairs: readonly Pair[], hits: number | null): Row {
  const { throughput, capacity, addedNs } = armFigures(pairs);
  const seen = pairs.flatMap((pair) => pair.seen ?? []);
  return {
    kind: 'body',
    cells: {
      arm,
      throughput: bounded(throughput),
      capacity: bounded(capacity),
      added: bounded(addedNs),
      hit: hits === null || hits === 0 ? null : bounded(addedNs.map((ns) => ns / hits)),
      lost: 100 * (summarise(pairs.map(({ on }) => on.lost))?.median ?? 0),
      seen: seen.length === 0 ? null : 100 * Math.min(...seen),
    },
  };
}

function describeOff(rates: readonly number[]): string {
  const found = summarise(rates);
  if (found === null) return 'not measured';
  const range = found.low === null || found.high === null ? '' : ` (${whole(found.low)}–${whole(found.high)})`;
  return `${whole(found.median)}${range} packets/s delivered`;
}

export function throughputGoals(data: ThroughputData): Goal[] {
  const cells = Object.keys(data.tracepoints).sort();
  return [
    ...cells.map((cell) => throughputGoal(data.pairs, cell)),
    ...cells
      .filter(
        (cell) =>
          data.unusable[timestamps] !== undefined || data.pairs.some((p) => p.cell === cell && p.arm === timestamps),
      )
      .map((cell) => cheaperGoal(data, cell)),
  ];
}

/** Where the receiver's core does not limit, delivered packets say nothing of it: there its capacity is judged. */
function throughputGoal(pairs: readonly Pair[], cell: string): Goal {
  const own = pairs.filter((pair) => pair.cell === cell && pair.arm === probesArm);
  const { throughput, capacity } = armFigures(own);
  const limits = (summarise(own.map(({ off }) => off.busy))?.median ?? 0) >= saturated;
  return {
    what: `${limits ? 'throughput' : 'packets per CPU second'} with all probes on over off, ${cell}`,
    bound: { side: 'at least', value: goals.throughput },
    found: summarise(limits ? throughput : capacity),
    reason: null,
  };
}

function cheaperGoal(data: ThroughputData, cell: string): Goal {
  return {
    what: `${timestamps} over pktpath, CPU time of a hit, ${cell}`,
    bound: { side: 'at least', value: goals.cheaper },
    found: summarise(dearer(data.pairs, cell, timestamps)),
    reason: data.unusable[timestamps] ?? 'no round in which the probes added anything measurable',
  };
}
