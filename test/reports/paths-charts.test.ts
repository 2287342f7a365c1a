import assert from 'node:assert/strict';
import { groupFigure } from '../../reports/figures.js';
import { pathNames } from '../../harness/paths/paths.js';
import { familyOf } from '../../reports/charts/families.js';
import { pathsCharts } from '../../reports/charts/paths.js';
import { percentileCurve } from '../../reports/charts/road-delay.js';
import { renderSvg } from '../../reports/charts/svg.js';
import type { RunRecord } from '../../reports/record.js';
import { readRecord } from '../../reports/record-io.js';
import { roadsOf, skipReason } from '../../reports/roads.js';
import { samplePathsPath } from '../support/sample-paths-record.js';
import { HOSTILE, hostileRecord } from './hostile-record.js';
import { differing, draw, hasWhiteEdge, texts } from './reading.js';

/** Every value that a chart draws. */
function valuesOf(spec: unknown): Record<string, unknown>[] {
  if (Array.isArray(spec)) return spec.flatMap(valuesOf);
  if (typeof spec !== 'object' || spec === null) return [];
  const own = 'values' in spec && Array.isArray(spec.values) ? spec.values : [];
  const records = own.filter((each): each is Record<string, unknown> => typeof each === 'object' && each !== null);
  return [...records, ...Object.values(spec).flatMap(valuesOf)];
}

