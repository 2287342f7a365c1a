import { isDeepStrictEqual } from 'node:util';
import { cannotCompare } from '../errors.js';
import type { ShardFile } from '../../reports/shard-file.js';
import { printable } from '../../reports/text.js';
import { shardText } from './sharding.js';

/** A shard as its folder tells of it. */
export interface FoundShard {
  file: ShardFile;
  folder: string;
}

/**
 * Whether these are all shards of one whole, each once, and every cell is in one of them.
 * @returns them in the order of their numbers
 * @throws PktpathError (cannot compare) that names what is missing, there twice, or not of the same whole
 */
export function checkDivision(shards: readonly FoundShard[]): FoundShard[] {
  const [first] = shards;
  if (first === undefined) throw new RangeError('a division of nothing');
  for (const other of shards) checkSameWhole(first, other);
  const { of, runs } = first.file;
  const ordered = Array.from({ length: of }, (_, index) => theOne(shards, { index: index + 1, of }));
  for (const [number, { experiment, whole }] of runs.entries()) {
    const own = ordered.flatMap(({ file }) => file.runs[number]?.cells ?? []);
    const times = new Map(whole.map((cell) => [cell, 0]));
    for (const cell of own) {
      const before = times.get(cell);
      if (before === undefined) throw brokenDivision(`a shard has cell ${cell}, which ${experiment} has not`);
      times.set(cell, before + 1);
    }
    const [cell, count] = [...times].find(([, each]) => each !== 1) ?? [];
    if (cell !== undefined) throw brokenDivision(`cell ${cell} of ${experiment} is in ${String(count)} shards`);
  }
  return ordered;
}

function theOne(shards: readonly FoundShard[], shard: { index: number; of: number }): FoundShard {
  const [found, again] = shards.filter(({ file }) => file.index === shard.index);
  if (found === undefined) {
    throw cannotCompare(
      `shard ${shardText(shard)} is missing`,
      'name the folders of all shards, those without a part too',
    );
  }
  if (again === undefined) return found;
  throw cannotCompare(`shard ${shardText(shard)} is there twice: ${found.folder} and ${again.folder}`, 'name it once');
}

/** What all shards have alike: everything but the number, and what each measures. */
function checkSameWhole(first: FoundShard, other: FoundShard): void {
  const facts: [string, (file: ShardFile) => unknown][] = [
    ['number of shards', ({ of }) => of],
    ['pktpath', ({ tool }) => `${tool.version}, commit ${tool.commit ?? 'unknown'}`],
    ['suite', ({ suite }) => suite ?? 'none'],
    [
      'runs',
      ({ runs }) => runs.map(({ experiment, kernel }) => `${experiment} on ${kernel ?? 'this machine'}`).join(', '),
    ],
    [
      'cells',
      ({ runs }) =>
        runs
          .map(({ whole }) => whole)
          .flat()
          .join(', '),
    ],
    ['folders', ({ runs }) => runs.map(({ folder }) => folder).join(', ')],
  ];
  const apart = facts.find(([, of]) => !isDeepStrictEqual(of(first.file), of(other.file)));
  if (apart === undefined) return;
  const [what, of] = apart;
  const [one, two] = [first.file, other.file].map((file) => printable(String(of(file)), 200));
  throw cannotCompare(
    `${first.folder} and ${other.folder} are no shards of one whole: ${what}: ${one ?? ''} and ${two ?? ''}`,
    'measure all shards with the same command and pktpath',
  );
}

function brokenDivision(what: string): Error {
  return cannotCompare(
    `the shards do not make a whole: ${printable(what)}`,
    'a list was changed; measure the shards again',
  );
}
