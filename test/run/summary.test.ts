import assert from 'node:assert/strict';
import { closureTotals, groupFigure, stageFigures } from '../../reports/figures.js';
import { performRun } from '../../harness/run/run.js';
import { mockCosts, MockExecutor, mockStates } from '../support/mock-executor.js';
import type { MockOptions } from '../support/mock-executor.js';
import { mockRun } from '../support/mock-run.js';
import { smallPlan } from '../support/small-plan.js';
import type { RunRecord, SummaryRow } from '../../reports/record.js';

async function measure(options: MockOptions = {}, settings: string[] = [], rounds = 3): Promise<RunRecord> {
  const { record } = await performRun(
    smallPlan(settings, rounds),
    'test',
    mockRun(new MockExecutor(options)).tools,
    new AbortController().signal,
  );
  assert.ok(record !== null);
  return record;
}

function near(actual: number | null | undefined, expected: number, what: string): void {
  assert.ok(typeof actual === 'number' && Math.abs(actual - expected) < 1e-6, `${what}: ${actual}, not ${expected}`);
}

const receiving = mockStates.filter((state) => state.stage !== 'softirq-other');
const total = receiving.reduce((sum, state) => sum + state.ns, 0);

describe('the summary', () => {
  let record: RunRecord;
  let row: SummaryRow;

  before(async () => {
    record = await measure();
    row = record.summary.find((each) => each.path === 'packet-recvfrom')!;
  });

  it('takes the probes out, stage by stage, and finds what was there without them', () => {
    assert.deepEqual(
      row.stages.map((stage) => stage.stage),
      receiving.map((state) => state.stage),
    );
    for (const stage of row.stages) {
      const truth = receiving.find((state) => state.stage === stage.stage)!.ns;
      const { raw, correction, corrected } = stageFigures(stage);
      near(raw - correction, truth, stage.stage);
      if (!stage.belowProbeCost) near(corrected, truth, stage.stage);
    }
    near(row.metrics['cpuNsPerPacket']?.median, total, 'corrected total');
    near(closureTotals(row.closure!).corrected, total, 'closure');
  });

  it('gives no number for a stage that is less than the probes in it', () => {
    const hardIrq = row.stages.find((stage) => stage.stage === 'hard-irq')!;
    // 100 ns of work under an edge and a pass, 150 ns.
    assert.ok(hardIrq.belowProbeCost);
    assert.deepEqual([stageFigures(hardIrq).corrected, hardIrq.sharePercent], [null, null]);
    near(hardIrq.low, 250, 'raw interval');
    assert.equal(row.stages.filter((stage) => stage.belowProbeCost).length, 1);
  });

  it('widens intervals by what the calibration is unsure of', () => {
    const copy = row.stages.find((stage) => stage.stage === 'copy')!;
    const { edge, pass } = mockCosts;
    near(copy.low, 400 - (edge.high + pass.high - edge.median - pass.median), 'low');
    near(copy.high, 400 + (edge.median + pass.median - edge.low - pass.low), 'high');
  });

  it('names the hooks of each stage, and what is merged into it', () => {
    const netRx = row.stages.find((stage) => stage.stage === 'net-rx')!;
    assert.deepEqual(
      [netRx.label, netRx.tier, netRx.targets],
      ['net-rx (with packet-tap)', 'tracepoint', ['mock:netif_receive_skb']],
    );
    assert.deepEqual(row.stages.find((stage) => stage.stage === 'user')!.tier, null);
  });

  it('adds the same time up in both groupings', () => {
    for (const grouping of ['article', 'context'] as const) {
      const groups = row.groups.filter((group) => group.grouping === grouping);
      near(
        groups.reduce((sum, group) => sum + group.sharePercent, 0),
        100,
        grouping,
      );
      near(
        groups.reduce((sum, group) => sum + groupFigure(group), 0),
        total,
        grouping,
      );
    }
    const of = (name: string) => row.groups.find((group) => group.group === name)!;
    near(groupFigure(of('interrupt')), 400, 'hard-irq and driver-rx');
    near(groupFigure(of('napi-thread')), 900, 'driver-rx and net-rx');
    near(groupFigure(of('not-in-article')), 500, 'user');
    assert.deepEqual([of('copy').articlePercent, of('user').articlePercent], [55, null]);
    assert.equal(
      row.groups.find((group) => group.group === 'softirq' && group.grouping === 'context'),
      undefined,
    );
  });

  it('has the unprobed figures from the unprobed trials', () => {
    near(row.metrics['unprobedCpuNsPerPacket']?.median, 2900, 'the threads of the mock, without its interrupt');
    near(row.metrics['packetsPerSecond']?.median, 20_000, 'rate');
    near(row.metrics['syscallsPerPacket']?.median, 1, 'calls');
    near(row.metrics['wakeupsPerPacket']?.median, 0.1, 'wake-ups');
    assert.equal(row.metrics['probedThroughputRatio'], undefined);
    for (const name of Object.keys(row.metrics))
      assert.ok(
        record.metrics.some((metric) => metric.name === name),
        name,
      );
  });

  it('has no unprobed total where the clocks contradict the accounting', async () => {
    const misled = await measure({ tamper: (result) => ({ ...result, napiCpuNs: 3 * (result.napiCpuNs ?? 0) }) });
    const [first] = misled.summary;
    assert.ok(first !== undefined);
    assert.equal(closureTotals(first.closure!).unprobed, null);
    assert.equal(first.metrics['unprobedCpuNsPerPacket'], undefined);
    assert.ok(misled.warnings.some(({ code }) => code === 'unprobed-total'));
  });

  it('adds the ledgers up', () => {
    assert.equal(row.ledger?.sent, 2000 * 6);
    assert.deepEqual([row.ledger.unit, row.ledger.unexplained], ['packets', 0]);
    assert.equal(record.summary.find((each) => each.path === 'tcp')?.ledger?.unit, 'bytes');
  });

  it('says what too few trials cover', () => {
    const levels = record.warnings.filter((warning) => warning.code === 'interval-level');
    assert.equal(levels.length, 1);
    assert.match(levels[0]!.message, /3 trials .* covers 75\.0 %/);
    assert.equal(levels[0]!.about, null);
  });
});

