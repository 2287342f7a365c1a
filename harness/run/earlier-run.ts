import { isDeepStrictEqual } from 'node:util';
import { cannotCompare, failure } from '../errors.js';
import { StagePlan } from '../../reports/record.js';
import type { RunRecord } from '../../reports/record.js';
import { distinctPlans } from './stage-plans.js';
import type { CellPlans } from './stage-plans.js';

/** A run that goes on. */
export interface EarlierRun {
  record: RunRecord;
  /** Reads the record again, when no other run can be writing it any more. */
  reread: () => RunRecord;
}

/** @throws PktpathError (failed) when the run went on between the look at its record and the lock */
export function checkUnchanged({ record, reread }: EarlierRun): void {
  if (isDeepStrictEqual(reread(), record)) return;
  throw failure('the record has changed since it was read: its run went on meanwhile', 'look at it, and try again');
}

/** What a machine is, as far as figures can depend on it. */
type Machine = Pick<RunRecord, 'tool' | 'environment' | 'machine'>;

/** What differs from one run to the next on the same machine, or follows from the rest. */
const passing = ['load', 'stealPercent', 'memoryBytes', 'host.loadBefore', 'host.loadAfter', 'host.secondsPerRound'];

/** Figures of two machines are not mixed. @throws PktpathError (cannot compare) that names all that differs */
export function checkSameMachine(record: Machine, here: Machine): void {
  refuse(machineDifferences(record, here, { sides: inRecordAndHere }));
}

interface Wording {
  /** Behind the value of either side. */
  sides: readonly [string, string];
  /** What may differ besides. */
  passing?: readonly string[];
}

const inRecordAndHere = ['in the record', 'here'] as const;

/** What of two machines differs that figures can depend on, in words. */
export function machineDifferences(one: Machine, other: Machine, wording: Wording): string[] {
  return [
    ...differences('pktpath', one.tool, other.tool, wording),
    ...differences('', one.machine, other.machine, wording),
    ...differences('', one.environment, other.environment, wording),
  ];
}

/** What of two testbeds differs that figures can depend on, in words. */
export function testbedDifferences(one: RunRecord['testbed'], other: RunRecord['testbed'], wording: Wording): string[] {
  return settled.flatMap((key) => differences(`testbed ${key}`, one?.[key], other?.[key], wording));
}

/** Ids of threads and interrupts are new each time. */
const settled = ['kind', 'isolation', 'receiverCpu', 'senderCpu', 'mtu', 'card', 'features', 'sysctls'] as const;

/** @throws PktpathError (cannot compare) when the testbed or the probes are not those of the record */
export function checkSameSetting(
  record: Pick<RunRecord, 'testbed' | 'stagePlans'>,
  here: Pick<RunRecord, 'testbed'> & { cellPlans: CellPlans },
): void {
  const plans = StagePlan.array().parse(distinctPlans(here.cellPlans));
  refuse([
    ...testbedDifferences(record.testbed, here.testbed, { sides: inRecordAndHere }),
    ...(isDeepStrictEqual(plans, record.stagePlans) ? [] : ['the hooks of the stage plans']),
  ]);
}

function refuse(found: readonly string[]): void {
  if (found.length === 0) return;
  throw cannotCompare(
    `the record was not measured as it would go on here:\n  ${found.join('\n  ')}`,
    'figures of two machines are not mixed: restore what differs, or measure anew in another folder',
  );
}

/** Each leaf of two bags that is not the same, with both values. */
export function differences(name: string, one: unknown, other: unknown, wording: Wording): string[] {
  const { sides, passing: more = [] } = wording;
  if (passing.includes(name) || more.includes(name) || isDeepStrictEqual(one, other)) return [];
  if (!isBag(one) || !isBag(other)) return [`${name}: ${valueText(one)} ${sides[0]}, ${valueText(other)} ${sides[1]}`];
  const keys = [...new Set([...Object.keys(one), ...Object.keys(other)])];
  return keys.flatMap((key) => differences(name === '' ? key : `${name}.${key}`, one[key], other[key], wording));
}

function isBag(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function valueText(value: unknown): string {
  return value === undefined ? 'none' : typeof value === 'string' ? value : JSON.stringify(value);
}
