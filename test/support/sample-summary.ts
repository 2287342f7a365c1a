import { articleShares } from '../../harness/plan/stages.js';
import type { Estimate, GroupRow, StageRow, SummaryRow, Trial } from '../../reports/record.js';
import type { SampleCell, SampleStage } from './sample-cells.js';
import { articleGroupOf, cellKey, SAMPLE_EDGE_NS } from './sample-trials.js';

/** Median, and the smallest and largest as interval from six values on, which covers 96.9 %. */
export function estimate(values: number[]): Estimate {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (index: number): number => sorted[index] ?? Number.NaN;
  const middle = (sorted.length - 1) / 2;
  const median = (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2;
  const known = sorted.length >= 6;
  return { median, low: known ? at(0) : null, high: known ? at(sorted.length - 1) : null, n: sorted.length };
}

const articlePercents = new Map<string, number>(Object.entries(articleShares));

const contextOf: Record<string, string> = {
  'hard-irq': 'hardirq',
  'softirq-other': 'softirq',
  'driver-rx': 'napi-thread',
  gro: 'napi-thread',
  'net-rx': 'napi-thread',
  'ip-tcp': 'napi-thread',
  'wake-up': 'napi-thread',
  user: 'user',
};

/** The summary row of a cell, from its accepted trials. */
export function sampleRow(cell: SampleCell, all: Trial[]): SummaryRow {
  const trials = all.filter((trial) => trial.cell === cellKey(cell));
  const probed = trials.filter((trial) => trial.valid && trial.probed);
  const unprobed = trials.filter((trial) => trial.valid && !trial.probed);
  const rawOf = (trial: Trial, stage: string): number => {
    const states = trial.probes?.cpus[1]?.states ?? [];
    const found = states.find((each) => each.stage === stage && each.owner.startsWith('receiver'));
    return (found?.ns ?? 0) / trial.wirePackets;
  };
  const correctedOf = (trial: Trial, stage: SampleStage): number =>
    rawOf(trial, stage.stage) - stage.events * SAMPLE_EDGE_NS;
  const totalOf = (trial: Trial): number => cell.stages.reduce((sum, stage) => sum + correctedOf(trial, stage), 0);
  const corrected = estimate(probed.map(totalOf));
  const raw = estimate(probed.map((trial) => cell.stages.reduce((sum, each) => sum + rawOf(trial, each.stage), 0)));
  const clock = estimate(unprobed.map((t) => (t.reader.threadCpuNs + (t.napiCpuNs ?? 0)) / t.wirePackets));

  const stageRow = (stage: SampleStage): StageRow => {
    const own = estimate(probed.map((trial) => correctedOf(trial, stage)));
    const rawOwn = estimate(probed.map((trial) => rawOf(trial, stage.stage)));
    const share = estimate(probed.map((trial) => (100 * correctedOf(trial, stage)) / totalOf(trial)));
    const correction = stage.events * SAMPLE_EDGE_NS;
    const below = own.median < correction && stage.targets.length > 0 && own.median < 10;
    return {
      stage: stage.stage,
      label: stage.label,
      articleGroup: articleGroupOf(stage.stage),
      nsPerPacket: rawOwn.median,
      correctionNsPerPacket: correction,
      correctedNsPerPacket: below ? null : own.median,
      belowProbeCost: below,
      sharePercent: below ? null : share.median,
      shareLow: below ? null : share.low,
      shareHigh: below ? null : share.high,
      low: below ? rawOwn.low : own.low,
      high: below ? rawOwn.high : own.high,
      eventsPerPacket: stage.events,
      tier: stage.targets.length === 0 ? null : stage.targets[0] === 'user-mark' ? 'user-mark' : 'tracepoint',
      targets: stage.targets,
    };
  };
  const group = (grouping: GroupRow['grouping'], name: string, of: (stage: string) => string): GroupRow => {
    const members = cell.stages.filter((stage) => of(stage.stage) === name);
    const sum = (trial: Trial): number => members.reduce((total, stage) => total + correctedOf(trial, stage), 0);
    const share = estimate(probed.map((trial) => (100 * sum(trial)) / totalOf(trial)));
    return {
      grouping,
      group: name,
      nsPerPacket: estimate(
        probed.map((trial) => members.reduce((total, stage) => total + rawOf(trial, stage.stage), 0)),
      ).median,
      correctedNsPerPacket: estimate(probed.map(sum)).median,
      sharePercent: share.median,
      shareLow: share.low,
      shareHigh: share.high,
      articlePercent: grouping === 'article' ? (articlePercents.get(name) ?? null) : null,
    };
  };
  const article = ['interrupt', 'softirq', 'copy', 'system-call', 'not-in-article'];
  const contexts = ['hardirq', 'softirq', 'napi-thread', 'system-call', 'user'];
  const ratios = probed.map((trial) => (trial.probes?.cpus ?? []).map((cpu) => cpu.statesNs / cpu.elapsedNs)).flat();
  const rest = cell.stages.find((stage) => stage.stage === 'unattributed');
  return {
    cell: cellKey(cell),
    path: cell.path,
    params: {
      frameBytes: cell.frameBytes,
      packetsPerSecond: cell.packetsPerSecond,
      ...(cell.path === 'tcp' ? { traffic: cell.traffic } : {}),
      ...(cell.variant === undefined ? {} : { variant: cell.variant }),
    },
    status: 'measured',
    reason: null,
    metrics: {
      cpuNsPerPacket: corrected,
      probedCpuNsPerPacket: raw,
      unprobedCpuNsPerPacket: clock,
      packetsPerSecond: estimate(probed.map((trial) => (trial.reader.packets * 1e9) / trial.windowNs)),
      syscallsPerPacket: estimate(probed.map((trial) => trial.reader.calls / trial.wirePackets)),
      wakeupsPerPacket: estimate(probed.map((trial) => trial.reader.voluntarySwitches / trial.wirePackets)),
    },
    stages: cell.stages.map(stageRow),
    groups: [
      ...article.map((name) => group('article', name, (stage) => articleGroupOf(stage) ?? 'not-in-article')),
      ...contexts.map((name) => group('context', name, (stage) => contextOf[stage] ?? 'system-call')),
    ],
    closure: {
      statesOverElapsed: ratios.reduce((worst, each) => (Math.abs(each - 1) > Math.abs(worst - 1) ? each : worst), 1),
      unattributedPercent: (100 * (rest?.ns ?? 0)) / corrected.median,
      probedNsPerPacket: raw.median,
      correctedNsPerPacket: corrected.median,
      unprobedNsPerPacket: clock.median,
      unprobedSource: 'CPU clocks of the reader’s and the NAPI thread',
    },
    distributions: { latencyNs: null, batch: null },
    granted: {},
    ledger: probed[0]?.ledger ?? null,
    trials: {
      probed: probed.length,
      unprobed: unprobed.length,
      invalid: trials.filter((trial) => !trial.valid).length,
    },
  };
}
