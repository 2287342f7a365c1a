import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PathName, ProgramFact } from '../../harness/executor/contract.js';
import { resolveStagePlan } from '../../harness/plan/plan.js';
import type { PlanInput, ResolvedPlan } from '../../harness/plan/plan.js';
import { projectRoot } from '../../harness/root.js';
import type { Isolation } from '../../harness/testbed/testbed.js';

/** What one kernel answered when each program was tried. */
export interface KernelFacts {
  kernel: string;
  object: string;
  facts: ProgramFact[];
}

export const kernels = [
  'linux-6.18-x86_64',
  'linux-6.1-arm64',
  'linux-6.1-e100',
  'linux-5.15-uniprocessor',
  'no-tcp-probe',
  'no-napi-gro',
  'no-netif-receive-skb',
  'refused',
] as const;
export type Kernel = (typeof kernels)[number];

export function readFacts(kernel: Kernel): KernelFacts {
  const file = join(projectRoot, 'test/fixtures/facts', `${kernel}.json`);
  return JSON.parse(readFileSync(file, 'utf8')) as KernelFacts;
}

export const pathNames: readonly PathName[] = ['tcp', 'packet-recvfrom', 'libpcap'];

/** The stage plan of a path on a kernel of which only the facts are here. */
export function planOn(
  kernel: Kernel,
  path: PathName,
  isolation: Isolation,
  change: Partial<PlanInput> = {},
): ResolvedPlan {
  const { object, facts } = readFacts(kernel);
  return resolveStagePlan({ path, inDriver: false, isolation, object, facts, ...change });
}
