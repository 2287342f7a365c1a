import { notPossible } from '../errors.js';
import type { PathName, ProbeSpec, ProgramFact } from '../executor/contract.js';
import { hasNapi } from '../testbed/testbed.js';
import type { Isolation } from '../testbed/testbed.js';
import type { BoundaryPlan, StagePlan } from '../../reports/record.js';
import { paths } from '../paths/paths.js';
import { boundaries } from './boundaries.js';
import type { BoundaryDefinition } from './boundaries.js';
import type { Candidate } from './candidates.js';
import { stageLabels } from './labels.js';
import type { Drivers } from './targets.js';

export interface PlanInput {
  path: PathName;
  isolation: Isolation;
  /** Native XDP takes the packets: see takenInDriver. */
  inDriver: boolean;
  /** Native XDP runs the program: see runsInDriver. */
  runsInDriver?: boolean;
  /** Where nobody says: none. */
  drivers?: Drivers;
  /** BPF object whose programs `facts` are about. */
  object: string;
  facts: ProgramFact[];
  /** Take the syscall boundaries from tracepoints even where the reader could mark them: to hold one against the other. */
  withoutMarks?: boolean;
  /** Pass over these tiers even where they work: to hold one against another. */
  without?: readonly Candidate['tier'][];
  /** The programs account for their own time. */
  exact?: boolean;
}

export interface ResolvedPlan {
  plan: StagePlan;
  probes: ProbeSpec;
  /** Label to print for a stage on this path and kernel, with what is merged into it. */
  labels: Record<string, string>;
  /** Programs that hit boundaries of the plan a second time, of those that this kernel takes. */
  again: string[];
}

/**
 * The stage plan of one path on one kernel: for each boundary the first candidate whose programs all loaded and
 * attached, or the reason why it has none.
 * @throws PktpathError (not possible) when a boundary without which nothing can be accounted for has no hook
 */
export function resolveStagePlan(input: PlanInput): ResolvedPlan {
  const facts = new Map(input.facts.map((fact) => [fact.program, fact]));
  const marks = paths[input.path].marked && input.withoutMarks !== true;
  const planned = boundaries
    .filter((definition) => definition.applies(input))
    .map((definition) => ({ definition, plan: planBoundary(definition, facts, marks, input.without ?? []) }));

  const lacking = planned.find(({ definition, plan }) => definition.required === true && plan.tier === null);
  if (lacking !== undefined) {
    const { boundary, reason } = lacking.plan;
    throw notPossible(
      `no hook realises the boundary ${boundary} of path ${input.path}: ${reason ?? 'no candidate'}`,
      'use a kernel whose tracepoints BPF programs may attach to; see: pktpath doctor',
    );
  }
  const plans = planned.map(({ plan }) => plan);
  const programs = [...new Set(plans.flatMap((plan) => plan.programs))];
  return {
    plan: { path: input.path, object: input.object, boundaries: plans },
    probes: {
      object: input.object,
      programs,
      targets: Object.fromEntries(programs.flatMap((program) => targetOf(facts.get(program)))),
      marks: plans.some(({ tier }) => tier === 'user-mark'),
      ...stagesBetween(input, plans),
      exact: input.exact ?? false,
    },
    labels: stageLabels(input.path, planned),
    again: programs.map((program) => `${program}_again`).filter((twin) => facts.get(twin)?.ok === true),
  };
}

const onFunctions: ReadonlySet<BoundaryPlan['tier']> = new Set(['function', 'kprobe']);

/** What the programs return to, which depends on the boundaries that there are. */
function stagesBetween(
  { path, isolation }: PlanInput,
  plans: readonly BoundaryPlan[],
): Pick<ProbeSpec, 'pollStage' | 'wokenStage' | 'copiedStage'> {
  const realised = (boundary: string): boolean =>
    plans.some((plan) => plan.boundary === boundary && onFunctions.has(plan.tier));
  return {
    pollStage: realised('driver-rx:enter') ? 'net-rx-action' : hasNapi(isolation) ? 'driver-rx' : 'net-rx',
    wokenStage: path === 'tcp' ? 'ip-tcp' : realised('packet-tap:enter') ? 'packet-tap' : 'net-rx',
    copiedStage: realised('recvmsg:enter') ? 'recvmsg' : 'syscall-return',
  };
}

/** The function that a program was tried on, with whatever the compiler has put behind its name. */
function targetOf(fact: ProgramFact | undefined): [string, string][] {
  const [way = '', target] = fact?.target.split('/') ?? [];
  const onFunction = ['fentry', 'fexit', 'kprobe', 'kretprobe'].includes(way);
  return fact === undefined || target === undefined || !onFunction ? [] : [[fact.program, target]];
}

function planBoundary(
  definition: BoundaryDefinition,
  facts: ReadonlyMap<string, ProgramFact>,
  marks: boolean,
  without: readonly Candidate['tier'][],
): BoundaryPlan {
  const { boundary, stage } = definition;
  const rejected: BoundaryPlan['rejected'] = [];
  for (const candidate of definition.candidates) {
    const { tier, programs } = candidate;
    const reason = without.includes(tier) ? `tier ${tier} is left out` : whyNot(candidate, facts, marks);
    if (reason === null) {
      const functions = programs.flatMap((program) => targetOf(facts.get(program)).map(([, target]) => target));
      const targets = functions.length === 0 ? candidate.targets : new Set(functions);
      return { boundary, stage, tier, targets: [...targets], programs: [...programs], reason: null, rejected };
    }
    rejected.push({ target: candidate.targets.join(', '), reason });
  }
  const why = definition.withoutCandidates ?? rejected.map(({ target, reason }) => `${target}: ${reason}`).join('; ');
  const merged = definition.mergedInto === undefined ? '' : `; its time is part of ${definition.mergedInto}`;
  return { boundary, stage, tier: null, targets: [], programs: [], reason: `${why}${merged}`, rejected };
}

/** Why a candidate cannot be taken on this kernel; null when it can. */
function whyNot(candidate: Candidate, facts: ReadonlyMap<string, ProgramFact>, marks: boolean): string | null {
  if (candidate.tier === 'user-mark') return marks ? null : 'the reader’s calls are not its own to mark';
  for (const program of candidate.programs) {
    const fact = facts.get(program);
    if (fact === undefined) return `${program} was not tried`;
    if (!fact.ok) return fact.error ?? `${program} does not attach`;
  }
  return null;
}
