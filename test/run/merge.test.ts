import assert from 'node:assert/strict';
import { ExitCode, PktpathError } from '../../harness/errors.js';
import { probeCostOf } from '../../harness/run/costs-in-place.js';
import { mergeRecords } from '../../harness/run/merge.js';
import type { ShardPart } from '../../harness/run/mergeable.js';
import { planRecorded } from '../../harness/run/resumed-plan.js';
import { performRun } from '../../harness/run/run.js';
import type { RunRecord } from '../../reports/record.js';
import { compare } from '../../reports/compare/compare.js';
import { pairRuns } from '../../reports/compare/pairs.js';
import { MockExecutor } from '../support/mock-executor.js';
import { mockRun } from '../support/mock-run.js';
import { allowedCpus, limited, stored, twoPaths, withCapacity, withSearches } from '../support/resumed-runs.js';
import type { Small } from '../support/resumed-runs.js';
import { measured, shards, sharesOf, smallPlan } from '../support/sharded-runs.js';
import { soakedTools } from '../support/soaked-tools.js';

const frames = (sizes: string): Small => ({
  ...twoPaths,
  settings: [...twoPaths.settings.filter((each) => !each.startsWith('frameBytes=')), `frameBytes=${sizes}`],
});
const threeSizes = frames('64,512,1514');

/** Everything but the order of trials among cells, which is each shard's own. */
function measuredBy(record: RunRecord): unknown {
  const { experiment, trials, summary, comparisons, searches, warnings, metrics, stagePlans } = record;
  const own = summary.map(({ cell }) => [
    cell,
    trials
      .filter((trial) => trial.cell === cell)
      .map(({ round, probed, purpose, valid, windowNs, ledger }) => ({
        round,
        probed,
        purpose,
        valid,
        windowNs,
        ledger,
      }))
      .toSorted((a, b) => a.round - b.round || Number(a.probed) - Number(b.probed)),
  ]);
  return { experiment, trials: trials.length, own, summary, comparisons, searches, warnings, metrics, stagePlans };
}

