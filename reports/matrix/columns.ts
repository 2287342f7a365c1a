import { cannotCompare } from '../../harness/errors.js';
import type { RunRecord } from '../record.js';

/** One record in a matrix. */
export interface MatrixColumn {
  record: RunRecord;
  /** The kernel, and whatever else of the machine differs between the columns. */
  title: string;
  /** Everything that its kernel and machine were. */
  description: string;
}

/**
 * Headings that tell the columns apart.
 * @throws PktpathError (cannot compare) for records that do not measure the same thing in the same unit
 */
export function matrixColumns(records: readonly RunRecord[]): MatrixColumn[] {
  const [first] = records;
  if (first === undefined) return [];
  for (const record of records) checkComparable(first, record);
  const all = records.map(machineOf);
  const differing = all.flatMap((own) => own.filter(({ inHeading }) => inHeading).map(({ name }) => name));
  const named = new Set(differing.filter((name) => new Set(all.map((own) => wordOf(own, name))).size > 1));
  return records.map((record, index) => {
    const own = all[index] ?? [];
    const release = record.environment.kernelRelease;
    const words = own.filter(({ name }) => named.has(name)).map(({ word }) => word);
    return {
      record,
      title: [release, ...words].join(' '),
      description: [`Linux ${release}`, ...own.map(({ word }) => word)].join(', '),
    };
  });
}

/** What differs between the runs besides their machines: the same option with other values. */
export function differingOptions(records: readonly RunRecord[]): string[] {
  const names = new Set(records.flatMap(({ experiment }) => Object.keys(experiment.options)));
  return [...names].flatMap((name) => {
    const values = records.map(({ experiment }) => String(experiment.options[name] ?? 'not given'));
    return new Set(values).size === 1 ? [] : [`${name}: ${values.join('; ')}`];
  });
}

interface Trait {
  name: string;
  word: string;
  /** Short enough to stand above a column where it differs. */
  inHeading: boolean;
}

function wordOf(traits: readonly Trait[], name: string): string | undefined {
  return traits.find((trait) => trait.name === name)?.word;
}

function machineOf({ machine, environment, tool }: RunRecord): Trait[] {
  const trait = (name: string, word: string, inHeading = false): Trait => ({ name, word, inHeading });
  const own = trait('tool', `pktpath ${tool.version}${tool.commit === null ? '' : ` ${tool.commit.slice(0, 12)}`}`);
  if (machine.kind === 'host') return [trait('cpu', environment.cpuModel, true), own];
  const { kernel, bootArguments, cpuModel, card, qemuVersion, memoryMiB, boots } = machine;
  const version = kernel.packageVersion === null ? 'no package' : `${kernel.package ?? ''} ${kernel.packageVersion}`;
  return [
    trait('package', version.trim(), true),
    trait('boot', bootArguments === '' ? 'no boot arguments' : bootArguments, true),
    trait('cpu', `-cpu ${cpuModel}`, true),
    trait('card', card, true),
    trait('digest', `vmlinux sha256 ${kernel.digest.replace(/^sha256:/, '').slice(0, 12)}`),
    trait('qemu', `QEMU ${qemuVersion}`),
    trait('memory', `${String(memoryMiB)} MiB`),
    trait('boots', `${String(boots)} boots`),
    own,
  ];
}

function checkComparable(first: RunRecord, other: RunRecord): void {
  const kinds = [
    ['experiment', first.experiment.name, other.experiment.name],
    ['unit', unitOf(first), unitOf(other)],
    ['accelerator', acceleratorOf(first), acceleratorOf(other)],
  ] as const;
  for (const [what, one, another] of kinds) {
    if (one === another) continue;
    throw cannotCompare(
      `records of different ${what} cannot stand in one table: ${one} and ${another}`,
      'give --exact to all, or leave host out',
    );
  }
}

/** What the figures of a record count. */
export function unitOf({ experiment }: Pick<RunRecord, 'experiment'>): 'instructions' | 'ns' {
  return experiment.exact ? 'instructions' : 'ns';
}

/** What ran the guest's instructions; `none` without a guest. */
export function acceleratorOf({ machine }: RunRecord): string {
  return machine.kind === 'host' ? 'none' : machine.accelerator;
}
