import type { CountedStage, EmulatorAccount, SummaryRow, TimedStage, Trial } from '../../reports/record.js';
import { rangeEstimate } from '../statistics/interval.js';
import { median } from '../statistics/quantile.js';
import { addUp, contributes, contributionsOf, sharePercent } from './contributions.js';
import type { Contribution } from './contributions.js';
import { floorsOf } from './floors.js';
import { groupRows } from './group-rows.js';
import { articleGroupOf, stageRows } from './stage-rows.js';
import type { Probing } from './summary-row.js';
import { copiedBytesPerPacket } from './trial-figures.js';
import { unattributedPercent, worstClosure } from './closure.js';
import { visitsOf } from './visits.js';

interface Counted {
  /** The valid ones. */
  trials: readonly Trial[];
  /** Null: the emulator counts alone. */
  probing: Probing | null;
}

/**
 * The row of a cell whose clock counts instructions. They repeat, so an interval is the whole range over the trials, and
 * the smallest difference that means anything is how far the boots lie apart (`floorsOf`). Idle time is in none of it:
 * the guest's clock skips over it, and no state of the receive path is idle. Where nothing is probed, the emulator's
 * figures are the row's own.
 * @param row measured, with what else is known of it; it stays as it is where nobody could count
 */
export function countedRow(row: SummaryRow, { trials: valid, probing }: Counted): SummaryRow {
  const accounting = probing?.accounting ?? null;
  const trials = valid.filter((trial) => contributes(trial, accounting));
  if (trials.length === 0) return row;
  const unprobed = valid.filter(({ probed }) => !probed);
  const contributions = trials.map((trial) => contributionsOf(trial, accounting));
  const amounts = contributions.map(addUp);
  // It knows the receiver's card by the reader that its packets reach: where all are taken out before, it can tell nothing.
  const emulated = unprobed.flatMap(({ emulator, wirePackets }) =>
    emulator === null || emulator.stages.length === 0 ? [] : [{ emulator, wirePackets }],
  );
  const totals = emulated.map(
    ({ emulator, wirePackets }) => sum(emulator.stages.map((each) => each.instructions)) / wirePackets,
  );
  const totalOf = amounts.map((amount) => amount.corrected);
  const corrected = rangeEstimate(totalOf);
  const raw = rangeEstimate(amounts.map((amount) => amount.raw));
  const copied = unprobed.map(copiedBytesPerPacket).filter((value) => value !== null);
  const stages = stageRows(contributions, probing?.plan.plan ?? null, probing?.plan.labels ?? {}).map((stage) =>
    countedStage(stage, { contributions, totals: totalOf, trials, emulated }),
  );
  return {
    ...row,
    metrics: {
      ...row.metrics,
      instructionsPerPacket: corrected,
      ...(probing === null ? {} : { probedInstructionsPerPacket: raw }),
      ...(totals.length === 0 ? {} : { emulatorInstructionsPerPacket: rangeEstimate(totals) }),
      ...(copied.length === 0 ? {} : { copiedBytesPerPacket: rangeEstimate(copied) }),
    },
    stages: [...stages, ...onlyEmulated(emulated, stages)],
    groups: groupRows(contributions, rangeEstimate).map(({ nsPerPacket, correctedNsPerPacket, ...group }) => ({
      ...group,
      instructionsPerPacket: nsPerPacket,
      correctedInstructionsPerPacket: correctedNsPerPacket,
    })),
    closure: {
      statesOverElapsed: probing === null ? emulatedClosure(emulated) : worstClosure(trials),
      unattributedPercent: median(contributions.map(unattributedPercent)),
      probedInstructionsPerPacket: raw.median,
      correctedInstructionsPerPacket: corrected.median,
      unprobedInstructionsPerPacket: totals.length === 0 ? null : median(totals),
      unprobedSource: totals.length === 0 ? null : 'the emulator',
      probeInstructionsPerPacket: median(trials.map(probesOwn)),
      ...floorsOf(totalOf, trials),
    },
    distributions: { ...row.distributions, latencyNs: null },
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

interface Emulated {
  emulator: EmulatorAccount;
  wirePackets: number;
}

interface Evidence {
  contributions: readonly Contribution[][];
  /** The corrected total of each trial. */
  totals: readonly number[];
  /** That the contributions are of. */
  trials: readonly Trial[];
  emulated: readonly Emulated[];
}

function countedStage(stage: TimedStage, { contributions, totals, trials, emulated }: Evidence): CountedStage {
  const { label, articleGroup, eventsPerPacket, tier, targets } = stage;
  const values = contributions.map((trial) => addUp(trial.filter((each) => each.stage === stage.stage)).corrected);
  const corrected = rangeEstimate(values);
  const share = rangeEstimate(values.map((value, trial) => sharePercent(value, totals[trial] ?? 0)));
  return {
    ...{ stage: stage.stage, label, articleGroup, eventsPerPacket, tier, targets },
    // the probes account for their own time and the rest is constant, so that nothing is too small to be told
    belowProbeCost: false,
    ...{ sharePercent: share.median, shareLow: share.low, shareHigh: share.high },
    ...{ low: corrected.low, high: corrected.high },
    instructionsPerPacket: stage.nsPerPacket,
    correctionInstructionsPerPacket: stage.correctionNsPerPacket,
    correctedInstructionsPerPacket: corrected.median,
    emulator: emulatorFigures(stage.stage, emulated),
    ...visitsOf(stage.stage, trials),
    ...floorsOf(values, trials),
  };
}

/** Instructions that the emulator charged over those that it saw: of the trial where that is furthest from 1. */
function emulatedClosure(emulated: readonly Emulated[]): number {
  const closures = emulated.map(({ emulator }) => emulator.charged / emulator.instructions);
  return closures.reduce((worst, each) => (Math.abs(each - 1) > Math.abs(worst - 1) ? each : worst), 1);
}

/** What the emulator sees and no probe does. */
function onlyEmulated(emulated: readonly Emulated[], stages: readonly CountedStage[]): CountedStage[] {
  const known = new Set(stages.map(({ stage }) => stage));
  const others = new Set(emulated.flatMap(({ emulator }) => emulator.stages.map(({ stage }) => stage)));
  return [...others]
    .filter((stage) => !known.has(stage))
    .map((stage) => ({
      ...{ stage, label: stage, articleGroup: articleGroupOf(stage), belowProbeCost: false },
      ...{ sharePercent: null, shareLow: null, shareHigh: null, low: null, high: null },
      ...{ eventsPerPacket: 0, tier: 'emulator', targets: [] },
      ...{ instructionsPerPacket: 0, correctionInstructionsPerPacket: 0, correctedInstructionsPerPacket: null },
      emulator: emulatorFigures(stage, emulated),
      ...{ visitInstructions: null, modes: null, bootDifferencePercent: null, repeatabilityPercent: null },
    }));
}

function emulatorFigures(stage: string, emulated: readonly Emulated[]): CountedStage['emulator'] {
  if (!emulated.some(({ emulator }) => emulator.stages.some((each) => each.stage === stage))) return null;
  const perPacket = (pick: (each: EmulatorAccount['stages'][number]) => number): number =>
    median(
      emulated.map(({ emulator, wirePackets }) => {
        return sum(emulator.stages.filter((each) => each.stage === stage).map(pick)) / wirePackets;
      }),
    );
  return {
    instructionsPerPacket: perPacket((each) => each.instructions),
    loadsPerPacket: perPacket((each) => each.loads),
    storesPerPacket: perPacket((each) => each.stores),
    deviceAccessesPerPacket: perPacket((each) => each.deviceAccesses),
    l1MissesPerPacket: perPacket((each) => each.l1Misses),
    l2MissesPerPacket: perPacket((each) => each.l2Misses),
    repIterationsPerPacket: perPacket((each) => each.repIterations),
  };
}

/** Instructions per packet that the probes took between their own clock reads, on whatever they fired. */
function probesOwn({ probes, wirePackets }: Trial): number {
  const states = probes?.cpus.flatMap((cpu) => cpu.states) ?? [];
  const own = states.filter(({ stage }) => stage === 'probe').map(({ instructions }) => instructions ?? 0);
  return sum(own) / wirePackets;
}
