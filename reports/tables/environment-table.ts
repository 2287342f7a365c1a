import type { Environment, RunRecord, Testbed } from '../record.js';
import { whole } from './format.js';
import type { Row, Table } from './table.js';

type Entry = [name: string, value: string];
type Scalar = string | number | boolean | null;

/** Where and how the run was made: what someone needs to judge the figures or to repeat them. */
export function environmentTable(record: RunRecord): Table {
  const entries = [
    ...runEntries(record),
    ...machineEntries(record.environment),
    ...(record.testbed === null ? [] : testbedEntries(record.testbed)),
    ...bagEntries('option', record.experiment.options),
  ];
  return {
    id: 'environment',
    title: 'Environment',
    columns: [
      { key: 'name', title: 'what', align: 'left', unit: null, format: whole },
      { key: 'value', title: 'value', align: 'left', unit: null, format: whole },
    ],
    rows: entries.map(([name, value]): Row => ({ kind: 'body', cells: { name, value } })),
    notes: [],
  };
}

function runEntries({ tool, run, experiment }: RunRecord): Entry[] {
  const commit = tool.commit === null ? '' : `, commit ${tool.commit}`;
  const quick = experiment.quick ? ', quick' : '';
  return [
    ['pktpath', `${tool.version}${commit}`],
    ['run', `${run.id}, ${run.startedAt} to ${run.finishedAt ?? 'unfinished'}, ${run.status}`],
    ...(run.resumed ?? []).map(({ at, firstTrial }): Entry => [
      'resumed',
      `${at}, from trial ${String(firstTrial)} on`,
    ]),
    ...(run.shards ?? []).map(({ index, id, startedAt, finishedAt, firstTrial }): Entry => [
      `shard ${String(index)}`,
      `${id}, ${startedAt} to ${finishedAt ?? 'unfinished'}, from trial ${String(firstTrial)} on`,
    ]),
    ...(experiment.shard === undefined ? [] : [shardEntry(experiment.shard)]),
    ['experiment', `${experiment.name}${quick}, ${String(experiment.rounds)} rounds, seed ${String(experiment.seed)}`],
  ];
}

function shardEntry({ index, of, cells }: NonNullable<RunRecord['experiment']['shard']>): Entry {
  const whole = `${String(index)} of ${String(of)}, of a whole of ${String(cells.length)} cells`;
  return ['shard', `${whole}; pktpath merge puts them together`];
}

function machineEntries(environment: Environment): Entry[] {
  const { load, stealPercent, hz } = environment;
  const unknown = (value: string | null): string => value ?? 'unknown';
  return [
    ['kernel', `${environment.kernelRelease} ${environment.kernelVersion}`],
    ['kernel config, SHA-256', unknown(environment.kernelConfigDigest)],
    ['kernel command line', environment.commandLine],
    ['HZ; preemption', `${hz === null ? 'unknown' : String(hz)}; ${unknown(environment.preemption)}`],
    [
      'processor',
      `${environment.cpuModel}, ${String(environment.cpus)} CPUs, allowed ${environment.allowedCpus.join(', ')}`,
    ],
    ['governor', unknown(environment.governor)],
    ['hypervisor', environment.hypervisor ?? 'none seen'],
    ['clock source', unknown(environment.clockSource)],
    ['memory', `${(environment.memoryBytes / 2 ** 30).toFixed(1)} GiB`],
    [
      'load, one minute',
      `${String(load.before)} before, ${load.after === null ? 'unknown' : String(load.after)} after`,
    ],
    ['steal', stealPercent === null ? 'unknown' : `${stealPercent.toFixed(2)} % of the machine’s CPU time`],
    ...bagEntries('mitigation', environment.mitigations),
    ...bagEntries('sysctl', environment.sysctls),
    ...bagEntries('software', environment.software),
  ];
}

function testbedEntries(testbed: Testbed): Entry[] {
  const { receiver, sender } = testbed.features;
  return [
    ['testbed', `${testbed.kind}, isolation ${testbed.isolation}, MTU ${String(testbed.mtu)}`],
    ['CPUs', `receiver ${String(testbed.receiverCpu)}, sender ${String(testbed.senderCpu)}`],
    ['receiver features changed', changes(receiver.before, receiver.after)],
    ['sender features changed', changes(sender.before, sender.after)],
    ...bagEntries('namespace sysctl', testbed.sysctls),
    ...bagEntries('address', testbed.addresses),
    ...bagEntries('priority', testbed.priorities),
  ];
}

function bagEntries(kind: string, bag: Record<string, Scalar | Scalar[]>): Entry[] {
  return Object.entries(bag).map(([key, value]) => [
    `${kind} ${key}`,
    Array.isArray(value) ? value.map(String).join(', ') : String(value),
  ]);
}

function changes(before: Record<string, Scalar>, after: Record<string, Scalar>): string {
  const changed = Object.entries(after).filter(([key, value]) => before[key] !== value);
  const named = changed.map(([key, value]) => `${key} ${String(before[key] ?? 'unknown')} → ${String(value)}`);
  return named.length === 0 ? 'none' : named.join(', ');
}
