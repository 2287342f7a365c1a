import { join } from 'node:path';
import { allowedCpus } from '../environment/allowed-cpus.js';
import { failure, usageError } from '../errors.js';
import { expectedPlace } from '../lab/target.js';
import type { GuestTarget } from '../lab/target.js';
import type { Arm } from '../run/arms.js';
import { LookSchedule } from '../run/looks.js';
import { differingKeys } from '../run/pairing.js';
import type { ArmsOutcome } from '../run/run.js';
import { isExact } from '../run/run-plan.js';
import type { GuestPlace, RunPlan } from '../run/run-plan.js';
import { writeRecord } from '../../reports/record-io.js';
import type { PairedRun, RunRecord } from '../../reports/record.js';
import { concludePair, lookAt } from './ab-conclusion.js';
import type { PairRecords } from './ab-conclusion.js';
import { checkTogether, planPair, shareGround } from './ab-plan.js';
import type { PairWords } from './ab-plan.js';
import { readArm } from './arm-settings.js';
import { compareOptions } from './compare-command.js';
import type { VerdictFlags } from './compare-command.js';
import { dryRunsText } from './dry-run.js';
import { selectExperiments } from './experiments.js';
import { measureArmsHere, measureArmsInGuests } from './measure.js';
import type { ArmsSetting, GuestGround } from './measure.js';
import { print, tell, tellError } from './output.js';
import { ProgressLine } from './progress-line.js';
import { requireRoot } from './require-root.js';
import type { RunFlags } from './run-experiments.js';
import { defaultFolder, newRunId, RunFolder } from './run-folder.js';
import { signalExitCode, withSignals } from './signals.js';

export interface AbFlags extends Omit<RunFlags, 'resume' | 'json'>, VerdictFlags {
  a: string[];
  b: string[];
  maxRounds?: number;
  timeLimit?: number;
  aa?: true;
}

/** Minutes. */
const usualTimeLimit = { quick: 10, full: 30 } as const;

type ArmName = PairedRun['arm'];

/** `pktpath ab`: all that can be wrong with the words first, then two runs in turns, then what they say of each other. */
export async function runPair(name: string, flags: AbFlags): Promise<void> {
  if (flags.out === '') throw usageError('--out names no folder');
  const options = compareOptions(flags);
  const words = await readWords(name, flags);
  const allowed = await allowedCpus();
  const expected = planPair(words, { a: expectedPlace(words.a.target), b: expectedPlace(words.b.target) }, allowed);
  if (flags.dryRun === true) {
    print(dryRunsText([expected.a, expected.b]));
    return;
  }
  requireRoot('measuring');
  const { experiment, quick } = { experiment: words.experiment.name, quick: words.request.quick };
  if (words.a.words.join() === words.b.words.join()) tell('pktpath: both arms are the same: what differs is noise');
  const folder = flags.out ?? defaultFolder(`ab-${experiment}`, new Date());
  const names: ArmName[] = flags.aa === true ? ['a', 'b', 'again'] : ['a', 'b'];
  const folders = new Map(names.map((arm) => [arm, RunFolder.prepare(join(folder, arm))]));
  const progress = new ProgressLine(`ab ${experiment}`);
  const id = newRunId(experiment);
  const minutes = flags.timeLimit ?? usualTimeLimit[quick ? 'quick' : 'full'];
  const schedule = new LookSchedule({
    maxRounds: flags.maxRounds ?? null,
    timeLimitMs: minutes * 60_000,
    now: () => Date.now(),
    look: (records) => lookAt(byArm(records), options),
  });
  const arm = (own: ArmName, plan: RunPlan): Arm => ({
    runId: `${id}-${own}`,
    plan,
    writeRecord: (record) => void writeRecord(record, folders.get(own)?.path ?? folder),
    pair: () => ({ id, arm: own, settings: { a: words.a.words, b: words.b.words }, looks: schedule.looks }),
  });
  const { result, received } = await withSignals(async (signal) => {
    const setting = { runId: id, progress, signal, folder, earlier: null, schedule };
    return measurePair({ words, allowed, names, arm, schedule, fixedRounds: flags.trials ?? null }, setting);
  }).finally(() => {
    progress.end();
    for (const each of [...folders.values()].reverse()) each.discardIfEmpty();
  });
  if (received !== null) {
    for (const problem of result.problems) tellError(problem);
    if (result.records.some((record) => record !== null))
      tell(`pktpath: interrupted; what was measured is in ${folder}`);
    process.exitCode = signalExitCode(received);
    return;
  }
  const [problem, ...more] = result.problems;
  for (const other of more) tellError(other);
  if (problem !== undefined) throw problem;
  await concludePair(byArm(result.records.filter((record) => record !== null)), folder, { flags, options, progress });
}

