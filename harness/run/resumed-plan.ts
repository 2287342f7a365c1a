import { isDeepStrictEqual } from 'node:util';
import { sessionStarts } from '../../reports/calibration-of.js';
import { asError, cannotCompare, usageError } from '../errors.js';
import { cards } from '../lab/cards.js';
import type { Card } from '../lab/cards.js';
import type { RunRecord } from '../../reports/record.js';
import { commonParameters } from './common-parameters.js';
import type { Experiment } from './experiment.js';
import { splitSetting } from './options.js';
import { optionText } from './parameter.js';
import type { OptionValue } from './parameter.js';
import { limits, planRun } from './run-plan.js';
import type { GuestPlace, RunPlan, RunRequest } from './run-plan.js';
import { shardText, shareOf } from './sharding.js';

/** What a record's run was asked for; a guest decides some of it itself. */
const ofGuest: readonly string[] = ['isolation', 'receiverCpu', 'senderCpu'];

/**
 * The plan of a record's run, from the record alone.
 * @param source where the record lies, for messages
 * @throws PktpathError (cannot compare) when this pktpath would not make such a run
 */
export function planRecorded(
  experiment: Experiment,
  record: RunRecord,
  source: string,
  { guest, allowedCpus }: { guest: GuestPlace | null; allowedCpus: readonly number[] },
): RunPlan {
  const request = recordedRequest(record, guest);
  const whole = attempt(source, () => withCapacityOpen(experiment, record, request, allowedCpus));
  checkOurs(whole, record, source);
  return sharePlanned(whole, record, source);
}

/**
 * The plan of the whole that a record's run was a part of, at the capacity that it found.
 * @param source where the record lies, for messages
 * @throws PktpathError (cannot compare) when this pktpath would not make such a run
 */
export function planWhole(experiment: Experiment, record: RunRecord, source: string): RunPlan {
  const { machine, environment } = record;
  const guest = machine.kind === 'host' ? null : { card: cardOf(machine.card, source), exact: record.experiment.exact };
  const request = recordedRequest(record, guest);
  const plan = attempt(source, () => planRun(experiment, request, environment.allowedCpus));
  checkOurs(plan, record, source);
  sharePlanned(plan, record, source);
  return plan;
}

function cardOf(name: string, source: string): Card {
  const card = cards.find((each) => each === name);
  if (card === undefined) throw notOurs(source, `there is no card ${JSON.stringify(name)}`);
  return card;
}

/** The part of the plan that the record's run has: all, unless it is a shard. */
function sharePlanned(whole: RunPlan, { experiment: { shard }, summary }: RunRecord, source: string): RunPlan {
  if (shard === undefined) return whole;
  const all = whole.cells.map(({ key }) => key);
  const cells = summary.map(({ cell }) => cell);
  if (!isDeepStrictEqual(shard.cells, all) || !cells.every((cell) => all.includes(cell))) {
    throw notOurs(source, 'the cells would be others');
  }
  return shareOf(whole, { ...shard, cells: new Set(cells) });
}

/** @throws PktpathError (cannot compare) that names what the plan has and the record has not */
function checkOurs(plan: RunPlan, record: RunRecord, source: string): void {
  const { options, rounds, seed } = record.experiment;
  const settled = plan.capacity?.option;
  const apart = keysApart(plan.options, options).filter((key) => key !== settled);
  if (seed !== plan.seed) apart.push('seed');
  if (!within(rounds, limits.rounds) || !Number.isInteger(rounds)) apart.push('rounds');
  if (!within(plan.durationSeconds, limits.durationSeconds)) apart.push('durationSeconds');
  if (record.trials.some(({ index }, position) => index !== position)) apart.push('the indexes of trials');
  const sessions = sessionStarts(record.run).length;
  if (![0, sessions].includes(record.calibrations.length)) apart.push('the number of calibrations');
  if (apart.length > 0) throw notOurs(source, `${apart.join(', ')} would be others`);
}

/**
 * @param request what the user has said now; what is not said is the record's
 * @throws PktpathError (usage) that names what was said otherwise before
 */
