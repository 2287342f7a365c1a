import assert from 'node:assert/strict';
import { generatorSpec } from '../../harness/generators/generator-spec.js';
import { pathSpec } from '../../harness/paths/path-spec.js';
import type { Cell } from '../../harness/run/experiment.js';
import { floorsOf } from '../../harness/run/floors.js';
import { summaryRow } from '../../harness/run/summary-row.js';
import type { CountedStage, RunRecord, SummaryRow, Trial } from '../../reports/record.js';
import { countedSample, sampleCountedRecord } from '../support/sample-counted-record.js';

const total = 2000 + 600 + 3100 + 100 + 40 + 1500;

describe('the row of an exact run', () => {
  let record: RunRecord;
  let row: SummaryRow;
  const of = (name: string): CountedStage => {
    const found = row.stages.find(({ stage }) => stage === name);
    assert.ok(found !== undefined && 'modes' in found, name);
    return found;
  };

  before(async () => {
    record = await sampleCountedRecord();
    [row] = record.summary as [SummaryRow];
  });

  it('is of valid trials on two boots', () => {
    assert.deepEqual(row.trials, { probed: 2, unprobed: 2, invalid: 0 });
    assert.deepEqual([...new Set(record.trials.map(({ boot }) => boot))], [0, 1]);
  });

  it('has the stages in the order of a packet', () => {
    assert.deepEqual(
      row.stages.map(({ stage }) => stage),
      ['driver-irq', 'driver-rx', 'net-rx', 'recvmsg', 'copy', 'user'],
    );
  });

  it('adds up what receives, without idle time, other interrupts and the probes themselves', () => {
    assert.ok(Math.abs(row.metrics['instructionsPerPacket']!.median - (total - 5)) < 1e-9);
    const { closure } = row;
    assert.ok(closure !== null && 'probeInstructionsPerPacket' in closure);
    assert.equal(closure.probeInstructionsPerPacket, 900);
    assert.equal(closure.unattributedPercent, 0);
    assert.ok(Math.abs(closure.correctedInstructionsPerPacket - (total - 5)) < 1e-9);
  });

  it('gives each stage its share of the corrected total, also one smaller than its correction', () => {
    const shares = row.stages.map(({ sharePercent }) => sharePercent);
    assert.ok(shares.every((share) => share !== null && share > 0));
    assert.ok(Math.abs(shares.reduce((sum: number, share) => sum + (share ?? 0), 0) - 100) < 0.01);
    const small = of('driver-irq');
    assert.ok(small.instructionsPerPacket < 2 * small.correctionInstructionsPerPacket);
    assert.deepEqual([small.belowProbeCost, Math.round(small.correctedInstructionsPerPacket!)], [false, 100]);
    assert.ok(Math.abs(small.sharePercent! - (100 * 100) / (total - 5)) < 0.01);
  });

  it('tells two lengths apart, and how many visits have each', () => {
    assert.deepEqual(
      of('driver-rx').modes?.map(({ from, instructions, share, perPacket }) => [from, instructions, share, perPacket]),
      // the middles of bins 64 wide
      [
        [2240, 2271.5, 0.62, 0.62],
        [3392, 3423.5, 0.38, 0.38],
      ],
    );
    assert.deepEqual(
      of('net-rx').modes?.map(({ share, perPacket }) => [share, perPacket]),
      [
        [0.5, 1],
        [0.5, 1],
      ],
    );
    assert.deepEqual([of('copy').modes, of('copy').visitInstructions], [null, 1999.5]);
    assert.deepEqual([of('recvmsg').modes, of('recvmsg').visitInstructions], [null, null]);
  });

  it('has one definition of the floor, of stages and total', () => {
    const floor = of('driver-rx');
    // 2990 and 3200
    assert.ok(Math.abs(floor.bootDifferencePercent! - (100 * 210) / 3095) < 1e-9);
    assert.equal(floor.repeatabilityPercent, null);
    assert.equal(of('copy').bootDifferencePercent, 0);
    const { closure } = row;
    assert.ok(closure !== null && 'bootDifferencePercent' in closure);
    assert.ok(Math.abs(closure.bootDifferencePercent! - (100 * 210) / (total - 5)) < 1e-9);
  });

  it('keeps apart what the trials of one boot scatter', async () => {
    const more = await sampleCountedRecord({ rounds: 4 });
    const stage = more.summary[0]!.stages.find((each) => each.stage === 'driver-rx')!;
    assert.ok('modes' in stage);
    // medians 3000 and 3200; 2990 and 3010 on the first boot
    assert.ok(Math.abs(stage.bootDifferencePercent! - (100 * 200) / 3100) < 1e-9);
    assert.ok(Math.abs(stage.repeatabilityPercent! - (100 * 20) / 3000) < 1e-9);
    const { closure } = more.summary[0]!;
    assert.ok(closure !== null && 'bootDifferencePercent' in closure);
    assert.ok(Math.abs(closure.bootDifferencePercent! - (100 * 200) / total) < 1e-9);
    assert.ok(Math.abs(closure.repeatabilityPercent! - (100 * 20) / (total - 100)) < 1e-9);
  });

  it('has no figure of the emulator for a stage that it does not know', () => {
    assert.equal(of('copy').emulator, null);
    assert.equal(of('recvmsg').emulator?.instructionsPerPacket, 1500);
  });

  it('warns of the stage in which packets differ, and of no other', () => {
    const [warning, ...others] = record.warnings.filter(({ code }) => code === 'modes');
    assert.equal(others.length, 0);
    const text = warning!.message.replaceAll('\u00a0', ' ');
    assert.match(text, /^packets differ in driver-rx \(2272 × 62 % · 3424 × 38 %\): /);
  });
});

