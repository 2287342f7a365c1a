import { printable } from '../environment/system-files.js';
import { checkGroups } from './diagnosis.js';
import type { Check, CheckGroup, Diagnosis, PlanOutcome } from './diagnosis.js';

const titles: Record<CheckGroup, string> = {
  rights: 'Rights',
  programs: 'Programs',
  kernel: 'Kernel',
  testbed: 'Testbed',
  lab: 'Lab (other kernels, --kernel)',
  machine: 'Machine',
};

/** The diagnosis as text for a terminal, ending in a newline: every check with its fix, every stage plan, the verdict. */
export function renderDiagnosis(diagnosis: Diagnosis): string {
  const width = Math.max(...diagnosis.checks.map((check) => check.name.length));
  const groups = checkGroups.flatMap((group) => {
    const checks = diagnosis.checks.filter((check) => check.group === group);
    return checks.length === 0 ? [] : [titles[group], ...checks.flatMap((check) => checkLines(check, width)), ''];
  });
  return `${[...groups, ...diagnosis.stagePlans.flatMap(planLines), ...verdictLines(diagnosis)].join('\n')}\n`;
}

function checkLines(check: Check, width: number): string[] {
  const line = `  ${check.status.padEnd(4)}  ${check.name.padEnd(width)}  ${printable(check.found)}`;
  const indent = ' '.repeat(width + 10);
  return check.status === 'ok' || check.fix === null ? [line] : [line, `${indent}fix: ${check.fix}`];
}

function planLines(outcome: PlanOutcome): string[] {
  if (outcome.plan === null) return [];
  const { boundaries } = outcome.plan;
  const width = Math.max(0, ...boundaries.map((boundary) => boundary.boundary.length));
  const lines = boundaries.flatMap((boundary) => {
    const hook =
      boundary.tier === null
        ? `no hook: ${boundary.reason ?? 'no reason given'}`
        : `${boundary.tier} ${boundary.targets.join(', ')}`;
    const indent = ' '.repeat(width + 4);
    return [
      `  ${boundary.boundary.padEnd(width)}  ${printable(hook)}`,
      ...boundary.rejected.map((candidate) => `${indent}not ${printable(`${candidate.target}: ${candidate.reason}`)}`),
    ];
  });
  return [`Stage plan of ${outcome.path}`, ...lines, ''];
}

function verdictLines(diagnosis: Diagnosis): string[] {
  if (diagnosis.canRunTable1) return ['Table 1 can run here.'];
  return ['Table 1 cannot run here:', ...diagnosis.reasons.map((reason) => `  ${printable(reason)}`)];
}