export function checkSaid(plan: RunPlan, record: RunRecord, source: string, request: RunRequest): void {
  const { experiment, allowedCpus, guest } = plan;
  const said = request.settings.map(splitSetting);
  // `auto` is whatever the run took; a key that the record does not have is to be refused
  const keys = said.filter(({ key, text }) => text.trim() !== 'auto' || !Object.hasOwn(plan.options, key));
  const own = recordedRequest(record, guest);
  const unsaid = own.settings.filter((each) => !said.some(({ key }) => key === splitSetting(each).key));
  const settings = [...unsaid, ...keys.map(({ key, text }) => `${key}=${text}`)];
  const quick = request.quick || own.quick;
  const asked = planRun(experiment, { ...own, settings, quick, guest }, allowedCpus);
  refuseOthers(source, [
    ...said
      .filter(({ text }) => text.trim() !== 'auto')
      .flatMap(({ key }) => other(key, record.experiment.options[key], asked.options[key])),
    ...(quick ? other('quick', own.quick, true) : []),
    ...(request.rounds === null ? [] : other('trials', own.rounds, request.rounds)),
    ...(request.shard === undefined
      ? []
      : other('shard', plan.shard && shardText(plan.shard), shardText(request.shard))),
    ...(request.durationSeconds === null ? [] : other('duration', own.durationSeconds, request.durationSeconds)),
  ]);
}

/**
 * Whether the command would make the record's run by itself, but for what is drawn or found.
 * @param asked what the command says by itself
 * @throws PktpathError (usage) that names what it leaves out
 */
export function checkSaidInFull(asked: RunPlan, record: RunRecord, source: string): void {
  const { options, quick, rounds } = record.experiment;
  const drawn = new Set(['seed', ...Object.keys(asked.options).filter((key) => asked.options[key] === null)]);
  refuseOthers(source, [
    ...other('quick', quick, asked.quick),
    ...other('trials', rounds, asked.rounds),
    ...other(
      'shard',
      record.experiment.shard && shardText(record.experiment.shard),
      asked.shard && shardText(asked.shard),
    ),
    ...Object.entries(asked.options).flatMap(([key, value]) => (drawn.has(key) ? [] : other(key, options[key], value))),
  ]);
}

function refuseOthers(source: string, others: readonly string[]): void {
  if (others.length === 0) return;
  throw usageError(
    `the run in ${source} was begun with ${others.join('; ')}`,
    'parameters that are left out are the record’s; where other runs have no record yet, say all that was said at first',
  );
}

function other(key: string, before: unknown, now: unknown): string[] {
  if (isDeepStrictEqual(before, now)) return [];
  return [`${key}=${valueText(before)}, not ${valueText(now)}`];
}

function valueText(value: unknown): string {
  return value === undefined ? 'none' : optionText(value as OptionValue);
}

function recordedRequest(
  { experiment }: RunRecord,
  guest: GuestPlace | null,
): RunRequest & { durationSeconds: number } {
  const { options, quick, rounds } = experiment;
  const { durationSeconds, ...set } = options;
  const settings = Object.entries(set)
    .filter(([key]) => guest === null || !ofGuest.includes(key))
    .map(([key, value]) => `${key}=${optionText(value as OptionValue)}`);
  return { settings, quick, rounds, durationSeconds: Number(durationSeconds), guest };
}

/**
 * A capacity that the run found itself is found again, in its own trials: the option is as if nobody had given it.
 * @returns the plan as it was before the first trial
 */
function withCapacityOpen(
  experiment: Experiment,
  record: RunRecord,
  request: RunRequest,
  allowedCpus: readonly number[],
): RunPlan {
  const [first] = record.trials;
  if (first?.purpose === 'search') {
    const open = Object.keys(experiment.parameters).filter(
      (key) => experiment.parameters[key]?.default === null && !Object.hasOwn(commonParameters, key),
    );
    const reopened = (keys: readonly string[]): RunRequest => ({
      ...request,
      settings: request.settings.map((each) => {
        const { key } = splitSetting(each);
        return keys.includes(key) ? `${key}=auto` : each;
      }),
    });
    const { capacity } = planRun(experiment, reopened(open), allowedCpus);
    if (capacity?.cell.key === first.cell) return planRun(experiment, reopened([capacity.option]), allowedCpus);
  }
  return planRun(experiment, request, allowedCpus);
}

function keysApart(here: Record<string, OptionValue>, there: Record<string, unknown>): string[] {
  const keys = [...new Set([...Object.keys(here), ...Object.keys(there)])];
  return keys.filter((key) => !isDeepStrictEqual(here[key], there[key]));
}

function within(value: number, { min, max }: { min: number; max: number }): boolean {
  return value >= min && value <= max;
}

function attempt<T>(source: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw notOurs(source, asError(error).message, error);
  }
}

function notOurs(source: string, why: string, cause?: unknown): Error {
  return cannotCompare(`the run in ${source} cannot be gone on with: ${why}`, 'measure anew in another folder', cause);
}
