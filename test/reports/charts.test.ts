import assert from 'node:assert/strict';
import { fontFiles, readAdvances } from '../../reports/charts/fonts.js';
import { inkOn, stageColour } from '../../reports/charts/palette.js';
import { renderSvg } from '../../reports/charts/svg.js';
import { table1Charts } from '../../reports/charts/table1.js';
import type { RunRecord } from '../../reports/record.js';
import { readRecord } from '../../reports/record-io.js';
import { stageNames } from '../../harness/plan/stages.js';
import { samplePath } from '../support/sample-record.js';
import { HOSTILE, hostileRecord } from './hostile-record.js';
import { differing, draw, hasWhiteEdge, texts } from './reading.js';

describe('charts of the stored record', function () {
  let record: RunRecord;
  const svgs = new Map<string, string>();
  const warnings: string[] = [];

  before(async () => {
    record = readRecord(samplePath);
    for (const { id, spec } of table1Charts(record)) {
      svgs.set(id, await renderSvg(spec, (message) => warnings.push(message)));
    }
  });

  it('are drawn without a complaint of vega', () => {
    assert.deepEqual([...svgs.keys()], ['stage-shares', 'stage-nanoseconds', 'probe-correction']);
    assert.deepEqual(warnings, []);
  });

  it('are the same bytes each time', async () => {
    for (const { id, spec } of table1Charts(record)) assert.equal(await renderSvg(spec), svgs.get(id));
  });

  it('name kernel, paths, rate and unit', () => {
    for (const [id, svg] of svgs) {
      const all = texts(svg).join('\n');
      assert.match(all, /kernel 6\.18\.44; tcp, packet-recvfrom, libpcap; 20000 packets\/s; tcp bulk unpaced/, id);
      assert.match(all, id === 'stage-shares' ? /share of the CPU time.*%/ : /ns for each packet/, id);
    }
  });

  it('have ink where the text goes: fonts are found', () => {
    for (const [id, svg] of svgs) {
      const with_ = draw(svg, true);
      const without = draw(svg, false);
      assert.ok(differing(with_.pixels, without.pixels) > 5000, `${id} has no text`);
    }
  });

  it('cut nothing off: the outermost pixels are ground', () => {
    for (const [id, svg] of svgs) {
      assert.ok(hasWhiteEdge(draw(svg, true)), id);
    }
  });

  it('have the article’s bar beside every cell’s, with direct labels from 5 % on', () => {
    const all = texts(svgs.get('stage-shares')!);
    for (const text of ['article: linux-2.4.10, TCP', 'unaccounted in the article', '55 %', '5.5 %']) {
      assert.ok(all.includes(text), text);
    }
    assert.ok(!all.includes('4.5 %'));
    for (const label of ['tcp message 64 B', 'tcp bulk 1514 B', 'packet-recvfrom 512 B', 'libpcap 1514 B']) {
      assert.ok(all.includes(label), label);
    }
    const copy = record.summary
      .find(({ path }) => path === 'packet-recvfrom')!
      .stages.find(({ stage }) => stage === 'copy')!;
    assert.ok(all.includes(`${copy.sharePercent!.toFixed(0)} %`));
  });

  it('take intervals from the record, and draw none where it has none', async () => {
    const estimate = record.summary[0]!.metrics['cpuNsPerPacket']!;
    const range = `(${estimate.low!.toFixed(0)}–${estimate.high!.toFixed(0)})`;
    assert.ok(texts(svgs.get('stage-nanoseconds')!).some((text) => text.endsWith(range)));
    const bare = structuredClone(record);
    for (const row of bare.summary)
      for (const each of Object.values(row.metrics)) Object.assign(each, { low: null, high: null });
    for (const { id, spec } of table1Charts(bare)) {
      const svg = await renderSvg(spec);
      assert.ok(!texts(svg).some((text) => /^\d+ \(/.test(text)), id);
    }
  });

  it('do not claim 95 % of too few trials', async () => {
    const few = structuredClone(record);
    for (const row of few.summary) row.trials.probed = 3;
    for (const { spec } of table1Charts(few)) assert.doesNotMatch(texts(await renderSvg(spec)).join(), /95 %/);
  });

  it('are none when nothing was measured, and survive one cell alone and a hostile record', async () => {
    assert.deepEqual(table1Charts({ ...record, summary: [] }), []);
    const one = { ...record, summary: record.summary.slice(3, 4) };
    for (const { spec } of table1Charts(one)) assert.match(await renderSvg(spec), /tcp bulk/);
    for (const { spec } of table1Charts(hostileRecord())) {
      const svg = await renderSvg(spec);
      assert.doesNotMatch(svg, /<script|<foreignObject|\son\w+=|href=|NaN|Infinity/i);
      assert.ok(!svg.includes(HOSTILE));
    }
  });
});

describe('chart parts', () => {
  it('reads character widths from the font', () => {
    const regular = readAdvances(fontFiles.regular);
    const bold = readAdvances(fontFiles.bold);
    const width = (advance: (code: number) => number, text: string): number =>
      Array.from(text).reduce((sum, character) => sum + advance(character.codePointAt(0)!), 0);
    // From the font’s own metrics: 0 is 1303 of 2048 units, i 569, M 1767; in bold 0 is 1425.
    assert.equal(regular(0x30), 1303 / 2048);
    assert.equal(regular(0x69), 569 / 2048);
    assert.equal(regular(0x4d), 1767 / 2048);
    assert.equal(bold(0x30), 1425 / 2048);
    assert.ok(width(regular, '–·→') > 1);
    assert.equal(regular(0x10ffff), regular(0xffff));
    assert.throws(() => readAdvances(new URL(import.meta.url).pathname));
  });

  it('has a colour for each stage, and ink that reads on it', () => {
    const colours = stageNames.map(stageColour);
    assert.equal(new Set(colours).size, stageNames.length);
    for (const colour of colours) assert.match(colour, /^#[0-9a-f]{6}$/);
    assert.equal(stageColour('constructor'), stageColour('another'));
    assert.equal(inkOn('#ffffff'), 'black');
    assert.equal(inkOn('#0b4f86'), 'white');
  });
});
