import { floorPercent, soakedOf } from '../../reports/figures.js';
import type { Estimate, SummaryRow, Trial, Warning } from '../../reports/record.js';
import { isMixed, visitText } from '../../reports/visit-lengths.js';
import { median } from '../statistics/quantile.js';
import { rangeCoverage, valuesForLevel } from '../statistics/interval.js';
import type { Placement } from './receive-path.js';
import { clocksCanTell, clocksOverAccounting } from './thread-clocks.js';
import { bounds } from './validity.js';

/** From this share of CPU time on, what the hypervisor takes shows in the figures. */
const notableStealPercent = 5;

/** A sender whose slowest hundredth is later than this sends bursts, and bursts are cheaper than spaced packets. */
const notableLatenessNs = 1_000_000;

/** Programs that hold the reader up change how many packets share a poll and a wake-up, and so every stage. */
const notableOthersPercent = 5;

/** The steadiness that the large stages are held to, in points of share. */
const largeSharePercent = 10;
const notableSpreadPoints = 3;

const moreTrials = 'more trials: --trials 11';
const quieter = 'a quieter machine, or more trials: --trials 21';

/** What a reader of the summary has to know, as values. */
export function warningsOf(
  rows: readonly SummaryRow[],
  trials: readonly Trial[],
  placement: Placement,
  exact = false,
): Warning[] {
  if (exact)
    return [
      ...repeats(rows),
      ...drops(rows),
      ...retransmissions(rows, trials),
      ...floors(rows),
      ...mixtures(rows),
      ...referees(rows),
    ];
  return [
    ...sharedCpu(placement),
    ...intervalLevels(rows),
    ...repeats(rows),
    ...steal(trials),
    ...lateness(rows),
    ...spreads(rows),
    ...drops(rows),
    ...retransmissions(rows, trials),
    ...unprobedTotals(rows),
    ...threadClocks(rows, trials, placement),
    ...otherTasks(rows, trials, placement),
  ];
}

/** A floor above this hides what two kernels are compared for. */
const notableFloorPercent = 0.5;

function floors(rows: readonly SummaryRow[]): Warning[] {
  return rows.flatMap((row): Warning[] => {
    const floor = floorPercent(row);
    if (floor === null || floor <= notableFloorPercent) return [];
    const message = `two boots of the same guest differ by ${floor.toFixed(2)} % in the total`;
    return [
      { code: 'floor', message, about: row.cell, hint: 'a smaller difference between kernels means nothing here' },
    ];
  });
}

/** Stages in which packets differ: neither a median nor a difference of theirs is any packet's. */
function mixtures(rows: readonly SummaryRow[]): Warning[] {
  return rows.flatMap(({ cell, stages }): Warning[] => {
    const mixed = stages.filter((stage) => 'modes' in stage).filter(isMixed);
    if (mixed.length === 0) return [];
    const named = mixed.map((stage) => `${stage.stage} (${visitText(stage) ?? ''})`);
    const message = `packets differ in ${named.join(', ')}: such a stage’s figure is a mean over several ways through it`;
    const hint = 'a difference between boots or kernels may be one of how often each way was taken';
    return [{ code: 'modes', message, about: cell, hint }];
  });
}

/** How far probes and emulator may be apart in a stage, from so many instructions on. */
const referee = { apart: 0.03, from: 500 } as const;

function referees(rows: readonly SummaryRow[]): Warning[] {
  return rows.flatMap(({ cell, stages }) => {
    const apart = stages.flatMap((stage) => {
      if (!('emulator' in stage) || stage.emulator === null || stage.correctedInstructionsPerPacket === null) return [];
      const { instructionsPerPacket: seen } = stage.emulator;
      const ratio = stage.correctedInstructionsPerPacket / seen;
      const notable = seen >= referee.from && Math.abs(ratio - 1) > referee.apart;
      return notable ? [`${stage.stage} ${ratio.toFixed(3)}`] : [];
    });
    if (apart.length === 0) return [];
    const message = `corrected ∕ emulator is more than ${String(100 * referee.apart)} % from 1: ${apart.join(', ')}`;
    const hint = 'docs/lab.md says which boundaries of the two are not at the same instruction';
    return [{ code: 'referee', message, about: cell, hint }];
  });
}

