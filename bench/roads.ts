import { describeError, ExitCode, PktpathError } from '../harness/errors.js';
import { generatorSpec } from '../harness/generators/generator-spec.js';
import { paths } from '../harness/paths/paths.js';
import { shuffle } from '../harness/statistics/random.js';
import type { Random } from '../harness/statistics/random.js';
import { ratio, whole } from '../reports/tables/format.js';
import type { Row, Table } from '../reports/tables/table.js';
import type { Bed } from './bed.js';
import { bounded, intervalNote, summarise } from './bounded.js';
import { figure, text } from './columns.js';
import type { Goal } from './goals.js';
import { references } from './references/references.js';
import type { Reference } from './references/reference.js';
import type { Section, Tell } from './section.js';
import { validTrial } from './trial.js';

const frameBytes = 64;
const rounds = { full: 11, quick: 3 } as const;
const durationSeconds = { full: 0.5, quick: 0.25 } as const;
/** A path is to be at least as fast as the tool beside it. */
const goal = 1;

/** Packets per second of sending that each side got of the same traffic, in one round. */
export interface RoadPair {
  reference: string;
  round: number;
  ours: number;
  theirs: number;
}

interface Data {
  pairs: RoadPair[];
  /** Why a tool has no figures, by its name. */
  unusable: Record<string, string>;
}

/** pktpath's paths beside the tools that Debian has for them, on the same veth and the same traffic. */
export async function roadsSection(bed: Bed, quick: boolean, random: Random, tell: Tell): Promise<Section> {
  const data: Data = { pairs: [], unusable: {} };
  const [count, seconds] = quick ? [rounds.quick, durationSeconds.quick] : [rounds.full, durationSeconds.full];
  for (let round = 0; round < count; round++) {
    tell(`roads: round ${round + 1}/${count}`);
    for (const reference of shuffle(references, random)) {
      if (data.unusable[reference.name] !== undefined) continue;
      await runPair(bed, reference, { round, seconds, oursFirst: random() < 0.5 }, data, tell);
    }
  }
  return { tables: [roadsTable(data, count)], goals: references.map((each) => goalOf(each, data)), data };
}

async function runPair(
  bed: Bed,
  reference: Reference,
  { round, seconds, oursFirst }: { round: number; seconds: number; oursFirst: boolean },
  data: Data,
  tell: Tell,
): Promise<void> {
  try {
    const first = oursFirst ? await oursRate(bed, reference, seconds, tell) : null;
    const theirs = await reference.rate(bed, sending(reference, seconds));
    const ours = first ?? (await oursRate(bed, reference, seconds, tell));
    data.pairs.push({ reference: reference.name, round, ours, theirs });
  } catch (error) {
    if (!(error instanceof PktpathError) || error.exitCode !== ExitCode.notPossible) throw error;
    data.unusable[reference.name] = describeError(error);
  }
}

function sending({ path, method }: Reference, seconds: number) {
  const [traffic] = paths[path.name].traffic;
  return generatorSpec({ traffic, frameBytes, packetsPerSecond: null, durationSeconds: seconds, method });
}

async function oursRate(bed: Bed, reference: Reference, seconds: number, tell: Tell): Promise<number> {
  const generator = sending(reference, seconds);
  const cell = { key: reference.path.name, path: reference.path, generator, params: {} };
  const { result } = await validTrial(bed, cell, null, tell);
  return (result.reader.packets * 1e9) / result.generator.elapsedNs;
}

function ratios(pairs: readonly RoadPair[], name: string): number[] {
  return pairs.filter(({ reference }) => reference === name).map(({ ours, theirs }) => ours / theirs);
}

export function roadsTable({ pairs, unusable }: Data, count: number): Table {
  return {
    id: 'roads',
    title:
      'Paths beside other tools: packets received per second of sending, 64-byte frames, as fast as the sender goes',
    columns: [
      text('path', 'Path'),
      text('tool', 'Tool'),
      figure('ours', 'pktpath', 'packets/s', whole),
      figure('theirs', 'The tool', 'packets/s', whole),
      figure('ratio', 'pktpath ∕ tool', null, ratio),
    ],
    rows: references.map(({ name, path }): Row => {
      const own = pairs.filter(({ reference }) => reference === name);
      if (own.length === 0) return { kind: 'span', label: path.name, text: `${name}: ${unusable[name] ?? 'not run'}` };
      const cells = {
        path: path.name,
        tool: name,
        ours: bounded(own.map(({ ours }) => ours)),
        theirs: bounded(own.map(({ theirs }) => theirs)),
        ratio: bounded(ratios(pairs, name)),
      };
      return { kind: 'body', cells };
    }),
    notes: [...references.map(({ name, note }) => `${name}: ${note}.`), intervalNote(count)],
  };
}

function goalOf({ name, path }: Reference, { pairs, unusable }: Data): Goal {
  return {
    what: `${path.name} over ${name}, packets per second`,
    bound: { side: 'at least', value: goal },
    found: summarise(ratios(pairs, name)),
    reason: unusable[name] ?? null,
  };
}
