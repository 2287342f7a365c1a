import assert from 'node:assert/strict';
import type { RunRecord } from '../../reports/record.js';
import { readRecord } from '../../reports/record-io.js';
import { articleSavingTable, articleVerdict, articleWords, type Verdict } from '../../reports/tables/article-c5.js';
import { samplePathsPath } from '../support/sample-paths-record.js';
import { lines } from './reading.js';

describe('the article’s saving', () => {
  const cases: [low: number | null, high: number | null, verdict: Verdict][] = [
    [8, 12, 'holds'],
    [1, 5, 'holds'],
    [15, 22, 'holds'],
    [5, 25, 'holds'],
    [15.1, 22, 'more than the article says'],
    [60, 95, 'more than the article says'],
    [1, 4.9, 'less than the article says'],
    [-3, 4.9, 'less than the article says'],
    [-3, 0, 'less than the article says'],
    [-9, -0.1, 'no longer holds'],
    [0, 8, 'unsure'],
    [-1, 12, 'unsure'],
    [-40, 40, 'unsure'],
    [5, 25.1, 'unsure'],
    [null, 12, 'unsure'],
    [8, null, 'unsure'],
    [null, null, 'unsure'],
  ];
  for (const [low, high, verdict] of cases) {
    it(`with an interval of ${String(low)} to ${String(high)}: ${verdict}`, () => {
      assert.equal(articleVerdict({ low, high }), verdict);
    });
  }

  describe('in a record', () => {
    let record: RunRecord;
    const savingOf = (path: string, variant?: string) => {
      const row = record.summary.find(
        (each) =>
          each.path === path && each.params['variant'] === variant && each.params['packetsPerSecond'] === 10_000,
      )!;
      return record.comparisons.find(({ arm }) => arm === row.cell)!.savingPercent;
    };

    beforeEach(() => {
      record = readRecord(samplePathsPath);
    });

    it('is held against the roads that are like the article’s alone, each at each rate', () => {
      assert.deepEqual(
        lines(articleSavingTable(record)).map((line) => line.split(' | ').slice(0, 2).join(' at ')),
        ['sock-packet', 'packet-recvfrom', 'libpcap immediate', 'libpcap buffer 32 MiB'].flatMap((road) => [
          `${road} at 10000`,
          `${road} at 100000`,
        ]),
      );
    });

    it('is told in words, grouped by verdict, with the record’s own figures', () => {
      Object.assign(savingOf('sock-packet'), { median: 11.04, low: 8.96, high: 13 });
      Object.assign(savingOf('packet-recvfrom'), { median: -7.25, low: -9, high: -4 });
      Object.assign(savingOf('libpcap', 'immediate'), { median: 9, low: null, high: null });
      const libpcap = savingOf('libpcap', 'buffer 32 MiB');
      const range = `${libpcap.low!.toFixed(1)} to ${libpcap.high!.toFixed(1)}`;
      const words = articleWords(record).map((each) => each.replaceAll('\u00a0', ' '));
      assert.match(
        words[0]!,
        /about 10 % of the CPU time against TCP\. Here, Linux 6\.18\.44, 64 B frames, 10000 pack/,
      );
      assert.deepEqual(words.slice(1), [
        'It holds for: sock-packet 11.0 % (9.0 to 13.0).',
        `More is saved by: libpcap buffer 32 MiB ${libpcap.median.toFixed(1)} % (${range}).`,
        'It no longer holds for: packet-recvfrom costs 7.3 % more (-9.0 to -4.0).',
        'The trials cannot tell for: libpcap immediate 9.0 % (no interval).',
      ]);
    });

    it('is told in pieces that a page prints whole', () => {
      const many = Array.from({ length: 4 }, (_, index) =>
        record.comparisons.map((each) => ({ ...each, name: `${each.name} ${index}` })),
      ).flat();
      for (const text of articleSavingTable({ ...record, comparisons: many }).notes) assert.ok(text.length < 400, text);
    });

    it('says nothing where nothing was compared', () => {
      assert.deepEqual(articleWords({ ...record, comparisons: [] }), []);
      assert.deepEqual(articleSavingTable({ ...record, comparisons: [] }).rows, []);
    });
  });
});
