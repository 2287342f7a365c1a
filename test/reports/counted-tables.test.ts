import assert from 'node:assert/strict';
import { table1Charts } from '../../reports/charts/table1.js';
import { renderSvg } from '../../reports/charts/svg.js';
import { htmlPage } from '../../reports/html-page.js';
import { markdownPage } from '../../reports/markdown-page.js';
import type { RunRecord, SummaryRow } from '../../reports/record.js';
import { accessTable, countedStageTable, framesTable } from '../../reports/tables/counted-tables.js';
import { table1Tables, terminalTables } from '../../reports/tables/table1.js';
import { renderTerminal } from '../../reports/tables/table.js';
import { trialsCsv } from '../../reports/trials-csv.js';
import { sampleCountedRecord } from '../support/sample-counted-record.js';
import { hasWhiteEdge, draw, lines, texts, titles } from './reading.js';

/** A nanosecond, however spelled, where it is not the article's or part of another word. */
const nanosecond = /\b(?:ns|[Nn]anoseconds?)\b|[a-z]Ns\b/;

describe('tables of an exact record', () => {
  let record: RunRecord;
  let row: SummaryRow;
  const cells = (name: string): string[] => {
    const line = lines(countedStageTable(record, row)).find((each) => each.startsWith(name));
    assert.ok(line !== undefined, name);
    return line.split(' | ');
  };
  const at = (title: string): number => titles(countedStageTable(record, row)).indexOf(title);

  before(async () => {
    record = await sampleCountedRecord();
    [row] = record.summary as [SummaryRow];
  });

  it('have the stages in the order of a packet, then the total', () => {
    assert.deepEqual(
      lines(countedStageTable(record, row)).map((line) => line.split(' | ')[0]),
      ['driver-irq', 'driver-rx *', 'net-rx (with packet-tap)', 'recvmsg', 'copy, 1514 B', 'user', 'total'],
    );
  });

  it('have raw, correction, corrected and share of every stage, also of one below its correction', () => {
    assert.deepEqual(cells('driver-irq').slice(1, 6), ['1.00', '250', '150', '100', '1.4']);
    assert.deepEqual(cells('copy').slice(1, 6), ['1.00', '2150', '150', '2000', '27.3']);
    assert.deepEqual(cells('total').slice(2, 5), ['8110', '775', '7335']);
  });

  it('have the lengths of a visit, and mark a difference of modes', () => {
    assert.equal(cells('driver-rx')[at('one visit')], '2272 × 62 % · 3424 × 38 %');
    assert.equal(cells('driver-rx')[at('A/A')], '6.785 modes');
    // two visits for each packet are none
    assert.equal(cells('net-rx')[at('one visit')], '250 × 50 % · 340 × 50 %');
    assert.equal(cells('net-rx')[at('A/A')], '0.000');
    assert.equal(cells('user')[at('one visit')], '40');
    assert.equal(cells('total')[at('A/A')], '2.863');
    const { notes } = countedStageTable(record, row);
    assert.ok(notes.some((note) => note.startsWith('* driver-rx: packets differ here')));
    assert.ok(!notes.some((note) => note.includes('net-rx')));
  });

  it('say what an instruction is not, and how many bytes were copied', () => {
    const notes = countedStageTable(record, row).notes.join('\n');
    assert.match(notes, /`rep movsb` counts one a byte/);
    assert.match(notes, /DMA, caches and waiting for a device count nothing/);
    assert.match(notes, /copy: 1514 bytes a packet\./);
    // the emulator of the sample knows no copy, and so no repeats
    assert.doesNotMatch(notes, /repeats of a string instruction/);
    assert.match(notes, /emulator: median of 2 unprobed trials, whose totals are from 5230 to 5440\./);
  });

  it('have the article’s shares beside, and the floor below', () => {
    const last = table1Tables(record).at(-1)!;
    assert.equal(last.id, 'article-groups');
    assert.match(last.title, /^Share of instructions/);
    assert.match(lines(last)[2]!, /^copy \| 55\.0 \| 27\.3/);
    assert.ok(
      last.notes.some((note) => /A\/A floor, 2 boots .*: 2\.863 % of the total; .* 20\.0, 22\.0 s, 10\.0 %/.test(note)),
    );
    assert.ok(last.notes.every((note) => !note.includes('95 %')));
  });

  it('never call an instruction a nanosecond, in any form', async () => {
    const tables = table1Tables(record);
    const charts = table1Charts(record).map((chart) => ({ ...chart, svg: '', file: '' }));
    const shown = [
      ...[...tables, ...terminalTables(record)].map((table) => renderTerminal(table, { width: 120, colour: false })),
      markdownPage(record, tables, charts),
      htmlPage(record, tables, charts),
      trialsCsv(record),
    ];
    for (const { spec } of table1Charts(record)) shown.push(texts(await renderSvg(spec)).join('\n'));
    for (const text of shown) {
      const found = nanosecond.exec(text);
      assert.equal(found?.[0], undefined, text.slice((found?.index ?? 0) - 60, (found?.index ?? 0) + 60));
    }
    assert.match(trialsCsv(record), /,windowGuestClock,/);
  });

  it('fit a terminal of 120 columns, ids of their own', () => {
    const ids = table1Tables(record).map(({ id }) => id);
    assert.equal(new Set(ids).size, ids.length);
    for (const table of terminalTables(record)) {
      for (const line of renderTerminal(table, { width: 120, colour: false }).split('\n'))
        assert.ok(Array.from(line).length <= 120, line);
    }
    assert.equal(lines(accessTable(record)).length, 1 + 5);
    assert.match(lines(framesTable(record))[1]!, /^sent \| 1000/);
  });
});

describe('charts of an exact record', () => {
  it('are in instructions, of the totals of the record', async () => {
    const record = await sampleCountedRecord();
    const charts = table1Charts(record);
    assert.deepEqual(
      charts.map(({ id }) => id),
      ['stage-shares', 'stage-instructions', 'probe-correction'],
    );
    const svgs: string[] = [];
    for (const { spec } of charts) svgs.push(await renderSvg(spec));
    const [shares, costs, correction] = svgs.map((svg) => texts(svg));
    assert.ok(shares!.includes('share of the instructions of the receiver’s side, %'));
    assert.ok(shares!.includes('7335 instructions'));
    assert.ok(costs!.includes('instructions of the receiver’s side for each packet'));
    assert.ok(costs!.includes('7335 (7230–7440)'), costs!.join('\n'));
    assert.ok(correction!.includes('unprobed, by the emulator'));
    for (const svg of svgs) assert.ok(hasWhiteEdge(draw(svg, true)));
    // in the order of a packet, in the legend too
    const legend = costs!.filter((text) => /^(driver-irq|driver-rx|net-rx|recvmsg|copy|user)\b/.test(text));
    assert.deepEqual(
      legend.map((text) => text.split(' ')[0]),
      ['driver-irq', 'driver-rx', 'net-rx', 'recvmsg', 'copy', 'user'],
    );
  });
});
