import { generators } from '../generators/generators.js';
import { cacheDirectory } from '../lab/cache.js';
import { kernelEntries } from '../lab/kernels/kernels.js';
import { hostKernel } from '../lab/target.js';
import { paths } from '../paths/paths.js';
import { packetOrder, stages } from '../plan/stages.js';
import type { OptionValue, Parameters } from '../run/parameter.js';
import { allExperiments, suites } from './experiments.js';

export const topics = ['experiments', 'paths', 'generators', 'stages', 'kernels'] as const;
export type Topic = (typeof topics)[number];

export interface Entry {
  name: string;
  means: string;
  [detail: string]: unknown;
}

export interface ParameterEntry extends Entry {
  accepts: string;
  default: OptionValue;
  quick?: OptionValue;
}

/** What there is of a kind, in a fixed order. */
export async function entriesOf(topic: Topic): Promise<Entry[]> {
  switch (topic) {
    case 'experiments':
      return [...(await experimentEntries()), ...suiteEntries()];
    case 'paths':
      return Object.entries(paths).map(([name, { means, traffic }]) => ({ name, means, traffic }));
    case 'generators':
      return Object.entries(generators).map(([name, { means, traffic, methods, labels, package: debian }]) => {
        return { name, means, traffic, methods, ...(labels === undefined ? {} : { labels }), package: debian };
      });
    case 'stages':
      return packetOrder.map((name) => ({ name, ...stages[name] }));
    case 'kernels':
      return [hostEntry, ...(await kernelEntries(cacheDirectory())).map((entry) => ({ ...entry }))];
  }
}

const hostEntry = { name: hostKernel, means: 'this machine’s own kernel', package: null, version: null, cached: true };

async function experimentEntries(): Promise<Entry[]> {
  const experiments = await allExperiments();
  return experiments.map(({ name, title, parameters, rounds, durationSeconds }) => ({
    name,
    means: title,
    kind: 'experiment',
    rounds,
    durationSeconds,
    parameters: parameterEntries(parameters),
  }));
}

function suiteEntries(): Entry[] {
  return Object.entries(suites).map(([name, { title, members }]) => ({ name, means: title, kind: 'suite', members }));
}

function parameterEntries(parameters: Parameters): ParameterEntry[] {
  return Object.entries(parameters).map(([name, parameter]) => {
    const { help, accepts, default: value, quick } = parameter;
    return { name, means: help, accepts, default: value, ...(quick === undefined ? {} : { quick }) };
  });
}
