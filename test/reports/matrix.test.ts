import assert from 'node:assert/strict';
import { ExitCode, PktpathError } from '../../harness/errors.js';
import { differenceOf } from '../../reports/matrix/figures.js';
import type { MatrixFigure } from '../../reports/matrix/figures.js';
import { matrixOf } from '../../reports/matrix/matrix.js';
import type { Floors, RunRecord } from '../../reports/record.js';
import { readRecord } from '../../reports/record-io.js';
import { countedSample, sampleCountedRecord } from '../support/sample-counted-record.js';
import { samplePath } from '../support/sample-record.js';
import { HOSTILE, hostileRecord } from './hostile-record.js';
import { lines, titles } from './reading.js';

const figure = (
  value: number | null,
  bootDifferencePercent: number | null,
  repeatabilityPercent: number | null = null,
  edgePercent = 0,
): MatrixFigure => ({
  value,
  floors: { bootDifferencePercent, repeatabilityPercent } satisfies Floors,
  mixed: false,
  edgePercent,
});

/** Rows of a CSV text by the names of its columns; none of ours has a quote within a field. */
function parse(text: string): Record<string, string>[] {
  const [head, ...rows] = text
    .trimEnd()
    .split('\n')
    .map((line) => [...line.matchAll(/("[^"]*"|[^,]*)(?:,|$)/g)].map(([, field]) => field!.replaceAll('"', '')));
  return rows.map((row) => Object.fromEntries(head!.map((name, index) => [name, row[index] ?? ''])));
}

describe('a matrix of exact records', () => {
  let base: RunRecord;
  let off: RunRecord;

  /** Without mitigations the copy is cheaper by 100 on both boots, and driver-rx by 10, which is less than its floor. */
  before(async () => {
    base = await sampleCountedRecord();
    const stages = countedSample.map((each) => {
      const less = each.stage === 'copy' ? 100 : each.stage === 'driver-rx' ? 10 : 0;
      return { ...each, instructions: each.instructions.map((count) => count - less) };
    });
    off = await sampleCountedRecord({ stages, machine: { bootArguments: 'mitigations=off' } });
  });

  it('names columns by what differs, and every column in full below', () => {
    const [table] = matrixOf([base, off]).tables;
    assert.deepEqual(titles(table!), [
      'stage',
      '6.1.0 no boot arguments',
      'A/A',
      '6.1.0 mitigations=off',
      'A/A',
      'to the first',
    ]);
    const notes = table!.notes.join('\n');
    assert.match(notes, /^6\.1\.0 mitigations=off: Linux 6\.1\.0, linux-image-6\.1\.0-1-amd64 6\.1\.9-1, .*-cpu max/m);
    assert.match(notes, /the total moves by 2\.\d+ % from boot to boot/);
    const haswell = { ...off, machine: { ...off.machine, cpuModel: 'Haswell' } } as RunRecord;
    assert.equal(titles(matrixOf([base, haswell]).tables[0]!)[3], '6.1.0 mitigations=off -cpu Haswell');
  });

  it('marks a difference above both floors and no other, in the order of a packet', () => {
    const rows = lines(matrixOf([base, off]).tables[0]!);
    assert.deepEqual(
      rows.map((line) => line.split(' | ')[0]),
      ['driver-irq', 'driver-rx †', 'net-rx (with packet-tap)', 'recvmsg', 'copy', 'user', 'total'],
    );
    const end = (name: string): string | undefined =>
      rows
        .find((line) => line.startsWith(name))
        ?.split(' | ')
        .at(-1);
    assert.equal(end('copy'), '-5.0 *');
    // 10 of 3095, with boots 210 apart
    assert.equal(end('driver-rx'), '-0.3');
    assert.equal(end('recvmsg'), '0.0');
    // 110 of 7335, with boots 210 apart
    assert.equal(end('total'), '-1.5');
  });

  it('has no mark against itself', () => {
    const rows = lines(matrixOf([base, structuredClone(base)]).tables[0]!);
    for (const line of rows) assert.match(line, /\| 0\.0$/);
  });

  it('does not compare a stage with one that another is merged into', () => {
    const other = structuredClone(off);
    for (const stage of other.summary[0]!.stages) if (stage.stage === 'net-rx') stage.label = 'net-rx';
    const rows = lines(matrixOf([base, other]).tables[0]!).filter((line) => line.startsWith('net-rx'));
    assert.deepEqual(rows, ['net-rx (with packet-tap) | 600 | 0.000 | – | – | –', 'net-rx | – | – | 600 | 0.000 | –']);
  });

  it('has the article’s shares and each kernel’s, and the savings', () => {
    const { tables } = matrixOf([base, off]);
    const article = tables.find(({ id }) => id === 'matrix-article')!;
    assert.match(article.title, /^Share of instructions/);
    const copy = lines(article).find((line) => line.startsWith('copy'))!;
    assert.match(copy, /^copy \| 55\.0 \| 27\.3 \([\d.–]+\) \| 26\.3 /);
    const saving = { median: 30, low: 29, high: 31, n: 2 };
    const withSaving = (record: RunRecord): RunRecord => {
      const { cell } = record.summary[0]!;
      const one = { name: 'x', base: cell, arm: cell, metric: 'instructionsPerPacket' };
      return { ...record, comparisons: [{ ...one, savingPercent: saving, articlePercent: 10 }] };
    };
    const savings = matrixOf([withSaving(base), off]).tables.find(({ id }) => id === 'matrix-savings')!;
    assert.match(lines(savings)[0]!, /\| 10\.0 \| 30\.0 \(29\.0–31\.0\) \| –$/);
  });

  it('is written as CSV, Markdown and a page that runs nothing', () => {
    const files = new Map(matrixOf([base, off]).files);
    assert.deepEqual([...files.keys()], ['matrix.csv', 'matrix.md', 'matrix.html']);
    const rows = parse(files.get('matrix.csv')!);
    assert.equal(rows.length, 2 * 7);
    assert.deepEqual(
      rows
        .filter(({ stage }) => stage === 'copy')
        .map(({ unit, perPacket, differencePercent, real }) => [unit, perPacket, differencePercent, real]),
      [
        ['instructions', '2000', '', ''],
        ['instructions', '1900', '-5', 'true'],
      ],
    );
    assert.match(files.get('matrix.md')!, /^\| copy \| 2000 \| 0\.000 \| 1900 \| 0\.000 \| -5\.0 \\\* \|$/m);
    const html = files.get('matrix.html')!;
    assert.match(html, /Content-Security-Policy/);
    assert.doesNotMatch(html, /<script|\bNaN\b|undefined|\[object/);
  });

  it('refuses records of another unit, experiment or accelerator', () => {
    const refuses = (other: RunRecord, what: RegExp): void => {
      assert.throws(
        () => matrixOf([base, other]),
        (error) =>
          error instanceof PktpathError && error.exitCode === ExitCode.cannotCompare && what.test(error.message),
      );
    };
    refuses(readRecord(samplePath), /different unit .*: instructions and ns/);
    refuses({ ...off, experiment: { ...off.experiment, name: 'paths' } }, /different experiment/);
    refuses(
      { ...off, machine: { ...off.machine, accelerator: 'kvm' } as RunRecord['machine'] },
      /different accelerator/,
    );
  });

  it('says which options differ', () => {
    const other = structuredClone(off);
    other.experiment.options['readBytes'] = 77;
    const { notes } = matrixOf([base, other]).tables[0]!;
    assert.ok(
      notes.some((note) => /^Differs between the columns: readBytes: .*; 77\.$/.test(note)),
      notes.join('\n'),
    );
  });
});

describe('a matrix of records in ns', () => {
  it('marks nothing, and says why; survives a hostile record', () => {
    const record = readRecord(samplePath);
    const { tables } = matrixOf([record, record]);
    assert.ok(!titles(tables[0]!).includes('A/A'));
    assert.ok(tables[0]!.notes.some((note) => note.includes('no difference is marked')));
    assert.ok(tables.every((table) => lines(table).every((line) => !line.includes('*'))));
    const hostile = hostileRecord();
    for (const [name, text] of matrixOf([hostile, hostile]).files) assert.ok(!text.includes(HOSTILE), name);
  });
});

describe('a difference', () => {
  it('is real above what either figure moves by itself', () => {
    // 1 % of 1000 is 10
    assert.deepEqual(differenceOf(figure(1000, 0), figure(1011, 1)), { percent: 1.1, real: true });
    assert.equal(differenceOf(figure(1000, 0), figure(1009, 1)).real, false);
    assert.equal(differenceOf(figure(1000, 1), figure(1009, 0)).real, false);
    assert.equal(differenceOf(figure(1000, 0, 1), figure(1009, 0)).real, false);
    assert.equal(differenceOf(figure(1000, 0), figure(1000, 0)).real, false);
    // one packet of a thousand
    assert.equal(differenceOf(figure(1000, 0, null, 0.1), figure(1000.5, 0)).real, false);
    assert.equal(differenceOf(figure(1000, 0, null, 0.1), figure(1002, 0)).real, true);
  });

  it('is neither where a floor or a figure is missing', () => {
    assert.deepEqual(differenceOf(figure(1000, null), figure(1100, 0)), { percent: 10, real: null });
    assert.deepEqual(differenceOf(figure(null, 0), figure(1100, 0)), { percent: null, real: null });
    assert.deepEqual(differenceOf(figure(0, 0), figure(5, 0)), { percent: null, real: true });
  });
});
