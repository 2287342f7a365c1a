import type { PathName } from '../executor/contract.js';
import { paths } from '../paths/paths.js';
import type { BoundaryPlan } from '../../reports/record.js';
import type { BoundaryDefinition } from './boundaries.js';

/** What a boundary without a hook would have split off, in words. */
const mergedNames: Readonly<Record<string, string | null>> = {
  'packet-tap:enter': 'packet-tap',
  'program:enter': 'the program',
  'udp:enter': 'UDP',
  'copy:ring': 'copy to the ring',
  'driver-irq': 'the driver’s handler',
  'other-rx': 'the sender’s packets',
  'net-rx:exit': 'the driver’s refill',
  'ip:enter': 'IP',
  // part of what its parent means
  'recvmsg:enter': null,
  'ip-tcp:enter': 'TCP',
  'gro:enter': 'GRO',
  'wake-up:enter': 'waking the reader',
  transmit: 'acknowledgements',
  'copy:enter': 'copy',
  'copy:exit': 'return',
};

/**
 * The name to print for each stage that others are merged into: "net-rx (with packet-tap)". What a tier cannot
 * separate is named with its parent, never guessed.
 */
export function stageLabels(
  path: PathName,
  planned: readonly { definition: BoundaryDefinition; plan: BoundaryPlan }[],
): Record<string, string> {
  const merged = new Map<string, string[]>();
  const merge = (stage: string, what: string): void => {
    merged.set(stage, [...(merged.get(stage) ?? []), what]);
  };
  for (const { definition, plan } of planned) {
    if (plan.tier !== null || definition.mergedInto === undefined) continue;
    const name = mergedNames[definition.boundary];
    if (name !== null) merge(definition.mergedInto, name ?? definition.boundary);
  }
  if (paths[path].attaches === 'socket' && path !== 'tcp') merge('net-rx', 'IP');
  // napi:napi_poll fires when a poll ends; what happens before the driver's own poll function is part of the next one
  if (planned.some(({ plan }) => plan.boundary === 'driver-rx:enter' && plan.tier === 'tracepoint')) {
    merge('driver-rx', 'NAPI dispatch');
  }
  return Object.fromEntries([...merged].map(([stage, names]) => [stage, `${stage} (with ${names.join(', ')})`]));
}
