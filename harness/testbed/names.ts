import { usageError } from '../errors.js';

/** Where `ip netns` mounts namespaces. */
export const namespaceDirectory = '/run/netns';

/**
 * The same in every run. The NAPI threads are named after them, and kernels before 5.17 cut a thread's name at 15
 * characters: `napi/pktpath-rx` just fits.
 */
export const interfaceNames = { receiver: 'pktpath-rx', sender: 'pktpath-tx' } as const;

/**
 * Distinct on purpose, and not the first free ones: both ends would get the same index in their two namespaces, and
 * BPF tells devices apart by index alone.
 */
export const interfaceIndexes = { receiver: 1001, sender: 1002 } as const;

/** Locally administered, unicast: 02, then “pk”. */
export const macs = { receiver: '02:70:6b:00:00:01', sender: '02:70:6b:00:00:02' } as const;

/** 198.18.0.0/15 is set aside for benchmarks of network devices (RFC 2544, RFC 6890). */
export const addresses = { receiver: '198.18.0.1', sender: '198.18.0.2' } as const;
export const prefixLength = 24;

const runIdPattern = /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,62}[A-Za-z0-9])?$/;
const namespacePattern = /^pktpath-([A-Za-z0-9](?:[A-Za-z0-9-]{0,62}[A-Za-z0-9])?)-(?:rx|tx)$/;

/** @throws exit code 2 unless the id is 1 to 64 letters, digits and inner hyphens: it becomes part of file names */
export function checkRunId(runId: string): void {
  if (!runIdPattern.test(runId)) {
    throw usageError(`run id ${JSON.stringify(runId)} is not made of 1 to 64 letters, digits and inner hyphens`);
  }
}

/** Names of the run's two namespaces. */
export function namespaceNames(runId: string): { receiver: string; sender: string } {
  return { receiver: `pktpath-${runId}-rx`, sender: `pktpath-${runId}-tx` };
}

/** @returns the run that a namespace of this name belongs to; null when the name is not one of pktpath's */
export function runOfNamespace(name: string): string | null {
  return namespacePattern.exec(name)?.[1] ?? null;
}
