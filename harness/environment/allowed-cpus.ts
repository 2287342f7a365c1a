import { notPossible } from '../errors.js';
import { parseAllowedCpus } from './environment.js';
import { SystemFiles } from './system-files.js';

/** The CPUs that this process may run on. @throws PktpathError (not possible) when the kernel does not say */
export async function allowedCpus(): Promise<number[]> {
  const allowed = parseAllowedCpus((await new SystemFiles().text('proc/self/status')) ?? '');
  if (allowed.length === 0) throw notPossible('/proc/self/status does not say which CPUs may be used');
  return allowed;
}
