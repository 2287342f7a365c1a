import { acceleratorOf, unitOf } from '../matrix/columns.js';
import type { RunRecord } from '../record.js';
import { printable } from '../text.js';
import { partnerRow } from './arms.js';
import type { ArmsOfPair } from './arms.js';
import { cannotCompare } from './read-runs.js';
import type { Run } from './read-runs.js';

/** Options that say in which order and not what is measured. */
const ofNoConsequence: ReadonlySet<string> = new Set(['seed']);

/** Differences named in one message. */
const mostNamed = 5;

/**
 * Sees to it that two records measured the same thing on the same machine, so that a difference is that of the kernels.
 * Kernels, boot arguments, and versions of tools may differ: that is what is compared.
 * @param arms of two that took turns; they may differ in what their words name
 * @throws PktpathError (cannot compare) that names what differs
 */
export function checkComparable(
  { record: base, source: from }: Run,
  { record: head, source: to }: Run,
  arms: ArmsOfPair | null = null,
): void {
  for (const [side, { record, source }] of Object.entries({
    BASE: { record: base, source: from },
    HEAD: { record: head, source: to },
  })) {
    checkWhole(side, record, source);
  }
  if (base.run.id === head.run.id && base.run.startedAt === head.run.startedAt) {
    throw cannotCompare(`BASE and HEAD are the same run, ${printable(base.run.id)}`, 'name the runs of two kernels');
  }
  // the later follow from the earlier: another experiment has other options, and other options other cells
  const differing = [traits, optionsOf, cellsOf, metricsOf]
    .map((of) => of(base, head, arms))
    .find(({ length }) => length > 0);
  if (differing === undefined) return;
  const more = differing.length > mostNamed ? `; and ${String(differing.length - mostNamed)} more` : '';
  throw cannotCompare(
    `${printable(from)} and ${printable(to)} differ in more than the kernel: ${differing.slice(0, mostNamed).join('; ')}${more}`,
    'measure both with the same options on the same machine',
  );
}

function checkWhole(side: string, { run, summary }: RunRecord, source: string): void {
  const about = `${side} (${printable(source)})`;
  if (run.status === 'partial') throw cannotCompare(`${about} is of a run that was not finished`, 'measure it again');
  if (!summary.some(({ status }) => status === 'measured')) {
    throw cannotCompare(`${about} has no measured cell`, 'the record says why: pktpath report');
  }
  const keys = summary.map(({ cell }) => cell);
  const twice = keys.find((key, index) => keys.indexOf(key) !== index);
  if (twice !== undefined) throw cannotCompare(`${about} is a broken record: it has cell ${printable(twice)} twice`);
}

function difference(what: string, base: string, head: string): string[] {
  return base === head ? [] : [`${what}: ${printable(base, 80)} and ${printable(head, 80)}`];
}

/** Traits that words of an arm set. */
const traitKeys: Record<string, string> = { 'CPU model': 'cpu-model', '-cpu': 'cpu-model', isolation: 'isolation' };

function traits(base: RunRecord, head: RunRecord, arms: ArmsOfPair | null): string[] {
  const meant = (what: string): boolean => arms?.keys.has(traitKeys[what] ?? '') === true;
  const of = (what: string, pick: (record: RunRecord) => string): string[] =>
    meant(what) ? [] : difference(what, pick(base), pick(head));
  return [
    ...of('experiment', ({ experiment }) => experiment.name),
    ...of('unit', unitOf),
    ...of('machine', ({ machine }) => (machine.kind === 'host' ? 'this machine' : 'a guest')),
    ...of('accelerator', acceleratorOf),
    ...of('CPU model', ({ environment }) => environment.cpuModel),
    ...of('-cpu', ({ machine }) => (machine.kind === 'host' ? 'none' : machine.cpuModel)),
    ...of('CPU of the host', hostCpu),
    ...of('testbed', ({ testbed }) => testbed?.kind ?? 'none'),
    ...of('isolation', ({ testbed }) => testbed?.isolation ?? 'none'),
    ...of('card', ({ testbed }) => testbed?.card ?? 'none'),
    ...of('MTU', ({ testbed }) => String(testbed?.mtu ?? 'none')),
    ...of('length', ({ experiment }) => (experiment.quick ? 'quick' : 'full')),
  ];
}

/** Instructions are the same on every host; time is not. */
function hostCpu({ machine }: RunRecord): string {
  return machine.kind === 'guest' && machine.accelerator === 'kvm' ? machine.host.cpuModel : 'none';
}

function optionsOf(
  { experiment: base }: RunRecord,
  { experiment: head }: RunRecord,
  arms: ArmsOfPair | null,
): string[] {
  const names = new Set([...Object.keys(base.options), ...Object.keys(head.options)]);
  const text = (options: typeof base.options, name: string): string =>
    Object.hasOwn(options, name) ? JSON.stringify(options[name]) : 'not given';
  return [...names]
    .filter((name) => !ofNoConsequence.has(name) && arms?.keys.has(name) !== true)
    .flatMap((name) => difference(`option ${printable(name, 80)}`, text(base.options, name), text(head.options, name)));
}

function cellsOf(base: RunRecord, head: RunRecord, arms: ArmsOfPair | null): string[] {
  const missing = (side: string, from: RunRecord, other: RunRecord): string[] =>
    from.summary
      .filter((row) => partnerRow(row, other, arms) === undefined)
      .map(({ cell }) => `only ${side} has cell ${printable(cell, 160)}`);
  return [...missing('BASE', base, head), ...missing('HEAD', head, base)];
}

/** The same name for another figure, as a version of pktpath may have it that is not ours. */
function metricsOf(base: RunRecord, head: RunRecord): string[] {
  return base.metrics.flatMap((metric) => {
    const other = head.metrics.find(({ name }) => name === metric.name);
    const text = ({ unit, better, kind }: typeof metric): string => `${unit} ${better ?? 'neither'} ${kind}`;
    return other === undefined ? [] : difference(`metric ${printable(metric.name, 80)}`, text(metric), text(other));
  });
}
