import type {
  CountedStage,
  EmulatorAccount,
  Estimate,
  Histogram,
  SummaryRow,
  TimedStage,
  Trial,
} from '../../reports/record.js';
import type { ResolvedPlan } from '../plan/plan.js';
import { addHistograms } from '../statistics/histogram.js';
import { median } from '../statistics/quantile.js';
import { addUp, contributionsOf } from './contributions.js';
import type { Accounting, Contribution } from './contributions.js';
import { groupRows } from './group-rows.js';
import { articleGroupOf, stageRows } from './stage-rows.js';
import { copiedBytesPerPacket } from './trial-figures.js';
import { unattributedPercent, worstClosure } from './closure.js';

/** Of the visits, what a length has to have to be a mode. */
const modeShare = 0.1;

interface Counted {
  probed: readonly Trial[];
  unprobed: readonly Trial[];
  plan: ResolvedPlan;
  accounting: Accounting;
}

/**
 * The row of a cell whose clock counts instructions. They repeat, so an interval is the whole range over the trials, and
 * the smallest difference that means anything is how far the boots lie apart.
 */
export function countedRow(row: SummaryRow, { probed, unprobed, plan, accounting }: Counted): SummaryRow {
  const contributions = probed.map((trial) => contributionsOf(trial, accounting));
  const amounts = contributions.map(addUp);
  // It knows the receiver's card by the reader that its packets reach: where all are taken out before, it can tell nothing.
  const emulated = unprobed.flatMap(({ emulator, wirePackets }) =>
    emulator === null || emulator.stages.length === 0 ? [] : [{ emulator, wirePackets }],
  );
  const totals = emulated.map(
    ({ emulator, wirePackets }) => sum(emulator.stages.map((each) => each.instructions)) / wirePackets,
  );
  const corrected = range(amounts.map((amount) => amount.corrected));
  const raw = range(amounts.map((amount) => amount.raw));
  const copied = unprobed.map(copiedBytesPerPacket).filter((value) => value !== null);
  const stages = stageRows(contributions, plan.plan, plan.labels).map((stage) =>
    countedStage(stage, { contributions, probed, emulated }),
  );
  return {
    ...row,
    status: 'measured',
    metrics: {
      instructionsPerPacket: corrected,
      probedInstructionsPerPacket: raw,
      ...(totals.length === 0 ? {} : { emulatorInstructionsPerPacket: range(totals) }),
      ...(copied.length === 0 ? {} : { copiedBytesPerPacket: range(copied) }),
    },
    stages: [...stages, ...onlyEmulated(emulated, stages)],
    groups: groupRows(contributions).map(({ nsPerPacket, correctedNsPerPacket, ...group }) => ({
      ...group,
      instructionsPerPacket: nsPerPacket,
      correctedInstructionsPerPacket: correctedNsPerPacket,
    })),
    closure: {
      statesOverElapsed: worstClosure(probed),
      unattributedPercent: median(contributions.map(unattributedPercent)),
      probedInstructionsPerPacket: raw.median,
      correctedInstructionsPerPacket: corrected.median,
      unprobedInstructionsPerPacket: totals.length === 0 ? null : median(totals),
      unprobedSource: totals.length === 0 ? null : 'the emulator',
      probeInstructionsPerPacket: median(probed.map(probesOwn)),
    },
    distributions: { ...row.distributions, latencyNs: null },
  };
}

function range(values: readonly number[]): Estimate {
  return { median: median(values), low: Math.min(...values), high: Math.max(...values), n: values.length };
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
  probed: readonly Trial[];
  emulated: readonly Emulated[];
}

function countedStage(stage: TimedStage, { contributions, probed, emulated }: Evidence): CountedStage {
  const { label, articleGroup, sharePercent, shareLow, shareHigh, eventsPerPacket, tier, targets } = stage;
  const values = contributions.map((trial) => addUp(trial.filter((each) => each.stage === stage.stage)).corrected);
  const corrected = range(values);
  return {
    ...{ stage: stage.stage, label, articleGroup, sharePercent, shareLow, shareHigh, eventsPerPacket, tier, targets },
    // the probes account for their own time, so nothing is too small to be told
    belowProbeCost: false,
    low: corrected.low,
    high: corrected.high,
    instructionsPerPacket: stage.nsPerPacket,
    correctionInstructionsPerPacket: stage.correctionNsPerPacket,
    correctedInstructionsPerPacket: corrected.median,
    emulator: emulatorFigures(stage.stage, emulated),
    bootDifferencePercent: bootDifferencePercent(values, probed),
    modes: modesOf(stage.stage, probed),
  };
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
      bootDifferencePercent: null,
      modes: null,
    }));
}

function emulatorFigures(stage: string, emulated: readonly Emulated[]): CountedStage['emulator'] {
  if (emulated.length === 0) return null;
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

/** The A/A floor: how far the medians of two boots of one guest lie apart. */
function bootDifferencePercent(values: readonly number[], trials: readonly Trial[]): number | null {
  const byBoot = new Map<number, number[]>();
  for (const [index, value] of values.entries()) {
    const boot = trials[index]?.boot;
    if (boot !== null && boot !== undefined) byBoot.set(boot, [...(byBoot.get(boot) ?? []), value]);
  }
  if (byBoot.size < 2) return null;
  const medians = [...byBoot.values()].map(median);
  const [least, most] = [Math.min(...medians), Math.max(...medians)];
  return least === most ? 0 : (100 * (most - least)) / Math.abs(median(medians));
}

/** Instructions per packet that the probes took between their own clock reads, on whatever they fired. */
function probesOwn({ probes, wirePackets }: Trial): number {
  const states = probes?.cpus.flatMap((cpu) => cpu.states) ?? [];
  const own = states.filter(({ stage }) => stage === 'probe').map(({ instructions }) => instructions ?? 0);
  return sum(own) / wirePackets;
}

/** Clusters of the visits' lengths with nothing between them. */
function modesOf(stage: string, probed: readonly Trial[]): CountedStage['modes'] {
  const histograms = probed.flatMap(({ probes }) => probes?.visits?.filter((each) => each.stage === stage) ?? []);
  const { lowerBounds, counts } = addHistograms(histograms.map(({ histogram }) => histogram)) ?? empty;
  const all = sum(counts);
  const clusters: { from: number; to: number; share: number }[] = [];
  for (const [index, from] of lowerBounds.entries()) {
    const count = counts[index] ?? 0;
    if (count === 0) continue;
    const last = clusters.at(-1);
    // lengths that lie closer are one: a branch or two more, not another way
    if (last !== undefined && from <= last.to * (1 + gap)) {
      last.to = from;
      last.share += count / all;
    } else clusters.push({ from, to: from, share: count / all });
  }
  const modes = clusters.filter(({ share }) => share >= modeShare);
  return modes.length > 1 ? modes : null;
}

const gap = 0.15;
const empty: Histogram = { lowerBounds: [], counts: [] };
