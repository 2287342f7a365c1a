import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeError, ExitCode, PktpathError } from '../harness/errors.js';
import { foreignGenerator, foreignResult } from '../harness/generators/foreign-command.js';
import { foreignNames } from '../harness/generators/foreign-names.js';
import type { ForeignName } from '../harness/generators/foreign-names.js';
import { generatorSpec } from '../harness/generators/generator-spec.js';
import type { OwnSendMethod } from '../harness/generators/send-methods.js';
import { pathSpec } from '../harness/paths/path-spec.js';
import { shuffle } from '../harness/statistics/random.js';
import type { Random } from '../harness/statistics/random.js';
import { ratio, whole } from '../reports/tables/format.js';
import type { Row, Table } from '../reports/tables/table.js';
import type { Bed } from './bed.js';
import { bounded, intervalNote, summarise } from './bounded.js';
import { figure, text } from './columns.js';
import type { Goal } from './goals.js';
import type { Tell } from './section.js';
import { validTrial } from './trial.js';

const rounds = { full: 11, quick: 3 } as const;
const durationSeconds = { full: 0.5, quick: 0.2 } as const;
/** A file of this many packets or a run of as many: about a second for the faster of the other programs. */
const foreignPackets = { full: 300_000, quick: 100_000 } as const;
const frameBytes = 64;

/** Those that hand frames to the kernel, and the one in which the kernel makes them itself. */
const builtin = ['sendto', 'sendmmsg', 'tx-ring', 'af-xdp'] as const satisfies readonly OwnSendMethod[];
const live = 'live-redirect';
type Sender = (typeof builtin)[number] | typeof live | ForeignName;
const senders: readonly Sender[] = [...builtin, live, ...foreignNames];

const goals = { builtin: 1.5, live: 10 } as const;

/** Packets a second that a sender handed over, in one round. */
export interface Race {
  sender: Sender;
  round: number;
  packetsPerSecond: number;
}

export interface RaceData {
  races: Race[];
  unusable: Partial<Record<Sender, string>>;
}

/**
 * How fast each sender goes into the same veth, where an XDP program on the other core counts and drops everything, so that
 * nothing but the sender is the limit.
 */
export async function race(bed: Bed, quick: boolean, random: Random, tell: Tell): Promise<RaceData> {
  const data: RaceData = { races: [], unusable: {} };
  const folder = mkdtempSync(join(tmpdir(), 'pktpath-bench-'));
  const count = quick ? rounds.quick : rounds.full;
  try {
    for (let round = 0; round < count; round++) {
      tell(`generators: round ${round + 1}/${count}`);
      for (const sender of shuffle(senders, random)) {
        if (data.unusable[sender] !== undefined) continue;
        try {
          data.races.push({ sender, round, packetsPerSecond: await rateOf(bed, sender, quick, folder, tell) });
        } catch (error) {
          if (!(error instanceof PktpathError) || error.exitCode !== ExitCode.notPossible) throw error;
          data.unusable[sender] = describeError(error);
        }
      }
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return data;
}

async function rateOf(bed: Bed, sender: Sender, quick: boolean, folder: string, tell: Tell): Promise<number> {
  const path = pathSpec('xdp-count', frameBytes);
  const seconds = quick ? durationSeconds.quick : durationSeconds.full;
  const common = { traffic: 'raw', frameBytes, packetsPerSecond: null } as const;
  const name = foreignNames.find((each) => each === sender);
  if (name === undefined) {
    const method = sender as OwnSendMethod;
    const generator = generatorSpec({ ...common, durationSeconds: seconds, method });
    const { result } = await validTrial(bed, { key: sender, path, generator, params: {} }, null, tell);
    return rateIn(result.generator);
  }
  const foreign = { name, pcap: null };
  const asked = generatorSpec({ ...common, durationSeconds: 20, method: 'command' });
  const packets = quick ? foreignPackets.quick : foreignPackets.full;
  const generator = await foreignGenerator(foreign, { ...asked, packets }, bed.testbed, folder);
  const { result } = await validTrial(bed, { key: sender, path, generator, params: {} }, null, tell);
  return rateIn(foreignResult(foreign, result).generator);
}

function rateIn({ sent, elapsedNs }: { sent: number; elapsedNs: number }): number {
  return (sent * 1e9) / elapsedNs;
}

/** A sender's rate over the faster of the other programs, within each round that has them. */
export function overOthers({ races }: RaceData, sender: Sender): number[] {
  return races.flatMap((own) => {
    if (own.sender !== sender) return [];
    const others = races.filter(({ round, sender: each }) => round === own.round && isForeign(each));
    if (others.length === 0) return [];
    return [own.packetsPerSecond / Math.max(...others.map((each) => each.packetsPerSecond))];
  });
}

function isForeign(sender: Sender): boolean {
  return (foreignNames as readonly string[]).includes(sender);
}

export function raceTable(data: RaceData, quick: boolean): Table {
  return {
    id: 'generator-race',
    title: 'Senders as fast as they go, frames of 64 bytes, the receiver’s work on the other core',
    columns: [
      text('sender', 'Sender'),
      figure('rate', 'Sent', 'packets/s', whole),
      figure('ratio', 'Over the faster of trafgen and tcpreplay', null, ratio),
    ],
    rows: senders.map((sender): Row => {
      const rates = data.races.filter((each) => each.sender === sender).map((each) => each.packetsPerSecond);
      if (rates.length === 0) return { kind: 'span', label: sender, text: data.unusable[sender] ?? 'not run' };
      return { kind: 'body', cells: { sender, rate: bounded(rates), ratio: bounded(overOthers(data, sender)) } };
    }),
    notes: [
      'trafgen and tcpreplay by their own words: their start and end are left out.',
      `${live}: stack-only; the frames are made in the kernel and never pass a socket.`,
      intervalNote(quick ? rounds.quick : rounds.full),
    ],
  };
}

export function raceGoals(data: RaceData): Goal[] {
  const medians = builtin.map((sender) => summarise(overOthers(data, sender)));
  const best = medians.reduce((most, each) => ((each?.median ?? 0) > (most?.median ?? 0) ? each : most), null);
  const missing = foreignNames.map((name) => data.unusable[name]).find((reason) => reason !== undefined);
  const why = (sender: Sender): string | null => data.unusable[sender] ?? missing ?? null;
  return [
    {
      what: 'the fastest builtin sender over the faster of trafgen and tcpreplay',
      bound: { side: 'at least', value: goals.builtin },
      found: best,
      reason: best === null ? why('af-xdp') : null,
    },
    {
      what: 'live frames over the faster of trafgen and tcpreplay',
      bound: { side: 'at least', value: goals.live },
      found: summarise(overOthers(data, live)),
      reason: why(live),
    },
  ];
}
