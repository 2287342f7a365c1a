import { notPossible, usageError } from '../errors.js';
import { pathParameters } from '../paths/path-parameters.js';
import { maxSeed } from '../statistics/random.js';
import { isolations } from '../testbed/testbed.js';
import type { VethIsolation } from '../testbed/testbed.js';
import { choice, integerOrAuto } from './parameter.js';

/** The native part pins with sets of fixed size (CPU_SETSIZE). */
export const largestCpu = 1023;

/** The parameters that every experiment on the veth testbed has. */
export const commonParameters = {
  isolation: choice<VethIsolation>(isolations, {
    help: 'where the receiver’s kernel work runs',
    default: 'napi-thread',
  }),
  receiverCpu: integerOrAuto(
    { min: 0, max: largestCpu },
    { help: 'CPU of the receiver and its kernel work; auto: the last allowed one', default: null },
  ),
  senderCpu: integerOrAuto(
    { min: 0, max: largestCpu },
    { help: 'CPU of the sender; auto: the first allowed one', default: null },
  ),
  workNs: pathParameters.workNs,
  seed: integerOrAuto(
    { min: 0, max: maxSeed },
    { help: 'seed of the order of trials; auto: drawn for each run', default: null },
  ),
};

export interface CpuChoice {
  receiverCpu: number;
  senderCpu: number;
}

/**
 * Gives `auto` its CPUs. Sharing one CPU is possible, but only when asked for: it is never an accident.
 * @throws PktpathError (usage) for a CPU that this process may not use; (not possible) when there is only one
 */
export function chooseCpus(
  asked: { receiverCpu: number | null; senderCpu: number | null },
  allowed: readonly number[],
): CpuChoice {
  const list = allowed.join(', ');
  for (const [key, cpu] of Object.entries(asked)) {
    if (cpu !== null && !allowed.includes(cpu)) {
      throw usageError(`--set ${key}=${String(cpu)}: this process may run on these CPUs only: ${list}`);
    }
  }
  const { receiverCpu, senderCpu } = asked;
  if (receiverCpu !== null && senderCpu !== null) return { receiverCpu, senderCpu };
  const receiver = receiverCpu ?? allowed.findLast((cpu) => cpu !== senderCpu);
  const sender = senderCpu ?? allowed.find((cpu) => cpu !== receiver);
  if (receiver === undefined || sender === undefined) {
    throw notPossible(
      `sender and receiver need a CPU each, and this process may run on one only (${list})`,
      'give it more CPUs (taskset, cpuset), or let them share one on purpose: ' +
        `--set receiverCpu=${list} --set senderCpu=${list}`,
    );
  }
  return { receiverCpu: receiver, senderCpu: sender };
}
