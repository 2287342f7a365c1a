import { failure, usageError } from '../errors.js';
import type { Experiment } from '../run/experiment.js';
import { unknownWord } from '../run/nearest.js';

/** Loaded when needed: an experiment brings its charts along. */
const experiments: Record<string, () => Promise<Experiment>> = {
  table1: async () => (await import('../../experiments/table1.js')).table1,
  paths: async () => (await import('../../experiments/paths.js')).pathsExperiment,
  filter: async () => (await import('../../experiments/filter.js')).filterExperiment,
  'in-kernel': async () => (await import('../../experiments/in-kernel.js')).inKernel,
  batch: async () => (await import('../../experiments/batch.js')).batchExperiment,
  'zero-copy': async () => (await import('../../experiments/zero-copy.js')).zeroCopyExperiment,
  interrupts: async () => (await import('../../experiments/interrupts.js')).interrupts,
  'probe-cost': async () => (await import('../../experiments/probe-cost.js')).probeCost,
};

/** Of the instrument, not of the article. */
const ownChecks: readonly string[] = ['probe-cost'];

export interface Suite {
  title: string;
  members: { experiment: string; quick: boolean }[];
  /** One page at the end says what became of the article's claims; a member that fails does not end the rest. */
  claims?: true;
}

export const suites: Record<string, Suite> = {
  quick: { title: 'Table 1 in under a minute', members: [{ experiment: 'table1', quick: true }] },
  article: {
    title: 'All that the article claims, one report',
    members: Object.keys(experiments)
      .filter((experiment) => !ownChecks.includes(experiment))
      .map((experiment) => ({ experiment, quick: false })),
    claims: true,
  },
};

/** The suite among these names that ends with a page of claims; undefined when there is none. */
export function claimsSuite(names: readonly string[]): string | undefined {
  return names.find((name) => Object.hasOwn(suites, name) && suites[name]?.claims === true);
}

export interface Selected {
  experiment: Experiment;
  quick: boolean;
}

/**
 * The experiments that the user named, suites taken apart, each once.
 * @throws PktpathError (usage) for a name that is none, with the nearest that are
 */
export async function selectExperiments(names: readonly string[], quick: boolean): Promise<Selected[]> {
  const members = names.flatMap((name) => {
    if (Object.hasOwn(suites, name)) return suites[name]?.members ?? [];
    if (Object.hasOwn(experiments, name)) return [{ experiment: name, quick }];
    throw usageError(
      `unknown experiment ${unknownWord(name, [...Object.keys(experiments), ...Object.keys(suites)])}`,
      'see them all: pktpath list experiments',
    );
  });
  const once = new Map<string, boolean>();
  for (const member of members)
    once.set(member.experiment, (once.get(member.experiment) ?? true) && (member.quick || quick));
  return Promise.all(
    [...once].map(async ([name, isQuick]) => ({ experiment: await loadExperiment(name), quick: isQuick })),
  );
}

/** @throws PktpathError (failed) for an experiment that this version does not have; a record may name any */
export async function loadExperiment(name: string): Promise<Experiment> {
  const load = Object.hasOwn(experiments, name) ? experiments[name] : undefined;
  if (load === undefined) {
    throw failure(`this version has no experiment ${unknownWord(name, Object.keys(experiments))}`);
  }
  return load();
}

export async function allExperiments(): Promise<Experiment[]> {
  return Promise.all(Object.values(experiments).map((load) => load()));
}
