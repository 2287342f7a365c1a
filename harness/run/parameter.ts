import { z } from 'zod';

export type OptionValue = string | number | boolean | null | (string | number)[];

/** One key of `--set`: how its text is read, what it means, and its value when it is not set. */
export interface Parameter<T extends OptionValue = OptionValue> {
  /** One line for the help, unit included. */
  help: string;
  /** What may be given, e.g. "64 to 1514, or several with commas". */
  accepts: string;
  default: T;
  /** The value under --quick, where it differs. */
  quick?: T;
  /** The value in a guest of the lab, quick or not, where it differs. */
  guest?: T;
  /** While it has its default the record does not name it: so records from before there was such a key are like others. */
  unsaid?: true;
  /** From the text behind KEY= to the value. */
  schema: z.ZodType<T, string>;
}

/** A value as it would be typed behind KEY=. */
export function optionText(value: OptionValue): string {
  if (value === null) return 'auto';
  return Array.isArray(value) ? value.join(',') : String(value);
}

export type Parameters = Record<string, Parameter>;

/** The values that a set of parameters resolves to. */
export type OptionsOf<P extends Parameters> = { [K in keyof P]: P[K] extends Parameter<infer T> ? T : never };

interface Range {
  min: number;
  max: number;
}

interface Common<T> {
  help: string;
  default: T;
  quick?: T;
  guest?: T;
  unsaid?: true;
}

const numberText = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?$/i;

function numberSchema(range: Range, whole: boolean): z.ZodType<number, string> {
  const kind = whole ? 'a whole number' : 'a number';
  const message = `must be ${kind} from ${String(range.min)} to ${String(range.max)}`;
  return z.string().transform((text, context) => {
    const value = numberText.test(text.trim()) ? Number(text) : NaN;
    const fits = whole ? Number.isSafeInteger(value) : Number.isFinite(value);
    if (fits && value >= range.min && value <= range.max) return value;
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  });
}

function wordSchema<W extends string>(words: readonly W[]): z.ZodType<W, string> {
  return z.string().transform((text, context) => {
    const word = words.find((each) => each === text.trim());
    if (word !== undefined) return word;
    context.addIssue({ code: 'custom', message: `must be one of ${words.join(', ')}` });
    return z.NEVER;
  });
}

/** Items with commas between them, none empty, none twice, in the order given. */
function listSchema<T extends string | number>(item: z.ZodType<T, string>): z.ZodType<T[], string> {
  return z.string().transform((text, context) => {
    const values: T[] = [];
    for (const part of text.split(',')) {
      const read = item.safeParse(part);
      const twice = read.success && values.includes(read.data);
      if (read.success && !twice) {
        values.push(read.data);
        continue;
      }
      const why = read.success ? 'stands there twice' : (read.error.issues[0]?.message ?? 'cannot be read');
      context.addIssue({ code: 'custom', message: `${JSON.stringify(part)} ${why}` });
      return z.NEVER;
    }
    return values;
  });
}

const span = ({ min, max }: Range): string => `${String(min)} to ${String(max)}`;

export function integer(range: Range, common: Common<number>): Parameter<number> {
  return { ...common, accepts: span(range), schema: numberSchema(range, true) };
}

export function number(range: Range, common: Common<number>): Parameter<number> {
  return { ...common, accepts: span(range), schema: numberSchema(range, false) };
}

export function integerList(range: Range, common: Common<number[]>): Parameter<number[]> {
  const accepts = `${span(range)}, several with commas`;
  return { ...common, accepts, schema: listSchema(numberSchema(range, true)) };
}

export function numberList(range: Range, common: Common<number[]>): Parameter<number[]> {
  const accepts = `${span(range)}, several with commas`;
  return { ...common, accepts, schema: listSchema(numberSchema(range, false)) };
}

/** A whole number, or `auto` for what the run finds best; auto is null. */
export function integerOrAuto(range: Range, common: Common<number | null>): Parameter<number | null> {
  const schema = z.string().transform((text, context) => {
    if (text.trim() === 'auto') return null;
    const read = numberSchema(range, true).safeParse(text);
    if (read.success) return read.data;
    context.addIssue({ code: 'custom', message: `${read.error.issues[0]?.message ?? 'cannot be read'}, or auto` });
    return z.NEVER;
  });
  return { ...common, accepts: `${span(range)}, or auto`, schema };
}

export function choice<W extends string>(words: readonly W[], common: Common<W>): Parameter<W> {
  return { ...common, accepts: words.join(', '), schema: wordSchema(words) };
}

export function choiceList<W extends string>(words: readonly W[], common: Common<W[]>): Parameter<W[]> {
  return { ...common, accepts: `${words.join(', ')}; several with commas`, schema: listSchema(wordSchema(words)) };
}

/** A line of text, as it stands; empty unless set. */
export function text(what: string, common: Omit<Common<string>, 'default'>): Parameter<string> {
  const longest = 4096;
  const schema = z.string().transform((given, context) => {
    if (given.length <= longest && !/\p{Cc}/u.test(given)) return given.trim();
    context.addIssue({ code: 'custom', message: `must be one line of at most ${String(longest)} characters` });
    return z.NEVER;
  });
  return { ...common, default: '', accepts: what, schema };
}

export function flag(common: Common<boolean>): Parameter<boolean> {
  const schema = wordSchema(['true', 'false']).transform((word) => word === 'true');
  return { ...common, accepts: 'true, false', schema };
}