describe('merging the shards of a run', function () {
  this.timeout(60_000);

  for (const [name, small, of] of [
    ['of cells that are compared', threeSizes, 3],
    ['more shards than there are parts', threeSizes, 5],
    ['with searches', withSearches, 3],
    ['whose loads are multiples of a capacity that it finds', withCapacity, 2],
    ['of one shard', threeSizes, 1],
  ] as const) {
    it(`gives the record of a run that was not divided: ${name}`, async () => {
      const parts = await shards(small, of);
      const merged = mergeRecords(small.experiment, parts, 'merged');
      assert.deepEqual(measuredBy(merged), measuredBy(await measured(small)));
      assert.equal(merged.run.status, 'complete');
      assert.deepEqual(
        merged.trials.map(({ index }) => index),
        merged.trials.map((_, index) => index),
      );
      assert.equal(merged.run.shards?.length, parts.length);
      assert.equal(merged.calibrations.length, parts.length);
    });
  }

  it('takes out what a hit costs in place by what each shard has found out', async () => {
    const small = frames('64,512');
    const parts: ShardPart[] = [];
    for (const [index, share] of sharesOf(small, 2).entries()) {
      const plan = { ...smallPlan(small, share), soaked: true };
      const tools = soakedTools({ factor: [1.1, 1.4][index] ?? 1 });
      const { record, problems } = await performRun(
        plan,
        `shard-${String(index)}`,
        tools,
        new AbortController().signal,
      );
      assert.deepEqual(problems, []);
      const cells = stored(record).summary.map(({ cell }) => cell);
      parts.push({ index: index + 1, of: 2, cells, record: stored(record), source: `shard-${String(index)}` });
    }
    const merged = mergeRecords(small.experiment, parts, 'merged');
    for (const { record } of parts) {
      for (const row of record.summary) {
        const same = merged.summary.find(({ cell }) => cell === row.cell);
        assert.ok(same !== undefined && probeCostOf(row) !== undefined);
        assert.deepEqual(same.closure, row.closure);
      }
    }
    const factors = merged.summary.map((row) => probeCostOf(row)?.factor.median.toFixed(2));
    assert.deepEqual([...new Set(factors)].toSorted(), ['1.10', '1.40']);
  });

  it('corrects each trial by the calibration of its own shard, and of its own session', async () => {
    const [first, second] = sharesOf(frames('64,512'), 2);
    const small = frames('64,512');
    const costly = (median: number): MockExecutor => {
      const executor = new MockExecutor({ tamper: limited });
      const calibrate = executor.calibrate.bind(executor);
      const edge = { low: median, median, high: median };
      executor.calibrate = async (...args) => ({ ...(await calibrate(...args)), edge });
      return executor;
    };
    const dear = await measured(small, second, costly(90));
    const cheap = await resumedOnce(small, costly(10), costly(20), first);
    const parts = [cheap, dear].map((record, index) => partOf(record, index + 1, 2));
    const merged = mergeRecords(small.experiment, parts, 'merged');
    assert.deepEqual(
      merged.calibrations.map(({ edge }) => edge.median),
      [10, 20, 90],
    );
    const [one, two] = merged.run.shards ?? [];
    const [again] = merged.run.resumed ?? [];
    assert.ok(one?.firstTrial === 0 && again!.firstTrial > 0 && again!.firstTrial < two!.firstTrial);
    const rowOf = (record: RunRecord, cell: string) => record.summary.find((row) => row.cell === cell);
    for (const record of [cheap, dear])
      for (const row of record.summary) assert.deepEqual(rowOf(merged, row.cell), row);
    // and the figures by which records are compared are corrected in the same way
    const other = { ...merged, run: { ...merged.run, id: 'another' } };
    const compared = compare(pairRuns([{ record: merged, source: 'a' }], [{ record: other, source: 'b' }]), {
      ...{ thresholdPercent: null, filters: [], metrics: [], again: [] },
    });
    assert.ok(compared.rows.every(({ base }) => base !== null));
  });

  /** Ended in the middle, and gone on with by another executor. */
  async function resumedOnce(
    small: Small,
    before: MockExecutor,
    after: MockExecutor,
    share: Parameters<typeof smallPlan>[1],
  ): Promise<RunRecord> {
    const controller = new AbortController();
    let done = 0;
    const run = before.runTrial.bind(before);
    before.runTrial = (spec) => {
      if (done++ < 5) return run(spec);
      controller.abort();
      return new Promise(() => undefined);
    };
    const ended = await performRun(smallPlan(small, share), 'first', mockRun(before).tools, controller.signal);
    const part = stored(ended.record);
    const plan = planRecorded(small.experiment, part, 'here', { guest: null, allowedCpus });
    assert.deepEqual(
      plan.cells.map(({ key }) => key),
      smallPlan(small, share).cells.map(({ key }) => key),
      'the shard goes on with its own cells',
    );
    const signal = new AbortController().signal;
    const { record } = await performRun(plan, 'x', mockRun(after).tools, signal, { record: part, reread: () => part });
    return stored(record);
  }

  function partOf(record: RunRecord, index: number, of: number): ShardPart {
    return { index, of, cells: record.summary.map(({ cell }) => cell), record, source: `shard-${String(index)}` };
  }

  describe('is refused', () => {
    let parts: ShardPart[];
    before(async () => {
      parts = await shards(threeSizes, 3);
    });

    const changed = (change: (record: RunRecord) => Partial<RunRecord>): (() => ShardPart[]) => {
      return () =>
        parts.map((part) =>
          part.index === 2 ? { ...part, record: { ...part.record, ...change(part.record) } } : part,
        );
    };
    const experiment = (own: Partial<RunRecord['experiment']>) =>
      changed((record) => ({ experiment: { ...record.experiment, ...own } }));
    const environment = (own: Partial<RunRecord['environment']>) =>
      changed((record) => ({ environment: { ...record.environment, ...own } }));
    const refused: [string, () => () => ShardPart[], RegExp][] = [
      [
        'another kernel',
        () => environment({ kernelRelease: '6.2' }),
        /kernelRelease: 6.1.0 in shard 1, 6.2 in shard 2/,
      ],
      ['another processor', () => environment({ cpuModel: 'other' }), /cpuModel: mock in shard 1, other in shard 2/],
      ['another mitigation', () => environment({ mitigations: { x: 'y' } }), /mitigations\.x/],
      ['another seed', () => experiment({ seed: 8 }), /seed: 7 in shard 1, 8 in shard 2/],
      ['another number of rounds', () => experiment({ rounds: 4 }), /rounds: 3 in shard 1, 4 in shard 2/],
      ['quick and not', () => experiment({ quick: false }), /quick/],
      ['another commit', () => changed(() => ({ tool: { version: '0.1.0', commit: 'a' } })), /pktpath.commit/],
      ['another division', () => experiment({ shard: { index: 2, of: 4, cells: [] } }), /is not of shard 2\/3/],
      ['no shard at all', () => experiment({ shard: undefined }), /is not of shard 2\/3/],
      [
        'other cells of the whole',
        () => experiment({ shard: { index: 2, of: 3, cells: ['x'] } }),
        /cells would be others/,
      ],
      [
        'a run that was not finished',
        () => changed(({ run }) => ({ run: { ...run, status: 'partial' } })),
        /not finished/,
      ],
      ['the same run', () => changed(() => ({ run: parts[0]!.record.run })), /the same run/],
      ['another testbed', () => changed(({ testbed }) => ({ testbed: { ...testbed!, mtu: 9000 } })), /testbed mtu/],
      ['no calibration', () => changed(() => ({ calibrations: [] })), /calibration/],
      [
        'another calibration’s object',
        () => changed(({ calibrations }) => ({ calibrations: calibrations.map((each) => ({ ...each, object: 'x' })) })),
        /calibration\.object/,
      ],
      [
        'other hooks',
        () =>
          changed(({ stagePlans }) => ({
            stagePlans: stagePlans.map((plan) => ({ ...plan, object: 'x' })),
          })),
        /the hooks of the stage plan of tcp/,
      ],
      [
        'a trial less',
        () => changed(({ trials }) => ({ trials: trials.slice(0, -1) })),
        /trials in shard-2 do not give/,
      ],
      [
        'a trial of another cell',
        () => changed(({ trials }) => ({ trials: trials.map((each) => ({ ...each, cell: parts[0]!.cells[0]! })) })),
        /has a trial of .*, which is not the shard’s/,
      ],
      [
        'another figure in the summary',
        () =>
          changed(({ summary }) => ({
            summary: summary.map((row) => ({ ...row, trials: { ...row.trials, invalid: 7 } })),
          })),
        /do not give its figures/,
      ],
      [
        'another time in a trial',
        () =>
          changed(({ trials }) => ({ trials: trials.map((each) => ({ ...each, wirePackets: each.wirePackets + 1 })) })),
        /do not give its figures/,
      ],
    ];
    for (const [what, make, expected] of refused) {
      it(what, () => {
        assert.throws(
          () => mergeRecords(threeSizes.experiment, make()(), 'x'),
          (error) => {
            assert.ok(error instanceof PktpathError, String(error));
            assert.equal(error.exitCode, ExitCode.cannotCompare);
            assert.match(error.message, expected);
            return true;
          },
        );
      });
    }
  });
});
