import assert from 'node:assert/strict';
import { renderSvg } from '../../reports/charts/svg.js';
import { curveChart } from '../../reports/curves/curve-chart.js';
import { curveTable } from '../../reports/curves/curve-table.js';
import type { CurvePlan } from '../../reports/curves/curve.js';
import { fitTable, shapeOf } from '../../reports/curves/fit.js';
import type { FitPlan } from '../../reports/curves/fit.js';
import { recordedMetric } from '../../reports/curves/metric.js';
import type { RunRecord } from '../../reports/record.js';
import { perPacket } from '../../reports/tables/format.js';
import { HOSTILE, hostileRecord } from '../reports/hostile-record.js';
import { draw, hasWhiteEdge, lines, texts, titles } from '../reports/reading.js';
import { curveRecord } from '../support/curve-record.js';
import type { CurveCell } from '../support/curve-record.js';

const batches = [1, 2, 4, 8, 16, 32, 64];

/** c + s ∕ n with a scatter that its rounds share. */
function hyperbola(path: CurveCell['path'], each: number, call: number): CurveCell[] {
  const rounds = [0, 1, 2, 3, 4, 5].map((round) => 0.02 * round);
  return batches.map((batch) => ({ path, params: { batch }, calls: rounds.map((by) => each + by + call / batch) }));
}

const cells: CurveCell[] = [
  ...hyperbola('packet-recvmmsg', 0.5, 1),
  ...hyperbola('udp-recvmmsg', 0.25, 0.5),
  { path: 'af-xdp', params: { batch: 1 }, reason: 'bind: EOPNOTSUPP' },
  { path: 'udp-recvmmsg', params: { batch: 128 }, reason: 'no valid trial' },
  { path: 'tcp', params: { frameBytes: 64 }, calls: [1] },
];

function planOf(record: RunRecord): CurvePlan {
  return {
    id: 'calls',
    title: 'Calls against the vector’s length',
    x: { key: 'batch', title: 'packets a call at most', unit: null },
    metric: recordedMetric(record, 'syscallsPerPacket', {
      title: 'system calls for each packet',
      unit: 'calls/packet',
      format: perPacket,
    }),
  };
}

function fitOf(record: RunRecord): FitPlan {
  return {
    curve: planOf(record),
    model: 'hyperbola',
    intercept: { title: 'each packet', unit: 'calls', format: perPacket },
    slope: { title: 'each call', unit: 'calls', format: perPacket },
  };
}

describe('a curve', () => {
  const record = curveRecord(cells);
  const table = curveTable(record, planOf(record));

  it('has its parameter in rows and its arms in columns, with intervals', () => {
    assert.deepEqual(titles(table), ['packets a call at most', 'packet-recvmmsg', 'udp-recvmmsg']);
    assert.deepEqual(lines(table).slice(0, 2), [
      '1 | 1.55 (1.51–1.59) | 0.80 (0.76–0.84)',
      '2 | 1.05 (1.01–1.09) | 0.55 (0.51–0.59)',
    ]);
    assert.equal(table.rows.length, batches.length + 1);
  });

  it('names arms and points that were skipped, with their reason', () => {
    assert.equal(lines(table).at(-1), 'af-xdp: skipped: bind: EOPNOTSUPP');
    assert.ok(table.notes.includes('udp-recvmmsg at 128: skipped: no valid trial'));
  });

  it('says what its intervals are', () => {
    assert.match(table.notes[0]!, /in brackets, its 95 % interval/);
    const few = curveRecord(cells.map((cell) => ({ ...cell, ...(cell.calls && { calls: cell.calls.slice(0, 3) }) })));
    assert.match(curveTable(few, planOf(few)).notes.join('\n'), /its range.*\n.*3 trials are too few/);
  });

  it('has the arms that it is asked for', () => {
    const plan: CurvePlan = {
      ...planOf(record),
      rows: ({ path }) => path !== 'udp-recvmmsg',
      arm: ({ path }) => path.toUpperCase(),
    };
    assert.deepEqual(titles(curveTable(record, plan)).slice(1), ['PACKET-RECVMMSG']);
  });

  it('is fitted in each round, in words too', () => {
    assert.deepEqual(lines(fitTable(record, fitOf(record))), [
      'packet-recvmmsg | 0.55 (0.51–0.59) | 1.00 (1.00–1.00) | 1.000 | falls as a hyperbola',
      'udp-recvmmsg | 0.30 (0.26–0.34) | 0.50 (0.50–0.50) | 1.000 | falls as a hyperbola',
    ]);
    const one = curveRecord(cells.filter(({ params }) => params['batch'] === 1));
    assert.deepEqual(fitTable(one, fitOf(one)).rows, []);
  });

  it('has a shape only where the interval says so', () => {
    const of = (low: number | null, high: number | null, rSquared: number, withinNoise = false, n = 6) => {
      const slope = { median: 1, low, high, n };
      return shapeOf({ slope, intercept: slope, rSquared, withinNoise }, 'linear');
    };
    assert.equal(of(0.5, 1.5, 0.95), 'rises as a line');
    assert.equal(of(-1.5, -0.5, 0.95), 'falls as a line');
    assert.equal(of(0.5, 1.5, 0.5), 'rises, but not as a line');
    assert.equal(of(0.5, 1.5, 0.5, true), 'rises; a line within its noise');
    assert.equal(of(0.5, 1.5, 0.5, false, 5), 'rises; too few rounds to say how');
    assert.equal(of(-0.5, 1.5, 0.95), 'no slope that can be told from none');
    assert.equal(of(null, null, 1), 'unsure: too few rounds');
  });

  it('is drawn with units, every arm that was measured, and nothing cut off', async () => {
    for (const options of [{}, { logX: true, logY: true }, { logX: true, fit: fitOf(record) }]) {
      const warnings: string[] = [];
      const [chart] = curveChart(record, planOf(record), options);
      const svg = await renderSvg(chart!.spec, (warning) => warnings.push(warning));
      assert.deepEqual(warnings, []);
      const words = texts(svg);
      for (const each of ['system calls for each packet, calls/packet', 'packets a call at most']) {
        assert.ok(words.includes(each), `${each} in ${words.join('; ')}`);
      }
      for (const arm of ['packet-recvmmsg', 'udp-recvmmsg']) assert.ok(words.includes(arm));
      assert.ok(!words.includes('af-xdp'));
      assert.ok(hasWhiteEdge(draw(svg, true)));
    }
  });

  it('is left out where nothing was measured', () => {
    const none = curveRecord(cells.filter(({ calls }) => calls === undefined));
    assert.deepEqual(curveChart(none, planOf(none)), []);
    assert.deepEqual(lines(curveTable(none, planOf(none))), [
      'af-xdp: skipped: bind: EOPNOTSUPP',
      'udp-recvmmsg: skipped: no valid trial',
    ]);
  });

  it('survives a hostile record', async () => {
    const hostile = hostileRecord(record);
    for (const row of hostile.summary)
      row.metrics = { syscallsPerPacket: { median: 1e300, low: -1e300, high: 1e300, n: 1 } };
    hostile.summary[0]!.metrics = { syscallsPerPacket: { median: 1, low: 0, high: 2, n: 2 } };
    assert.ok(curveTable(hostile, planOf(hostile)).rows.length > 0);
    for (const { spec } of curveChart(hostile, planOf(hostile), { logX: true, fit: fitOf(hostile) })) {
      const svg = await renderSvg(spec);
      assert.doesNotMatch(svg, /<script|NaN|Infinity/i);
      assert.ok(!svg.includes(HOSTILE));
    }
  });
});