function sharedCpu({ receiverCpu, senderCpu }: Placement): Warning[] {
  if (receiverCpu !== senderCpu) return [];
  const message = `sender and receiver share CPU ${String(receiverCpu)}: waiting for each other is in every figure`;
  return [
    { code: 'shared-cpu', message, about: null, hint: 'give them a CPU each: --set senderCpu, --set receiverCpu' },
  ];
}

function intervalLevels(rows: readonly SummaryRow[]): Warning[] {
  const measured = rows.filter((row) => row.status === 'measured');
  const few = measured.filter((row) => trialsOf(row) < valuesForLevel);
  const counts = new Set(few.map(trialsOf));
  const all = few.length === measured.length && counts.size === 1;
  return (all ? few.slice(0, 1) : few).map((row) => ({
    code: 'interval-level',
    message: levelMessage(trialsOf(row)),
    about: all ? null : row.cell,
    hint: moreTrials,
  }));
}

/** The smaller of the kinds that the row has: what its weakest interval stands on. */
function trialsOf({ trials: { probed, unprobed } }: SummaryRow): number {
  return probed === 0 ? unprobed : Math.min(probed, unprobed);
}

function levelMessage(n: number): string {
  if (n === 1) return 'one trial gives no interval';
  const percent = (100 * rangeCoverage(n)).toFixed(1);
  return `${String(n)} trials are too few for a 95 % interval: [smallest, largest] is given, which covers ${percent} %`;
}

function repeats(rows: readonly SummaryRow[]): Warning[] {
  return rows.flatMap((row) => {
    if (row.status !== 'measured' || row.trials.invalid === 0) return [];
    const message = `${String(row.trials.invalid)} invalid trials are left out; the record has their reasons`;
    return [{ code: 'invalid-trials', message, about: row.cell, hint: quieter }];
  });
}

function steal(trials: readonly Trial[]): Warning[] {
  const shares = trials.flatMap((trial) => (trial.valid && trial.stealPercent !== null ? [trial.stealPercent] : []));
  const most = Math.max(0, ...shares);
  if (most <= notableStealPercent) return [];
  const message =
    `the hypervisor took up to ${most.toFixed(1)} % of the machine's CPU time during accepted trials ` +
    `(above ${String(bounds.stealPercent)} % they do not count)`;
  return [{ code: 'steal', message, about: null, hint: quieter }];
}

function lateness(rows: readonly SummaryRow[]): Warning[] {
  return rows.flatMap((row) => {
    const late = row.metrics['latenessP99Ns']?.median ?? 0;
    if (late <= notableLatenessNs) return [];
    const message = `one send in a hundred was more than ${(late / 1e6).toFixed(1)} ms late: packets came in bursts`;
    return [
      {
        code: 'lateness',
        message,
        about: row.cell,
        hint: 'a lower rate: --set packetsPerSecond, or a quieter machine',
      },
    ];
  });
}

function spreads(rows: readonly SummaryRow[]): Warning[] {
  return rows.flatMap((row) => {
    const wide = row.stages.flatMap(({ label, sharePercent, shareLow, shareHigh }) => {
      if (sharePercent === null || sharePercent <= largeSharePercent || shareLow === null || shareHigh === null)
        return [];
      const points = shareHigh - shareLow;
      return points <= notableSpreadPoints ? [] : [`${label} (${points.toFixed(1)} points)`];
    });
    if (wide.length === 0) return [];
    const message = `the interval of a large share is wider than ${notableSpreadPoints} points: ${wide.join(', ')}`;
    return [{ code: 'share-spread', message, about: row.cell, hint: quieter }];
  });
}