describe('the row of an exact run in which nothing is probed', () => {
  let record: RunRecord;
  before(async () => {
    record = await sampleCountedRecord();
  });

  function rowOf(trials: Trial[]): SummaryRow {
    const path = pathSpec('packet-recvfrom', 64);
    const generator = generatorSpec({ traffic: 'raw', frameBytes: 64, packetsPerSecond: 1000, durationSeconds: 1 });
    const cell: Cell = { key: trials[0]!.cell, path, generator, params: {}, unprobedOnly: true };
    const placement = { isolation: 'interrupt', receiverCpu: 0, senderCpu: 0 } as const;
    return summaryRow({ cell, trials, placement, probing: null, unavailable: null }, true);
  }
  const unprobed = (): Trial[] => record.trials.filter(({ probed }) => !probed);

  it('has the emulator’s stages as its own, and what the trials tell besides', () => {
    const row = rowOf(unprobed());
    const { emulatorInstructionsPerPacket, instructionsPerPacket, packetsPerSecond } = row.metrics;
    assert.ok(packetsPerSecond !== undefined && instructionsPerPacket!.median > 0);
    assert.deepEqual(instructionsPerPacket, emulatorInstructionsPerPacket);
    assert.ok(row.stages.length > 0);
    for (const stage of row.stages) {
      assert.ok('emulator' in stage && stage.tier === 'emulator');
      assert.ok(Math.abs(stage.correctedInstructionsPerPacket! - stage.emulator!.instructionsPerPacket) < 1e-9);
    }
    assert.equal(row.metrics['unprobedCpuNsPerPacket'], undefined, 'instructions are no ns');
  });

  it('has no count, and not one of zero, where the emulator could tell nothing', () => {
    const blind = unprobed().map((trial) => ({ ...trial, emulator: { ...trial.emulator!, stages: [] } }));
    const row = rowOf(blind);
    assert.equal(row.status, 'measured');
    assert.ok(row.metrics['packetsPerSecond'] !== undefined);
    assert.equal(row.metrics['instructionsPerPacket'], undefined);
    assert.deepEqual([row.stages, row.closure], [[], null]);
  });
});

describe('lengths of visits', () => {
  const modesOf = async (visits: [number, number][]): Promise<CountedStage['modes']> => {
    const stages = countedSample.map((each) => (each.stage === 'copy' ? { ...each, visits } : each));
    const stage = (await sampleCountedRecord({ stages })).summary[0]!.stages.find((each) => each.stage === 'copy')!;
    assert.ok('modes' in stage);
    return stage.modes;
  };

  it('are one while their bins are neighbours, and two from one empty bin on', async () => {
    assert.equal(await modesOf([[2016, 0.5], [2048, 0.5]]), null); // prettier-ignore
    assert.equal((await modesOf([[1984, 0.5], [2048, 0.5]]))?.length, 2); // prettier-ignore
    // below 64 each number has a bin
    assert.equal(await modesOf([[40, 0.5], [41, 0.5]]), null); // prettier-ignore
    assert.equal((await modesOf([[40, 0.5], [42, 0.5]]))?.length, 2); // prettier-ignore
    assert.equal(await modesOf([[63, 0.5], [64, 0.5]]), null); // prettier-ignore
  });

  it('count when they are rare but long, and not when they are rare and short', async () => {
    const long = await modesOf([[1280, 0.94], [33792, 0.06]]); // prettier-ignore
    assert.deepEqual(
      long?.map(({ from, share }) => [from, share]),
      [
        [1280, 0.94],
        [33792, 0.06],
      ],
    );
    assert.equal(await modesOf([[1280, 0.94], [1792, 0.06]]), null); // prettier-ignore
  });
});

describe('floors', () => {
  const on = (...boots: (number | null)[]): { boot: number | null }[] => boots.map((boot) => ({ boot }));

  it('are not known of one boot, of trials on no boot, of zero', () => {
    const unknown = { bootDifferencePercent: null, repeatabilityPercent: null };
    assert.deepEqual(floorsOf([10], on(0)), unknown);
    assert.deepEqual(floorsOf([10, 11], on(null, null)), unknown);
    assert.deepEqual(floorsOf([-1, 1], on(0, 1)), unknown);
    assert.deepEqual(floorsOf([0, 0], on(0, 1)), { bootDifferencePercent: 0, repeatabilityPercent: null });
  });

  it('take medians of boots, and the worst boot for repeatability', () => {
    const floors = floorsOf([100, 300, 101, 300, 90, 312], on(0, 1, 0, 1, 0, 1));
    assert.deepEqual(floors, { bootDifferencePercent: 100, repeatabilityPercent: 11 });
  });
});