async function readWords(name: string, flags: AbFlags): Promise<PairWords> {
  const [selected, ...others] = await selectExperiments([name], flags.quick === true);
  if (selected === undefined || others.length > 0) throw usageError(`${name} is a suite`, 'ab takes one experiment');
  const { experiment, quick } = selected;
  const a = readArm('--a', flags.a, experiment, flags);
  const b = readArm('--b', flags.b, experiment, flags);
  const keys = differingKeys({ a: a.words, b: b.words });
  checkTogether({ a, b, keys });
  const { set: settings = [], trials: rounds = null, duration: durationSeconds = null } = flags;
  return { experiment, request: { settings, quick, rounds, durationSeconds }, a, b, keys };
}

interface Measuring {
  words: PairWords;
  allowed: readonly number[];
  names: readonly ArmName[];
  arm: (own: ArmName, plan: RunPlan) => Arm;
  schedule: LookSchedule;
  fixedRounds: number | null;
}

async function measurePair(measuring: Measuring, setting: ArmsSetting): Promise<ArmsOutcome> {
  const { words, allowed, names, arm, schedule, fixedRounds } = measuring;
  const planned = (places: { a: GuestPlace | null; b: GuestPlace | null }): Record<ArmName, Arm> => {
    const { a, b } = planPair(words, places, allowed);
    schedule.fixedRounds = fixedRounds ?? (isExact(a) ? a.rounds : null);
    return { a: arm('a', a), b: arm('b', b), again: arm('again', a) };
  };
  const { a, b } = { a: words.a.target, b: words.b.target };
  if (a === null || b === null) {
    const arms = planned({ a: null, b: null });
    return measureArmsHere(
      names.map((each) => arms[each]),
      setting,
    );
  }
  return measureArmsInGuests(groundsOf({ a, b }, names, planned), setting);
}

function groundsOf(
  { a, b }: { a: GuestTarget; b: GuestTarget },
  names: readonly ArmName[],
  planned: (places: { a: GuestPlace; b: GuestPlace }) => Record<ArmName, Arm>,
): GuestGround[] {
  if (shareGround(a, b)) {
    return [{ target: a, arms: (place) => names.map((each) => planned({ a: place, b: place })[each]) }];
  }
  // a guest of the same kind: planned when both are known, which the second is
  let first: GuestPlace | null = null;
  const ofA = names.filter((each) => each !== 'b');
  return [
    {
      target: a,
      arms: (place) => {
        first = place;
        const arms = planned({ a: place, b: place });
        return ofA.map((each) => arms[each]);
      },
    },
    { target: b, arms: (place) => [planned({ a: first ?? place, b: place }).b] },
  ];
}

function byArm(records: readonly RunRecord[]): PairRecords {
  const of = (name: ArmName): RunRecord | null => records.find(({ run }) => run.pair?.arm === name) ?? null;
  const [a, b] = [of('a'), of('b')];
  if (a === null || b === null) throw failure('the run ended without a record of each arm');
  return { a, b, again: of('again') };
}
