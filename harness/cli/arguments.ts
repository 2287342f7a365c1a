import { InvalidArgumentError } from 'commander';
import { integer, number } from '../run/parameter.js';
import type { Parameter } from '../run/parameter.js';
import type { Shard } from '../run/sharding.js';
import { mostShards } from '../../reports/shard-file.js';

interface Range {
  min: number;
  max: number;
}

/** Reads an option's argument as a whole number of the range. */
export function wholeNumber(range: Range): (text: string) => number {
  return reader(integer(range, { help: '', default: range.min }));
}

/** The same for a number. */
export function anyNumber(range: Range): (text: string) => number {
  return reader(number(range, { help: '', default: range.min }));
}

function reader<T extends number>({ schema }: Parameter<T>): (text: string) => T {
  return (text) => {
    const read = schema.safeParse(text);
    if (read.success) return read.data;
    const why = read.error.issues[0]?.message ?? 'cannot be read';
    throw new InvalidArgumentError(`It ${why}.`);
  };
}

/** Gathers an option that may be given again. */
export function collect(value: string, previous: string[] | undefined): string[] {
  return [...(previous ?? []), value];
}

/** Reads which shard of how many: 2/3. */
export function shardArgument(text: string): Shard {
  const [, index, of] = /^([1-9]\d{0,3})\/([1-9]\d{0,3})$/.exec(text) ?? [];
  const shard = { index: Number(index), of: Number(of) };
  if (index === undefined || shard.index > shard.of || shard.of > mostShards) {
    throw new InvalidArgumentError(`It is i/n, 1 ≤ i ≤ n ≤ ${mostShards}, e.g. 2/3.`);
  }
  return shard;
}
