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
  refuse([
    ...differences('pktpath', record.tool, here.tool),
    ...differences('', record.machine, here.machine),
    ...differences('', record.environment, here.environment),
  ]);
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
    ...settled.flatMap((key) => differences(`testbed ${key}`, record.testbed?.[key], here.testbed?.[key])),
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
function differences(name: string, there: unknown, here: unknown): string[] {
  if (passing.includes(name) || isDeepStrictEqual(there, here)) return [];
  if (!isBag(there) || !isBag(here)) return [`${name}: ${valueText(there)} in the record, ${valueText(here)} here`];
  const keys = [...new Set([...Object.keys(there), ...Object.keys(here)])];
  return keys.flatMap((key) => differences(name === '' ? key : `${name}.${key}`, there[key], here[key]));
}

function isBag(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function valueText(value: unknown): string {
  return value === undefined ? 'none' : typeof value === 'string' ? value : JSON.stringify(value);
}
