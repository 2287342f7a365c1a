import { parseArgs } from 'node:util';
import { usageError } from '../harness/errors.js';
import { maxSeed } from '../harness/statistics/random.js';

export const sectionNames = ['probe-cost', 'throughput', 'generator', 'roads', 'harness'] as const;
export type SectionName = (typeof sectionNames)[number];

export interface BenchOptions {
  sections: readonly SectionName[];
  quick: boolean;
  json: boolean;
  /** Of the order of everything that is shuffled. */
  seed: number;
}

export const usage = `npm run bench -- [options]

What pktpath itself costs: its probes, beside bpftrace and perf on the same tracepoints, its senders beside trafgen and
tcpreplay, its paths beside tcpdump, netsniff-ng and xdp-bench, and its harness.

  --only NAME   one section: ${sectionNames.join(', ')}; may be given again
  --quick       fewer and shorter rounds: less than a minute
  --json        everything that was measured, as JSON on stdout; progress goes to stderr
  --seed N      of the order of trials, 0 to ${maxSeed}; drawn when left out
  --help        this text`;

/**
 * @param args the words behind the program's name
 * @returns null when the usage was asked for
 * @throws PktpathError (usage) for a word that is not known or a value out of range
 */
export function parseOptions(args: readonly string[]): BenchOptions | null {
  const values = parse(args);
  if (values.help === true) return null;
  return {
    sections: values.only === undefined ? sectionNames : sectionNames.filter((name) => values.only?.includes(name)),
    quick: values.quick === true,
    json: values.json === true,
    seed: values.seed === undefined ? Math.floor(Math.random() * (maxSeed + 1)) : parseSeed(values.seed),
  };
}

function parse(args: readonly string[]) {
  const hint = 'see: npm run bench -- --help';
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        only: { type: 'string', multiple: true },
        quick: { type: 'boolean' },
        json: { type: 'boolean' },
        seed: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    });
    const unknown = values.only?.find((name) => !(sectionNames as readonly string[]).includes(name));
    if (unknown !== undefined) {
      throw usageError(`--only ${JSON.stringify(unknown)} is no section`, `use one of: ${sectionNames.join(', ')}`);
    }
    return values;
  } catch (error) {
    if (error instanceof TypeError) throw usageError(error.message, hint);
    throw error;
  }
}

function parseSeed(text: string): number {
  const seed = /^\d{1,10}$/.test(text) ? Number(text) : NaN;
  if (seed >= 0 && seed <= maxSeed) return seed;
  throw usageError(`--seed ${JSON.stringify(text)} is no whole number from 0 to ${maxSeed}`);
}
