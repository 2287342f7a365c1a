import assert from 'node:assert/strict';
import { compare } from '../../reports/compare/compare.js';
import type { Compared } from '../../reports/compare/compare.js';
import { actionBenchmark, bencherMetrics, compareJson } from '../../reports/compare/exports.js';
import { githubAnnotations } from '../../reports/compare/github.js';
import { compareJunit } from '../../reports/compare/junit.js';
import { compareMarkdown } from '../../reports/compare/markdown.js';
import { pairRuns } from '../../reports/compare/pairs.js';
import { compareTables, signed } from '../../reports/compare/table.js';
import type { RunRecord } from '../../reports/record.js';
import { HOSTILE, hostileRecord } from '../reports/hostile-record.js';
import { lines } from '../reports/reading.js';
import { changed, noisyRecord } from './sample-runs.js';

function compared(base: RunRecord, head: RunRecord): Compared {
  const pairs = pairRuns([{ record: base, source: 'base' }], [{ record: head, source: 'head' }]);
  return compare(pairs, { thresholdPercent: null, filters: [], metrics: [], again: [] });
}

describe('the forms of a comparison', function () {
  this.timeout(60_000);
  let result: Compared;
  let hostile: Compared;

  before(async () => {
    const base = await noisyRecord();
    const head = await noisyRecord({ runId: 'head', seed: 2, factors: { copy: 1.5, user: 0.8 } });
    result = compared(base, head);
    const bad = (record: RunRecord, id: string): RunRecord =>
      changed(hostileRecord(record), ({ run }) => void (run.id = id));
    hostile = compared(bad(base, `${HOSTILE}1`), bad(head, `${HOSTILE}2\uFFFF`));
    // verdicts of every kind beside the names
    for (const [index, row] of hostile.rows.entries())
      row.verdict = (['worse', 'better', 'unsure', 'same'] as const)[index % 4]!;
  });

  it('print each row once, with figures, difference, interval and verdict', () => {
    const [table] = compareTables(result);
    const text = lines(table!);
    assert.equal(text.length, result.rows.length);
    assert.match(
      text.find((line) => line.includes('copy'))!,
      /copy \| (?:39|40)\d \| (?:59|60)\d \| \+(?:49|50)\.\d \| \+4\d\.\d to \+5\d\.\d \| worse$/,
    );
    assert.match(table!.notes[0]!, /^3 worse, 3 better, 17 same, 0 unsure$/);
    assert.deepEqual([signed(0.123), signed(-0.0001), signed(12.34), signed(null), signed(-3)], ['+0.12', '0.00', '+12.3', '–', '-3.0']); // prettier-ignore
  });

  it('fold in Markdown what did not move', () => {
    const [open, ...folded] = compareMarkdown(result).split('<details>');
    assert.equal(open!.match(/\| worse \|/g)?.length, 3);
    assert.equal(open!.match(/\| better \|/g)?.length, 3);
    assert.doesNotMatch(open!, /\| same \|/);
    assert.equal(folded.length, 1);
    assert.match(folded[0]!, /^<summary>17 the same<\/summary>\n\n\| cell/);
  });

  it('are JUnit with a failure for what is worse, and say what is unsure', () => {
    const xml = compareJunit(result);
    assert.match(xml, /<testsuite name="table1" tests="23" failures="3" errors="0" skipped="0">/);
    assert.equal(xml.match(/<testcase /g)?.length, 23);
    assert.equal(xml.match(/<failure type="worse" message="worse: \+\d\d\.\d %/g)?.length, 3);
  });

  it('are well-formed XML whatever the names are', () => {
    const xml = compareJunit(hostile);
    // a name that XML may hold, and nothing else in a tag; no reader of XML is among what this project depends on
    const tag = /<(?:\?xml [^<>]*\?|\/?[a-z]+(?: [a-z]+="[^"<&]*(?:&(?:amp|lt|gt|quot|#39);[^"<&]*)*")*\/?)>/g;
    assert.equal(xml.replace(tag, '').trim(), '');
    assert.doesNotMatch(xml, /[\u0000-\u0008\u000b-\u001f\ufffe\uffff]/);
    assert.ok(xml.includes('&lt;script&gt;'));
  });

  it('are one workflow command a line, whatever the names are', () => {
    for (const line of [...githubAnnotations(hostile), ...githubAnnotations(result)]) {
      assert.match(line, /^::(error|warning|notice) title=[^:,\n\r]*::[^\n\r]*$/);
      assert.doesNotMatch(line.replace(/%(25|3A|2C)/g, ''), /%/);
    }
    assert.equal(githubAnnotations(result).filter((line) => line.startsWith('::error')).length, 3);
  });

  it('survive hostile names', () => {
    for (const table of compareTables(hostile)) assert.equal(lines(table).length, hostile.rows.length);
    assert.doesNotMatch(compareMarkdown(hostile), /<script|[^\\]\[a\]/);
    for (const value of [compareJson(hostile), bencherMetrics(hostile), actionBenchmark(hostile)])
      JSON.stringify(value);
  });

  it('give other tools HEAD’s figures', () => {
    const key = 'table1 | packet-recvfrom frameBytes=64 packetsPerSecond=10000 | copy';
    const metrics = bencherMetrics(result) as Record<
      string,
      Record<string, { value: number; lower_value: number; upper_value: number }>
    >;
    const copy = metrics[key]!['ns/packet']!;
    assert.ok(copy.lower_value <= copy.value && copy.value <= copy.upper_value && Math.abs(copy.value - 600) < 10);
    const entries = actionBenchmark(result) as { name: string; unit: string; value: number }[];
    assert.ok(entries.some(({ name, unit, value }) => name === key && unit === 'ns/packet' && value === copy.value));
    assert.ok(!entries.some(({ unit }) => unit === 'packets/s'));
  });
});
