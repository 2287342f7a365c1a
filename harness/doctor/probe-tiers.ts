import { basename, join } from 'node:path';
import { describeError } from '../errors.js';
import type { ProgramFact } from '../executor/contract.js';
import type { Executor } from '../executor/executor.js';
import { driverTargets, noDrivers } from '../plan/targets.js';
import type { Drivers } from '../plan/targets.js';
import { projectRoot } from '../root.js';
import type { Check, CheckStatus, ObjectFacts } from './diagnosis.js';

const built = (name: string): string => join(projectRoot, 'kernel-probes', 'build', name);

/** What stage plans may be made of, best first: typed tracepoint arguments, then raw ones. */
export const stageObjects = [built('stages.tp_btf.bpf.o'), built('stages.raw_tp.bpf.o')];

/** One empty program for each way to attach. */
export const tierObject = built('tiers.bpf.o');

/** Programs by the section that they are in, which says how they attach (libbpf's program types). */
const tiers = [
  { name: 'tier function (fentry)', sections: ['fentry', 'fexit'] },
  { name: 'tier kprobe', sections: ['kprobe', 'kretprobe'] },
  { name: 'tier tracepoint (tp_btf)', sections: ['tp_btf'] },
  { name: 'tier tracepoint (raw_tp)', sections: ['raw_tp', 'raw_tracepoint'] },
];

/**
 * Tries to load and attach every program of each object.
 * @param drivers whose functions some programs are on
 */
export async function tryObjects(
  executor: Executor,
  objects: readonly string[],
  drivers: Drivers = noDrivers,
): Promise<ObjectFacts[]> {
  const found: ObjectFacts[] = [];
  for (const object of objects) {
    try {
      found.push({ object, facts: await executor.detectPrograms(object, [], driverTargets(drivers)), error: null });
    } catch (error) {
      found.push({ object, facts: [], error: describeError(error) });
    }
  }
  return found;
}

/** The object of which most programs work, the first of equals; null when none works. */
export function bestObject(objects: readonly ObjectFacts[]): ObjectFacts | null {
  const working = (object: ObjectFacts): number => object.facts.filter((fact) => fact.ok).length;
  return objects.reduce<ObjectFacts | null>(
    (best, object) => (working(object) > (best === null ? 0 : working(best)) ? object : best),
    null,
  );
}

/**
 * A line for each tier that a program was tried of, and one for each object that could not be tried. A tier that does
 * not work is a failure only when no tier does.
 */
export function checkTiers(objects: readonly ObjectFacts[]): Check[] {
  const facts = objects.flatMap((object) => object.facts);
  const lack: CheckStatus = facts.some((fact) => fact.ok) ? 'warn' : 'fail';
  const untried = objects
    .filter((object) => object.error !== null)
    .map((object): Check => ({
      group: 'kernel',
      name: basename(object.object),
      status: lack,
      found: `could not be tried: ${object.error ?? ''}`,
      fix: 'build it: npm run setup',
    }));
  const tried = tiers.flatMap(({ name, sections }): Check[] => {
    const ofTier = facts.filter((fact) => sections.includes(sectionOf(fact)));
    return ofTier.length === 0 ? [] : [checkTier(name, ofTier, lack)];
  });
  return [...tried, ...untried];
}

function sectionOf(fact: ProgramFact): string {
  return fact.target.replace(/^\?/, '').split('/')[0] ?? '';
}

function checkTier(name: string, facts: ProgramFact[], lack: CheckStatus): Check {
  const check = { group: 'kernel', name } as const;
  const refused = facts.filter((fact) => !fact.ok);
  if (refused.length === 0) {
    return { ...check, status: 'ok', found: `all ${String(facts.length)} programs load and attach`, fix: null };
  }
  const reasons = [...new Set(refused.map((fact) => fact.error ?? 'no reason given'))];
  const names = refused.map((fact) => fact.target).join(', ');
  if (refused.length < facts.length) {
    const count = `${String(refused.length)} of ${String(facts.length)}`;
    return { ...check, status: 'warn', found: `${count} refused: ${names} (${reasons.join('; ')})`, fix: null };
  }
  const found = `refused: ${reasons.join('; ')}`;
  return { ...check, status: lack, found, fix: fixFor(reasons.join(' ')) };
}

function fixFor(reason: string): string {
  if (/\b(?:EPERM|EACCES)\b/.test(reason)) {
    return 'run it as root with all capabilities; if it is, this kernel forbids it (lockdown, or how it was built)';
  }
  if (/\bBTF\b/i.test(reason)) return 'use a kernel with CONFIG_DEBUG_INFO_BTF=y';
  return 'use a kernel with CONFIG_BPF_SYSCALL=y, CONFIG_BPF_EVENTS=y and CONFIG_DEBUG_INFO_BTF=y';
}
