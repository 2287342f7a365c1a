import { InvalidArgumentError } from 'commander';
import { integer, number } from '../run/parameter.js';
import type { Parameter } from '../run/parameter.js';

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
