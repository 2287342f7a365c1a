import assert from 'node:assert/strict';
import { pathsExperiment } from '../../experiments/paths.js';
import { table1 } from '../../experiments/table1.js';
import { articleReport } from '../../reports/article/article.js';
import type { ArticleRun } from '../../reports/article/finding.js';
import { claimNames } from '../../reports/claims/article.js';
import { readRecord } from '../../reports/record-io.js';
import { renderHtml } from '../../reports/tables/table.js';
import { samplePathsPath } from '../support/sample-paths-record.js';
import { samplePath } from '../support/sample-record.js';
import { HOSTILE, hostileRecord } from './hostile-record.js';
import { lines } from './reading.js';

describe('the page of the article’s claims', () => {
  let runs: ArticleRun[];
  const of = (name: string): string => new Map(articleReport(runs).files).get(name)!;

  beforeEach(() => {
    const [first, second] = [readRecord(samplePath), readRecord(samplePathsPath)];
    const own = { kernel: null, reason: null };
    runs = [
      { ...own, experiment: 'table1', folder: 'table1', record: first, claims: table1.claims!(first) },
      { ...own, experiment: 'paths', folder: 'paths', record: second, claims: pathsExperiment.claims!(second) },
      { ...own, experiment: 'filter', folder: 'filter', reason: 'no room on the device', record: null, claims: [] },
    ];
  });

  it('has all ten, in order, also those that nothing speaks to, with the reason', () => {
    const rows = lines(articleReport(runs).table);
    assert.deepEqual(
      rows.map((line) => line.split(' | ')[0]).filter((name) => name !== ''),
      [...claimNames],
    );
    const rowOf = (claim: string): string => rows.find((line) => line.startsWith(`${claim} `))!;
    assert.match(rowOf('C5'), /not measured|holds/);
    assert.match(rowOf('C3'), /Linux 6\.18\.44.*, veth.* \| table1$/);
    assert.match(rowOf('C6'), /not measured \| Not measured: no room on the device\. \| nothing \|/);
    assert.match(rowOf('C9'), /Not measured: experiment zero-copy is not among these runs/);
  });

  it('says where the machine was busy, at each claim, in the list of runs and above all', () => {
    const { record } = runs[0]!;
    record!.warnings = [{ code: 'other-programs', message: '40 %', about: record!.summary[0]!.cell, hint: null }];
    const markdown = of('article.md');
    assert.match(markdown, /^Other programs had the receiver’s CPU in table1: measure those again/m);
    assert.match(markdown, /\| C2 .*other programs had the receiver’s CPU in 1 of \d+ rows/);
    assert.match(markdown, /\| \[table1\]\(table1\/report\.html\) .*in 1 of \d+ rows/);
  });

  it('leads to each run’s own report', () => {
    assert.match(of('article.html'), /<a href="table1\/report\.html">table1<\/a>/);
    runs[0]!.folder = 'a (1)/b&c';
    assert.match(of('article.html'), /<a href="a%20\(1\)\/b%26c\/report\.html">a \(1\)\/b&amp;c<\/a>/);
    assert.match(of('article.md'), /\]\(a%20%281%29\/b%26c\/report\.html\)/);
  });

  it('lists what was skipped, row by row, and why', () => {
    assert.match(
      of('article.md'),
      /\| table1 \| sock-packet, 512.B, .* \| this kernel refuses sockets of type SOCK_PACKET/,
    );
  });

  it('goes on in another row where a figure’s text would be cut', () => {
    const found = Array.from({ length: 60 }, (_, index) => `arm ${String(index)} 12.3 (11.1 to 13.4)`).join('; ');
    runs[0]!.claims = runs[0]!.claims.map((claim) => ({ ...claim, found }));
    for (const text of [of('article.html'), of('article.md'), of('article.csv')]) {
      assert.match(text, /arm 59 12\.3 \(11\.1 to 13\.4\)/);
      assert.equal([...text.matchAll(/\barm 7 12\.3/g)].length, 4, 'once for each claim');
    }
  });

  it('has a line of CSV a claim', () => {
    const [head, ...rows] = of('article.csv').trimEnd().split('\n');
    assert.equal(head, 'claim,says,found,verdict,sentence,on,experiment,kernel,run,folder');
    assert.equal(rows.length, claimNames.length);
  });

  it('lets nothing of a hostile record act', () => {
    const record = hostileRecord(readRecord(samplePath));
    const claims = [{ claim: 'C1', says: HOSTILE, found: HOSTILE, verdict: 'holds' as const, sentence: HOSTILE }];
    runs = [{ experiment: 'table1', kernel: HOSTILE, folder: 'table1', reason: HOSTILE, record, claims }];
    for (const [, text] of articleReport(runs).files) assert.doesNotMatch(text, /[\u001b\u0007\u202e]/);
    assert.doesNotMatch(of('article.html'), /<script|<img|onerror="/i);
    assert.doesNotMatch(renderHtml(articleReport(runs).table), /javascript:[^<]*">/);
  });
});