describe('comparisons', () => {
  it('take the ratio within each round, so that a drift of the machine cancels', async () => {
    // In each round everything costs half as much again, and packet-recvfrom saves a quarter of TCP's raw time.
    const record = await measure({
      tamper: (result, spec, count) => {
        if (result.probes === null) return result;
        const factor = (1 + Math.floor(count / 4) / 2) * (spec.path.name === 'tcp' ? 1 : 0.75);
        const scaled = result.probes.cpus.map((cpu) => ({
          ...cpu,
          states: cpu.states.map((state) => {
            const truth = mockStates.find((each) => each.stage === state.stage);
            return truth === undefined
              ? state
              : { ...state, ns: state.ns + (factor - 1) * truth.ns * result.wirePackets };
          }),
        }));
        return { ...result, probes: { ...result.probes, cpus: scaled } };
      },
    });
    assert.equal(record.comparisons.length, 1);
    const { savingPercent, base, arm, articlePercent } = record.comparisons[0]!;
    near(savingPercent.median, 25, 'saving');
    near(savingPercent.low, 25, 'low');
    assert.deepEqual([savingPercent.n, articlePercent], [3, 10]);
    assert.match(base, /^tcp /);
    assert.match(arm, /^packet-recvfrom /);
  });
});

describe('bulk', () => {
  it('has bits per second, and the throughput with probes over that without', async () => {
    const record = await measure(
      { tamper: (result, spec) => (spec.probes === null ? result : { ...result, windowNs: result.windowNs / 0.8 }) },
      ['paths=tcp', 'tcpTraffic=tcp-bulk'],
    );
    const [row] = record.summary;
    assert.equal(row?.params['packetsPerSecond'], null);
    near(row.metrics['probedThroughputRatio']?.median, 0.8, 'ratio');
    const { bytes } = record.trials[0]!.reader;
    near(row.metrics['bitsPerSecond']?.median, (bytes * 8e9) / 101_000_000, 'bits');
  });
});

describe('warnings', () => {
  const codes = (record: RunRecord): string[] => [...new Set(record.warnings.map((warning) => warning.code))].sort();

  it('are none but those of few trials in a quiet run, and none at all in a long one', async () => {
    assert.deepEqual(codes(await measure()), ['interval-level']);
    assert.deepEqual(codes(await measure({}, [], 6)), []);
  });

  it('tell of late sends and of a share that spreads', async () => {
    const record = await measure(
      {
        tamper: (result, spec, count) => {
          const lateness = { lowerBounds: [0, 5_000_000], counts: [90, 10] };
          const late = { ...result, generator: { ...result.generator, lateness } };
          if (result.probes === null || spec.path.name !== 'tcp') return late;
          const cpus = result.probes.cpus.map((cpu) => ({
            ...cpu,
            states: cpu.states.map((each) =>
              each.stage === 'copy' ? { ...each, ns: each.ns * (1 + count / 10) } : each,
            ),
          }));
          return { ...late, probes: { ...result.probes, cpus } };
        },
      },
      [],
      6,
    );
    assert.deepEqual(codes(record), ['lateness', 'share-spread']);
    assert.ok(
      record.warnings.some(
        (warning) => warning.code === 'share-spread' && /[:,] copy \(\d+\.\d points\)/.test(warning.message),
      ),
    );
  });

  it('name the layers that dropped packets', async () => {
    const record = await measure({
      tamper: (result, spec) => {
        if (spec.path.name === 'tcp' || spec.probes !== null) return result;
        const { packets, ...reader } = result.reader;
        return { ...result, reader: { ...reader, packets: packets - 3, drops: { socket: 3 } } };
      },
    });
    const [drops] = record.warnings.filter((warning) => warning.code === 'drops');
    assert.match(drops?.message ?? '', /on the way: socket 9$/);
    assert.match(drops?.about ?? '', /^packet-recvfrom /);
  });

  it('tell when sender and receiver share a CPU', async () => {
    assert.ok(codes(await measure({}, ['receiverCpu=1', 'senderCpu=1'])).includes('shared-cpu'));
  });
});
