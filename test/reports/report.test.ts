import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { PktpathError } from '../../harness/errors.js';
import { pathsCharts } from '../../reports/charts/paths.js';
import { table1Charts } from '../../reports/charts/table1.js';
import type { RunRecord } from '../../reports/record.js';
import { readRecord } from '../../reports/record-io.js';
import { writeReport } from '../../reports/report.js';
import { pathsTables } from '../../reports/tables/paths.js';
import { table1Tables } from '../../reports/tables/table1.js';
import { trialsCsv } from '../../reports/trials-csv.js';
import { samplePathsPath } from '../support/sample-paths-record.js';
import { samplePath } from '../support/sample-record.js';
import { HOSTILE, hostileRecord } from './hostile-record.js';

const names = [
  'charts/stage-shares.svg',
  'charts/stage-nanoseconds.svg',
  'charts/probe-correction.svg',
  'trials.csv',
  'report.md',
  'report.html',
];

describe('report', () => {
  let folder: string;
  let record: RunRecord;

  const write = (each: RunRecord, to = folder): Promise<string[]> =>
    writeReport(each, { tables: table1Tables(each), charts: table1Charts(each) }, to);
  const read = (name: string): string => readFileSync(join(folder, name), 'utf8');

  before(() => {
    record = readRecord(samplePath);
  });

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'pktpath-report-'));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it('is its files and nothing else, the same bytes each time', async () => {
    const files = await write(record);
    assert.deepEqual(
      files.map((file) => relative(folder, file)),
      names,
    );
    assert.deepEqual(readdirSync(folder, { recursive: true }).sort(), ['charts', ...names].sort());
    const before = names.map(read);
    await write(record);
    assert.deepEqual(names.map(read), before);
  });

  it('is as whole for experiment paths', async () => {
    const paths = readRecord(samplePathsPath);
    const charts = pathsCharts(paths);
    await writeReport(paths, { tables: pathsTables(paths), charts }, folder);
    assert.equal(readdirSync(join(folder, 'charts')).length, charts.length);
    for (const { title } of charts) assert.ok(read('report.html').includes(title), title);
    assert.match(read('report.md'), /^\| libpcap immediate \|/m);
    assert.doesNotMatch(read('report.html'), /NaN|undefined|\[object/);
    assert.doesNotMatch(read('report.md'), /NaN|undefined|\[object/);
  });

  it('is a page that asks for nothing and runs nothing', async () => {
    await write(record);
    const html = read('report.html');
    assert.match(html, /^<!doctype html>/);
    assert.match(html, /Content-Security-Policy" content="default-src 'none'/);
    assert.doesNotMatch(html, /<script|<link|<img|<iframe|@import|\bsrc=|url\((?!#)/i);
    const links = [...html.matchAll(/href="([^"]*)"/g)].map((match) => match[1]!);
    assert.ok(links.length > 15);
    for (const link of links) {
      assert.match(link, /^#/);
      assert.ok(html.includes(`id="${link.slice(1)}"`), `${link} leads nowhere`);
    }
  });

  it('has ids once, also across the pictures, and clip paths that are there', async () => {
    await write(record);
    const html = read('report.html');
    const ids = [...html.matchAll(/\sid="([^"]*)"/g)].map((match) => match[1]!);
    assert.deepEqual(
      ids.filter((id, index) => ids.indexOf(id) !== index),
      [],
    );
    for (const [, id] of html.matchAll(/url\(#([^)]*)\)/g)) assert.ok(ids.includes(id!), id);
  });

  it('has every table, closure in each stage table, warnings, method and environment', async () => {
    await write(record);
    for (const text of [read('report.html'), read('report.md')]) {
      for (const { title } of table1Tables(record)) assert.ok(text.includes(title), title);
      assert.equal(text.match(/Σ states ∕ elapsed = \d\.\d{6}/g)?.length, 10);
      for (const part of ['Warnings', 'How to read the figures', 'Environment', 'skipped: this kernel refuses']) {
        assert.ok(text.includes(part), part);
      }
    }
    for (const [, file] of read('report.md').matchAll(/!\[[^\]]*\]\(([^)]*)\)/g)) {
      assert.ok(existsSync(join(folder, file!)), file);
    }
  });

  it('says that a run is partial or quick', async () => {
    const partial = structuredClone(record);
    partial.run.status = 'partial';
    partial.experiment.quick = true;
    await write(partial);
    for (const name of ['report.html', 'report.md']) assert.match(read(name), /run is partial[\s\S]*A quick run/);
  });

  it('lets nothing of a hostile record act', async () => {
    const hostile = hostileRecord();
    await write(hostile);
    for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((each) =>
      each.includes('.'),
    )) {
      const text = read(name);
      assert.ok(!text.includes(HOSTILE), name);
      assert.doesNotMatch(text, /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u202e]/, name);
    }
    assert.doesNotMatch(read('report.html'), /<script|javascript:x"|\son\w+="/i);
    assert.equal(read('report.html').match(/<\/style>/g)?.length, 1);
    assert.doesNotMatch(read('report.md').replace(/\\./g, ''), /<script|\]\(javascript/);
  });

  it('leaves nothing half-written when the folder cannot be written', async () => {
    writeFileSync(join(folder, 'file'), '');
    await assert.rejects(
      write(record, join(folder, 'file')),
      (error) => error instanceof PktpathError && error.exitCode === 1,
    );
    mkdirSync(join(folder, 'run', 'report.html', 'occupied'), { recursive: true });
    await assert.rejects(write(record, join(folder, 'run')), /cannot write .*report\.html: a folder stands/);
    assert.deepEqual(
      readdirSync(join(folder, 'run')).filter((name) => name.endsWith('.tmp')),
      [],
    );
  });
});

describe('trials.csv', () => {
  it('has a row for each trial, all of one length', () => {
    const record = readRecord(samplePath);
    const [head, ...rows] = trialsCsv(record)
      .trimEnd()
      .split('\n')
      .map((line) => line.split(','));
    assert.equal(rows.length, record.trials.length);
    for (const row of rows) assert.equal(row.length, head!.length);
    const column = (name: string): (string | undefined)[] => rows.map((row) => row[head!.indexOf(name)]);
    assert.deepEqual(
      column('index'),
      record.trials.map(({ index }) => `${index}`),
    );
    assert.deepEqual(
      column('valid'),
      record.trials.map(({ valid }) => `${valid}`),
    );
    assert.deepEqual(column('ledger.unexplained').at(-1), '3');
    assert.deepEqual(column('ledger.drops.veth-ring').at(-1), '38');
    assert.deepEqual(column('probes.statesOverElapsed').slice(0, 2), ['1.00001', '']);
  });

  it('gives a spreadsheet no formula, and keeps negative numbers', () => {
    const record = structuredClone(readRecord(samplePath));
    const [trial] = record.trials;
    Object.assign(trial!, { cell: '=HYPERLINK("http://x")', invalidReasons: ['@x'], counters: { '+x': -5 } });
    const [head, row] = trialsCsv({ ...record, trials: [trial!] }).split('\n');
    assert.ok(head!.endsWith('probes.losses.failedUpdates'), head);
    assert.ok(row!.startsWith(`0,0,"'=HYPERLINK(""http://x"")",true,measure,true,'@x,`), row);
    assert.ok(row!.split(',').includes('-5'));
  });
});
