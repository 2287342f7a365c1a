import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ExitCode, PktpathError } from '../../harness/errors.js';
import { seededRandom } from '../../harness/statistics/random.js';
import type { Random } from '../../harness/statistics/random.js';
import { compare } from '../../reports/compare/compare.js';
import { compareTableNames } from '../../reports/compare/select.js';
import { pairRuns } from '../../reports/compare/pairs.js';
import { readRuns } from '../../reports/compare/read-runs.js';
import type { RunRecord } from '../../reports/record.js';
import { noisyRecord } from './sample-runs.js';

type Node = Record<string, unknown> | unknown[];
type Place = [holder: Node, key: string];

/** What JSON cannot say itself is put in by its text. */
const notJson = ['NaN', '1e999', '-1e999', 'undefined'];
const values: unknown[] = [null, -1, 0, 1e308, -1e308, 0.5, '', '1', 'x'.repeat(1e5), [], {}, true, Array(1e5).fill(0)];

/** Every field of a record that a verdict could be made of, of whatever depth. */
function places(node: unknown, found: Place[] = []): Place[] {
  if (typeof node !== 'object' || node === null) return found;
  for (const [key, value] of Object.entries(node)) {
    found.push([node as Node, key]);
    places(value, found);
  }
  return found;
}

function pick<T>(list: readonly T[], random: Random): T {
  return list[Math.floor(random() * list.length)]!;
}

describe('comparing what is no whole record', function () {
  this.timeout(120_000);
  let folder: string;
  let text: string;
  let base: RunRecord;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'pktpath-hostile-'));
    base = await noisyRecord({ settings: ['paths=packet-recvfrom', 'frameBytes=64'], rounds: 8 });
    text = JSON.stringify({ ...base, run: { ...base.run, id: 'head' } });
    mkdirSync(join(folder, 'head'));
  });

  after(() => rmSync(folder, { recursive: true }));

  /** @returns the verdict of each row, or null when it was refused as what cannot be compared */
  function verdicts(content: string): Map<string, string> | null {
    writeFileSync(join(folder, 'head', 'run.json'), content);
    try {
      const pairs = pairRuns([{ record: base, source: 'base' }], readRuns(join(folder, 'head')));
      const { rows } = compare(pairs, { thresholdPercent: null, tables: compareTableNames, filters: [], metrics: [], again: [] }); // prettier-ignore
      return new Map(rows.map(({ cell, name, verdict }) => [`${cell} ${name}`, verdict]));
    } catch (error) {
      assert.ok(error instanceof PktpathError && error.exitCode === ExitCode.cannotCompare, String(error));
      return null;
    }
  }

  it('says the same of the same trials, to begin with', () => {
    const all = verdicts(text);
    assert.ok(all !== null && all.size > 8);
    for (const [row, verdict] of all) assert.equal(verdict, 'same', row);
  });

  it('refuses every record that is cut off', () => {
    const random = seededRandom(1);
    for (let cut = 0; cut < 60; cut++) {
      assert.equal(verdicts(text.slice(0, Math.floor(random() * text.length))), null);
    }
    assert.equal(verdicts(''), null);
    assert.equal(verdicts(`${text}}`), null);
  });

  it('refuses another version, another kind and no record at all', () => {
    for (const change of [{ version: 99 }, { version: 0 }, { version: '3' }, { schema: 'other' }, { summary: [] }, { trials: [] }]) {
      const all = verdicts(JSON.stringify({ ...(JSON.parse(text) as object), ...change }));
      for (const verdict of all?.values() ?? []) assert.equal(verdict, 'unsure', JSON.stringify(change));
    }
    for (const content of ['[]', 'null', '{}', '0', '"x"', '\u0000']) assert.equal(verdicts(content), null, content);
  }); // prettier-ignore

  it('never says the same of figures that a changed field no longer gives', () => {
    const random = seededRandom(20261125);
    const counts = { refused: 0, compared: 0 };
    for (let run = 0; run < 400; run++) {
      const record = JSON.parse(text) as RunRecord;
      // of a summary, a trial or anything else, each as often
      const part = pick([record.summary, record.trials, record] as unknown[], random);
      const [holder, key] = pick(places(part), random);
      const before = (holder as Record<string, unknown>)[key];
      const raw = random() < 0.2 ? pick(notJson, random) : null;
      const value = raw === null ? pick([...values, undefined], random) : 'RAW';
      (holder as Record<string, unknown>)[key] = value;
      const all = verdicts(JSON.stringify(record).replaceAll('"RAW"', raw ?? '"RAW"'));
      counts[all === null ? 'refused' : 'compared']++;
      // what a stage costs by its own summary must not be told from trials that say otherwise
      if (all === null || typeof before !== 'number' || typeof value !== 'number' || value === before) continue;
      const total = record.summary[0]?.closure;
      if (holder === (total as unknown) && key === 'correctedNsPerPacket') {
        for (const [row, verdict] of all) assert.notEqual(`${row} ${verdict}`, `${row} same`);
      }
    }
    assert.ok(counts.refused > 100 && counts.compared > 20, JSON.stringify(counts));
  });

  it('never says the same of trials that cost more, whatever the summary says', () => {
    const random = seededRandom(5);
    for (let run = 0; run < 20; run++) {
      const record = JSON.parse(text) as RunRecord;
      const factor = 1.5 + random();
      for (const { probes } of record.trials) for (const { states } of probes?.cpus ?? []) for (const state of states) if (state.ns) state.ns = Math.round(state.ns * factor); // prettier-ignore
      const all = verdicts(JSON.stringify(record));
      for (const [row, verdict] of all ?? []) assert.notEqual(verdict, 'same', row);
    }
  });
});
