import type { GeneratorSpec, SendMethod } from '../../harness/executor/contract.js';
import { generatorObject } from '../../harness/generators/generator-spec.js';

/** Every method of our own. */
export const methods = [
  'sendto',
  'sendmmsg',
  'tx-ring',
  'af-xdp',
  'live-redirect',
  'live-pass',
] as const satisfies SendMethod[];
export type Method = (typeof methods)[number];

export const specOf = (method: Method, change: Partial<GeneratorSpec>): Partial<GeneratorSpec> => ({
  method,
  object: method.startsWith('live-') ? generatorObject : null,
  ...change,
});

export const sumOf = (counts: Iterable<number>): number => [...counts].reduce((sum, count) => sum + count, 0);