describe('charts of experiment paths', function () {
  let record: RunRecord;
  const svgs = new Map<string, string>();
  const warnings: string[] = [];
  const ids = (from: RunRecord): string[] => pathsCharts(from).map(({ id }) => id);
  const values = (id: string): Record<string, unknown>[] =>
    valuesOf(pathsCharts(record).find((chart) => chart.id === id)!.spec);

  before(async () => {
    for (const { id, spec } of pathsCharts(readRecord(samplePathsPath))) {
      svgs.set(id, await renderSvg(spec, (message) => warnings.push(message)));
    }
  });

  beforeEach(() => {
    record = readRecord(samplePathsPath);
  });

  it('are drawn without a complaint of vega, the same bytes each time', async () => {
    assert.deepEqual([...svgs.keys()], ['rates', 'loss', 'contexts', 'cost-by-rate', 'delay']);
    assert.deepEqual(warnings, []);
    for (const { id, spec } of pathsCharts(record)) assert.equal(await renderSvg(spec), svgs.get(id));
  });

  it('have text, and nothing cut off', () => {
    for (const [id, svg] of svgs) {
      const picture = draw(svg, true);
      assert.ok(differing(picture.pixels, draw(svg, false).pixels) > 5000, `${id} has no text`);
      assert.ok(hasWhiteEdge(picture), id);
    }
  });

  it('name kernel, frames and rate, and every road that was measured', () => {
    for (const [id, svg] of svgs) assert.match(texts(svg).join('\n'), /kernel 6\.18\.44; 64 B frames/, id);
    for (const id of ['contexts', 'delay']) assert.match(texts(svgs.get(id)!).join('\n'), /10000 packets\/s/, id);
    const drawn = new Set([...svgs.values()].flatMap(texts));
    for (const road of roadsOf(record)) {
      assert.equal(drawn.has(road.label.replaceAll('\u00a0', ' ')), skipReason(road) === null, road.label);
    }
  });

  it('have the rates of the record, open ones as such', () => {
    const of = (road: string) => values('rates').filter((each) => each['road'] === road);
    const udp = roadsOf(record).find(({ label }) => label === 'udp')!;
    const [ndr, pdr] = udp.search!.goals;
    const delivered = udp.saturation!.metrics['packetsPerSecond']!;
    const read = of('udp').map(({ low, high }) => [low, high]);
    for (const each of [ndr!, pdr!]) {
      assert.deepEqual(
        read.find(([low]) => low === each.lower!.packetsPerSecond),
        [each.lower!.packetsPerSecond, each.upper!.packetsPerSecond],
      );
    }
    assert.ok(of('udp').some(({ rate }) => rate === delivered.median));
    assert.ok(of('tpacket-v3').some(({ kind, reading }) => String(kind).startsWith('PDR') && reading === 'at least'));
    assert.ok(of('packet-recvfrom spin').some(({ reading }) => reading === 'less than'));
  });

  it('have each trial of search and saturation as a point of loss, invalid ones left out', () => {
    const all = values('loss').filter(({ road }) => road === 'udp');
    const { saturation, search } = roadsOf(record).find(({ label }) => label === 'udp')!;
    const trials = record.trials.filter(({ cell }) => cell === saturation!.cell || cell === search!.cell);
    assert.equal(all.length, trials.length);
    assert.equal(trials.filter(({ purpose }) => purpose === 'search').length, 6);
    for (const { generator, ledger } of trials) {
      const lost = 100 * (1 - ledger.delivered / ledger.sent);
      assert.ok(all.some(({ x, y }) => x === generator.achievedPacketsPerSecond && Math.abs(Number(y) - lost) < 1e-9));
    }
    trials[0]!.valid = false;
    trials[1]!.ledger.drops = { filter: trials[1]!.ledger.sent - trials[1]!.ledger.delivered };
    const now = values('loss').filter(({ road }) => road === 'udp');
    assert.equal(now.length, trials.length - 1);
    assert.ok(now.some(({ x, y }) => x === trials[1]!.generator.achievedPacketsPerSecond && y === 0));
  });

  it('have the whole cost split by context', () => {
    const udp = roadsOf(record).find(({ label }) => label === 'udp')!.paced[0]!;
    const label = texts(svgs.get('contexts')!).find((text) =>
      text.startsWith(`${udp.metrics['cpuNsPerPacket']!.median.toFixed(0)} (`),
    );
    assert.ok(label !== undefined);
    const segments = values('contexts').filter(({ road, context }) => road === 'udp' && context !== undefined);
    const groups = udp.groups.filter((group) => group.grouping === 'context' && groupFigure(group) > 0);
    assert.deepEqual(
      segments.map(({ from, to }) => Math.round(Number(to) - Number(from))).sort(),
      groups.map((group) => Math.round(groupFigure(group))).sort(),
    );
  });

  it('put percentiles where they are', () => {
    const curve = percentileCurve({ lowerBounds: [10, 20, 30, 40], counts: [50, 40, 9, 1] });
    const read = curve.map(({ x, y }) => [Math.round(x * 1000) / 1000, y]);
    assert.deepEqual(read, [
      [0.301, 10],
      [1, 20],
      [2, 30],
      [2.301, 40],
    ]);
    assert.deepEqual(percentileCurve({ lowerBounds: [], counts: [] }), []);
    const many = Array.from({ length: 5000 }, (_, index) => index + 1);
    const thinned = percentileCurve({ lowerBounds: many, counts: many.map(() => 1) });
    assert.ok(thinned.length <= 122);
    assert.equal(thinned.at(-1)!.y, 5000);
  });

  it('are left out where there are no data', () => {
    assert.deepEqual(ids({ ...record, summary: [], searches: [] }), []);
    const skipped = record.summary.filter((row) => row.status === 'skipped');
    assert.deepEqual(ids({ ...record, summary: skipped, searches: [] }), []);
    const oneRate = record.summary.filter((row) => row.params['packetsPerSecond'] !== 100_000);
    assert.deepEqual(ids({ ...record, summary: oneRate }), ['rates', 'loss', 'contexts', 'delay']);
    const unpaced = record.summary.filter((row) => row.params['packetsPerSecond'] === null);
    assert.deepEqual(ids({ ...record, summary: unpaced }), ['rates', 'loss']);
    assert.deepEqual(ids({ ...record, trials: [] }), ['rates', 'contexts', 'cost-by-rate', 'delay']);
    const large = record.summary
      .filter((row) => row.params['frameBytes'] === 64)
      .map((row) => ({ ...row, params: { ...row.params, frameBytes: 1514 } }));
    assert.deepEqual(ids({ ...record, summary: [...record.summary, ...large] }).slice(5), [
      'rates-1514',
      'loss-1514',
      'contexts-1514',
      'cost-by-rate-1514',
      'delay-1514',
    ]);
    for (const row of record.summary) row.distributions.latencyNs = null;
    assert.ok(!ids(record).includes('delay'));
  });

  it('survive one cell alone and a hostile record', async () => {
    const one = { ...record, searches: [], summary: record.summary.slice(0, 1) };
    assert.deepEqual(ids(one), ['contexts', 'delay']);
    for (const { spec } of pathsCharts(one)) assert.match(await renderSvg(spec), /tcp/);
    const charts = pathsCharts(hostileRecord(record));
    assert.ok(charts.length > 2);
    for (const { spec } of charts) {
      const svg = await renderSvg(spec);
      assert.doesNotMatch(svg, /<script|<foreignObject|\son\w+=|href=|NaN|Infinity/i);
      assert.ok(!svg.includes(HOSTILE));
    }
  });

  it('know the family of every path', () => {
    for (const path of pathNames) assert.notEqual(familyOf({ path }), 'other');
    for (const path of ['constructor', HOSTILE]) assert.equal(familyOf({ path }), 'other');
  });
});
