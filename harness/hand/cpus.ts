import { usageError } from '../errors.js';

/** @throws PktpathError (usage) for a CPU that this process may not use */
export function checkCpu(asked: number | undefined, allowed: readonly number[]): void {
  if (asked === undefined || allowed.includes(asked)) return;
  throw usageError(`--cpu ${asked}: this process may run on these CPUs only: ${allowed.join(', ')}`);
}