function drops(rows: readonly SummaryRow[]): Warning[] {
  return rows.flatMap((row) => {
    const layers = Object.entries(row.ledger?.drops ?? {}).filter(([layer, count]) => layer !== 'filter' && count > 0);
    // As fast as the sender goes, they have to be.
    const unpaced = row.params['packetsPerSecond'] === null;
    if (row.status !== 'measured' || unpaced || layers.length === 0) return [];
    const message = `packets were dropped on the way: ${layers.map(([layer, count]) => `${layer} ${count}`).join(', ')}`;
    return [
      { code: 'drops', message, about: row.cell, hint: 'a lower rate, or larger buffers: --set receiveBufferBytes' },
    ];
  });
}

function retransmissions(rows: readonly SummaryRow[], trials: readonly Trial[]): Warning[] {
  return rows.flatMap((row) => {
    const own = trials.filter((trial) => trial.valid && trial.cell === row.cell);
    const again = own.reduce((sum, { counters }) => sum + (counters['tcpRetransSegs'] ?? 0), 0);
    if (again === 0) return [];
    const frames = own.reduce((sum, trial) => sum + trial.wirePackets, 0);
    const message = `${again} TCP segments were sent again (${frames} frames arrived); their receiving is in the figures`;
    // Bulk finds the limit of the path by losing something at it.
    const paced = row.params['packetsPerSecond'] !== null;
    return [{ code: 'tcp-retransmissions', message, about: row.cell, hint: paced ? 'a lower rate' : null }];
  });
}

/** Of those that give the figures. */
function isProbed({ valid, probed, purpose }: Trial): boolean {
  return valid && probed && purpose === 'measure';
}

function unprobedTotals(rows: readonly SummaryRow[]): Warning[] {
  return rows.flatMap((row) => {
    const ratio = row.closure === null ? undefined : soakedOf(row.closure)?.ratio;
    if (ratio === undefined || Math.abs(ratio.median - 1) <= bounds.unprobedTotal) return [];
    const message =
      `the corrected total is ${rangeOf(ratio)} of the unprobed one (band 1 ± ${String(bounds.unprobedTotal)}): ` +
      'the stages may be off by as much';
    return [{ code: 'total-outside-band', message, about: row.cell, hint: quieter }];
  });
}

/** "1.065 (0.870 to 1.310)". */
function rangeOf({ median: middle, low, high }: Estimate): string {
  const range = low === null || high === null ? '' : ` (${low.toFixed(3)} to ${high.toFixed(3)})`;
  return `${middle.toFixed(3)}${range}`;
}

function threadClocks(rows: readonly SummaryRow[], trials: readonly Trial[], placement: Placement): Warning[] {
  return rows.flatMap((row) => {
    if (row.closure !== null && soakedOf(row.closure) !== undefined) return [];
    const probed = trials.filter((trial) => isProbed(trial) && trial.cell === row.cell);
    const ratio = clocksOverAccounting(probed, placement.isolation);
    if (ratio === null || clocksCanTell(ratio)) return [];
    const message =
      `no unprobed total: in the probed trials the threads' CPU clocks read ${ratio.toFixed(2)} times the accounted ` +
      'time (the scheduler charges a woken thread its wait)';
    return [{ code: 'unprobed-total', message, about: row.cell, hint: null }];
  });
}

function otherTasks(rows: readonly SummaryRow[], trials: readonly Trial[], { receiverCpu }: Placement): Warning[] {
  return rows.flatMap((row) => {
    const shares = trials.flatMap((trial) => {
      const account = trial.probes?.cpus.find(({ cpu }) => cpu === receiverCpu);
      if (!isProbed(trial) || trial.cell !== row.cell || account === undefined) return [];
      const others = account.states.filter(({ layer, owner }) => layer === 'task' && owner === 'other');
      return [
        (100 * others.reduce((sum, { ns, instructions }) => sum + (ns ?? instructions ?? 0), 0)) / account.elapsedNs,
      ];
    });
    const typical = shares.length === 0 ? 0 : median(shares);
    if (typical <= notableOthersPercent) return [];
    const message =
      `other programs had ${typical.toFixed(0)} % of the receiver's CPU: packets waited for it and came in bursts, ` +
      'which are cheaper';
    return [{ code: 'other-programs', message, about: row.cell, hint: 'end other programs, or isolate the CPU' }];
  });
}
