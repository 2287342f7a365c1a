import { basename } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { cannotCompare } from '../errors.js';
import type { RunRecord, StagePlan } from '../../reports/record.js';
import { printable } from '../../reports/text.js';
import { differences, machineDifferences, testbedDifferences } from './earlier-run.js';

/** What a shard has of one run. */
export interface ShardPart {
  index: number;
  of: number;
  /** Keys of the cells that are its own. */
  cells: readonly string[];
  record: RunRecord;
  /** Where it lies, for messages. */
  source: string;
}

/** Differences named in one message. */
const mostNamed = 5;

/** A guest that counts instructions counts the same ones on every host. */
const passingWhereExact = ['host'];

/**
 * Whether these are the parts of one run: each is whole, and what figures can depend on is the same in all, the machine
 * too unless instructions were counted.
 * @throws PktpathError (cannot compare) that names the first shard that is not whole, or all that two of them differ in
 */
export function checkMergeable(parts: readonly ShardPart[]): void {
  for (const part of parts) checkPart(part);
  const [first, ...others] = parts;
  if (first === undefined) throw new RangeError('a run of no shards');
  for (const other of others) {
    const found = partsApart(first, other);
    if (found.length === 0) continue;
    const more = found.length > mostNamed ? `\n  and ${String(found.length - mostNamed)} more` : '';
    throw cannotCompare(
      `the shards ${first.source} and ${other.source} are no parts of one run:\n  ` +
        `${found
          .slice(0, mostNamed)
          .map((each) => printable(each))
          .join('\n  ')}${more}`,
      'measure all shards with the same command and pktpath; where time is measured, on the same machine',
    );
  }
}

function checkPart({ index, of, cells, record, source }: ShardPart): void {
  const { run, experiment, summary, trials } = record;
  if (run.status === 'partial') {
    throw cannotCompare(`the run in ${source} was not finished`, `go on with it: pktpath run … --resume`);
  }
  const { shard } = experiment;
  if (shard?.index !== index || shard.of !== of) {
    throw cannotCompare(`the record in ${source} is not of shard ${String(index)}/${String(of)}, as its folder is`);
  }
  const own = summary.map(({ cell }) => cell);
  if (!isDeepStrictEqual(own, cells)) throw cannotCompare(`the record in ${source} has other cells than its shard`);
  const stray = trials.find(({ cell, purpose }) => purpose === 'measure' && !own.includes(cell));
  if (stray !== undefined) {
    throw cannotCompare(`the record in ${source} has a trial of ${printable(stray.cell)}, which is not the shard’s`);
  }
}

function partsApart(one: ShardPart, other: ShardPart): string[] {
  const sides = [`in shard ${String(one.index)}`, `in shard ${String(other.index)}`] as const;
  const [a, b] = [one.record, other.record];
  const wording = { sides, passing: a.experiment.exact ? passingWhereExact : [] };
  const asked = ({ experiment }: RunRecord): unknown => ({ ...experiment, shard: null });
  const again = a.run.id === b.run.id && a.run.startedAt === b.run.startedAt ? ['they are the same run'] : [];
  return [
    ...again,
    ...differences('', asked(a), asked(b), wording),
    ...machineDifferences(a, b, wording),
    ...testbedDifferences(a.testbed, b.testbed, wording),
    ...hooksApart(a.stagePlans.map(anywhere), b.stagePlans.map(anywhere)),
    ...differences('calibration', calibrated(a), calibrated(b), wording),
  ];
}

/** The same where a checkout lies in another folder. */
export function anywhere<T extends { object: string }>(made: T): T {
  return { ...made, object: basename(made.object) };
}

/** A path with the same boundaries has the same hooks on the same kernel. */
function hooksApart(one: readonly StagePlan[], other: readonly StagePlan[]): string[] {
  const shapeOf = ({ path, boundaries }: StagePlan): string =>
    [path, ...boundaries.map((each) => each.boundary)].join(' ');
  return one.flatMap((plan) => {
    const same = other.filter((each) => shapeOf(each) === shapeOf(plan));
    const differ = same.length > 0 && !same.some((each) => isDeepStrictEqual(each, plan));
    return differ ? [`the hooks of the stage plan of ${plan.path}`] : [];
  });
}

/** How the probes were calibrated; null where nothing is probed. What they cost is each shard's own. */
function calibrated({ calibrations: [first] }: RunRecord): unknown {
  if (first === undefined) return null;
  const { cpu, object, trigger, hitsPerBatch, batches, ways } = anywhere(first);
  return { cpu, object, trigger, hitsPerBatch, batches, ways: ways.map(({ way }) => way) };
}
