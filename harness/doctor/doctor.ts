import { setTimeout as delay } from 'node:timers/promises';
import { collectEnvironment } from '../environment/environment.js';
import { readCpuTimes, stealPercent } from '../environment/cpu-times.js';
import { SystemFiles } from '../environment/system-files.js';
import { asError, describeError, PktpathError } from '../errors.js';
import type { Executor } from '../executor/executor.js';
import type { Environment } from '../../reports/record.js';
import { packageOf } from '../testbed/command.js';
import type { Program } from '../testbed/command.js';
import { checkCapabilities, parseEffectiveCapabilities } from './capabilities.js';
import type { Check, Diagnosis, ObjectFacts, PlanOutcome } from './diagnosis.js';
import { checkLab } from './lab-checks.js';
import { collectLabFacts } from './lab-facts.js';
import type { LabFacts } from './lab-facts.js';
import { checkMachine } from './machine-checks.js';
import { bestObject, checkTiers, stageObjects, tierObject, tryObjects } from './probe-tiers.js';
import { checkPlans, planPaths } from './stage-plans.js';
import { checkTestbeds, tryTestbeds } from './try-testbed.js';
import type { TestbedTrial } from './try-testbed.js';

/** Ticks are 10 ms at most machines; below this the steal is a guess. */
const shortestStealSampleMs = 500;

/** Everything that a diagnosis is judged from; plain values, so that any machine's can be judged anywhere. */
export interface MachineFacts {
  root: boolean;
  /** Text of /proc/self/status. */
  status: string;
  /** Whether /sys/kernel/btf/vmlinux is there. */
  btf: boolean;
  environment: Environment;
  stealPercent: number | null;
  /** Null when the executor works; its complaint when it does not. */
  executorError: string | null;
  objects: ObjectFacts[];
  /** A string says why none was tried. */
  testbeds: TestbedTrial[] | string;
  lab: LabFacts;
}

/**
 * Finds out what this machine can do, by trying: programs are loaded and attached, a testbed is brought up and taken
 * down again. Not as root it says what it could not try.
 *
 * @param executor the native part, or the error with which it did not start
 */
export async function diagnose(executor: Executor | Error): Promise<Diagnosis> {
  return judge(await collectFacts(executor));
}

async function collectFacts(executor: Executor | Error): Promise<MachineFacts> {
  const files = new SystemFiles();
  const before = await readCpuTimes(files);
  const enough = delay(shortestStealSampleMs);
  const root = process.geteuid?.() === 0;
  const native = executor instanceof Error ? executor : await tryVersions(executor);
  const environment = await collectEnvironment(native instanceof Error ? {} : native.versions, files);
  const works = !(native instanceof Error) && !(executor instanceof Error);
  const facts = {
    root,
    status: (await files.text('proc/self/status')) ?? '',
    btf: (await files.list('sys/kernel/btf')).includes('vmlinux'),
    environment,
    executorError: native instanceof Error ? withHint(native) : null,
    objects: works && root ? await tryObjects(executor, [...stageObjects, tierObject]) : [],
    testbeds: works ? await testbeds(executor, root, environment) : 'the native part does not work',
    lab: await collectLabFacts(),
  };
  await enough;
  return { ...facts, stealPercent: stealPercent(before, await readCpuTimes(files)) };
}

async function tryVersions(executor: Executor): Promise<{ versions: Record<string, string> } | Error> {
  try {
    return { versions: await executor.versions() };
  } catch (error) {
    return asError(error);
  }
}

function withHint(error: Error): string {
  const hint = error instanceof PktpathError && error.hint !== undefined ? ` (${error.hint})` : '';
  return `${describeError(error)}${hint}`;
}

async function testbeds(executor: Executor, root: boolean, environment: Environment): Promise<TestbedTrial[] | string> {
  const [first, second] = environment.allowedCpus;
  if (!root) return 'needs root';
  if (first === undefined || second === undefined) return 'needs two CPUs';
  return tryTestbeds(executor, [first, second]);
}

/**
 * Judges a machine's facts.
 *
 * @param planOf resolves the stage plans of an object's working programs
 */
export function judge(facts: MachineFacts, planOf: (object: ObjectFacts) => PlanOutcome[] = planPaths): Diagnosis {
  const best = bestObject(facts.objects.filter((object) => object.object !== tierObject));
  const stagePlans = best === null ? [] : planOf(best);
  const checks = [
    checkRoot(facts.root),
    checkCapabilities(parseEffectiveCapabilities(facts.status)),
    ...checkPrograms(facts),
    checkBtf(facts.btf, best !== null),
    ...checkProbes(facts),
    ...checkPlans(stagePlans),
    ...checkTestbeds(facts.testbeds),
    ...checkLab(facts.lab),
    ...checkMachine(facts.environment, facts.stealPercent),
  ];
  const failed = checks.filter((check) => check.status === 'fail');
  return {
    canRunTable1: failed.length === 0,
    reasons: failed.map((check) => `${check.name}: ${check.found}`),
    checks,
    stagePlans,
  };
}

function checkRoot(root: boolean): Check {
  const check = { group: 'rights', name: 'root' } as const;
  if (root) return { ...check, status: 'ok', found: 'yes', fix: null };
  return { ...check, status: 'fail', found: 'no', fix: 'run it as root, e.g. sudo npx pktpath doctor' };
}

function checkPrograms(facts: MachineFacts): Check[] {
  const tools = Object.entries(packageOf).map(([program, debian]): Check => {
    const version = facts.environment.software[program as Program];
    const check = { group: 'programs', name: program } as const;
    if (version !== undefined) return { ...check, status: 'ok', found: version, fix: null };
    return { ...check, status: 'fail', found: 'not installed', fix: `apt-get install ${debian}` };
  });
  const { libbpf, libpcap } = facts.environment.software;
  const native: Check =
    facts.executorError === null
      ? check('ok', `libbpf ${libbpf ?? 'unknown'}, libpcap ${libpcap ?? 'unknown'}`, null)
      : check('fail', facts.executorError, 'build it: npm run setup');
  return [...tools, native];

  function check(status: Check['status'], found: string, fix: string | null): Check {
    return { group: 'programs', name: 'native part', status, found, fix };
  }
}

function checkBtf(btf: boolean, probesWork: boolean): Check {
  const check = { group: 'kernel', name: 'BTF' } as const;
  if (btf) return { ...check, status: 'ok', found: '/sys/kernel/btf/vmlinux', fix: null };
  const fix = 'use a kernel with CONFIG_DEBUG_INFO_BTF=y';
  return { ...check, status: probesWork ? 'warn' : 'fail', found: 'no /sys/kernel/btf/vmlinux', fix };
}

function checkProbes(facts: MachineFacts): Check[] {
  if (facts.objects.length > 0) return checkTiers(facts.objects);
  const why = facts.root ? 'the native part does not work' : 'needs root';
  return [{ group: 'kernel', name: 'probe tiers', status: 'warn', found: `not tried: ${why}`, fix: null }];
}
