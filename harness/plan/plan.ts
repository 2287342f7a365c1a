import { notPossible } from '../errors.js';
import type { PathName, ProbeSpec, ProgramFact } from '../executor/contract.js';
import type { Isolation } from '../testbed/testbed.js';
import type { BoundaryPlan, StagePlan } from '../../reports/record.js';
import { paths } from '../paths/paths.js';
import { boundaries } from './boundaries.js';
import type { BoundaryDefinition, Candidate } from './boundaries.js';
import { stageLabels } from './labels.js';

export interface PlanInput {
  path: PathName;
  isolation: Isolation;
  /** Native XDP takes the packets: see takenInDriver. */
  inDriver: boolean;
  /** Native XDP runs the program: see runsInDriver. */
  runsInDriver?: boolean;
  /** BPF object whose programs `facts` are about. */
  object: string;
  facts: ProgramFact[];
  /** Take the syscall boundaries from tracepoints even where the reader could mark them: to hold one against the other. */
  withoutMarks?: boolean;
}

export interface ResolvedPlan {
  plan: StagePlan;
  probes: ProbeSpec;
  /** Label to print for a stage on this path and kernel, with what is merged into it. */
  labels: Record<string, string>;
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
    .map((definition) => ({ definition, plan: planBoundary(definition, facts, marks) }));

  const lacking = planned.find(({ definition, plan }) => definition.required === true && plan.tier === null);
  if (lacking !== undefined) {
    const { boundary, reason } = lacking.plan;
    throw notPossible(
      `no hook realises the boundary ${boundary} of path ${input.path}: ${reason ?? 'no candidate'}`,
      'use a kernel whose tracepoints BPF programs may attach to; see: pktpath doctor',
    );
  }
  const plans = planned.map(({ plan }) => plan);
  return {
    plan: { path: input.path, object: input.object, boundaries: plans },
    probes: {
      object: input.object,
      programs: [...new Set(plans.flatMap(({ programs }) => programs))],
      marks: plans.some(({ tier }) => tier === 'user-mark'),
      pollStage: input.isolation === 'napi-thread' ? 'driver-rx' : 'net-rx',
    },
    labels: stageLabels(input.path, planned),
  };
}

function planBoundary(
  definition: BoundaryDefinition,
  facts: ReadonlyMap<string, ProgramFact>,
  marks: boolean,
): BoundaryPlan {
  const { boundary, stage } = definition;
  const rejected: BoundaryPlan['rejected'] = [];
  for (const candidate of definition.candidates) {
    const reason = whyNot(candidate, facts, marks);
    if (reason === null) {
      const { tier, targets, programs } = candidate;
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
