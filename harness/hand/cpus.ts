import { parseAllowedCpus } from '../environment/environment.js';
import { SystemFiles } from '../environment/system-files.js';
import { notPossible, usageError } from '../errors.js';

/** The CPUs that this process may run on. @throws PktpathError (not possible) when the kernel does not say */
export async function allowedCpus(): Promise<number[]> {
  const allowed = parseAllowedCpus((await new SystemFiles().text('proc/self/status')) ?? '');
  if (allowed.length === 0) throw notPossible('/proc/self/status does not say which CPUs may be used');
  return allowed;
}

/** @throws PktpathError (usage) for a CPU that this process may not use */
export function checkCpu(asked: number | undefined, allowed: readonly number[]): void {
  if (asked === undefined || allowed.includes(asked)) return;
  throw usageError(`--cpu ${asked}: this process may run on these CPUs only: ${allowed.join(', ')}`);
}
