import assert from 'node:assert/strict';
import { compare } from '../../reports/compare/compare.js';
import type { Compared, CompareOptions } from '../../reports/compare/compare.js';
import { pairRuns } from '../../reports/compare/pairs.js';
import type { RunRecord, Search } from '../../reports/record.js';
import { changed, noisyRecord } from './sample-runs.js';

const plain: CompareOptions = { thresholdPercent: null, filters: [], metrics: [], again: [] };

function compared(base: RunRecord, head: RunRecord, options: Partial<CompareOptions>): Compared {
  const pairs = pairRuns([{ record: base, source: 'base' }], [{ record: head, source: 'head' }]);
  return compare(pairs, { ...plain, ...options });
}

/** A search with one goal between two loads. */
function searched(record: RunRecord, lower: number, upper: number, regular = true): RunRecord {
  const bound = (packetsPerSecond: number) => ({ packetsPerSecond, lossRatio: 0, seconds: 1 });
  const goal = {
    ...{ name: 'NDR', lossRatio: 0, exceedRatio: 0.5, width: 0.05, finalTrialSeconds: 1, durationSumSeconds: 9 },
    ...{ lower: bound(lower), upper: bound(upper), regular, reason: regular ? null : 'no upper bound' },
  };
  const search: Search = {
    ...{ cell: 'packet-recvfrom searched', path: 'packet-recvfrom', params: {}, status: 'measured', reason: null },
    ...{ minPacketsPerSecond: 1, maxPacketsPerSecond: 1e6, trials: 20, goals: [goal] },
  };
  return changed(record, ({ searches }) => void searches.push(search));
}

describe('what is compared', function () {
  this.timeout(60_000);
  let base: RunRecord;
  let head: RunRecord;

  before(async () => {
    const settings = ['paths=packet-recvfrom,tcp', 'frameBytes=64,1514'];
    base = await noisyRecord({ settings });
    head = await noisyRecord({ runId: 'head', seed: 2, factors: { copy: 1.5 }, settings });
  });

  const kinds = (options: Partial<CompareOptions>): string[] => [
    ...new Set(compared(base, head, options).rows.map(({ kind }) => kind)),
  ];

  it('is by the tables that were named, and by totals, stages and throughput where none was', () => {
    assert.deepEqual(kinds({}).sort(), ['metric', 'stage', 'total']);
    assert.deepEqual(kinds({ tables: ['totals'] }), ['total']);
    assert.deepEqual(kinds({ tables: ['groups', 'savings'] }).sort(), ['group', 'saving']);
    assert.deepEqual(kinds({ tables: ['totals'], metrics: ['syscallsPerPacket'] }).sort(), ['metric', 'total']);
    assert.throws(() => kinds({ tables: ['searches'] }), /no figure that has table searches/);
  });

  it('is by the parameters of cells: of one key either value, of several keys all', () => {
    const cells = (rows: CompareOptions['rows']): Set<string> =>
      new Set(compared(base, head, { tables: ['totals'], rows: rows ?? [] }).rows.map(({ cell }) => cell));
    assert.equal(cells([]).size, 5);
    assert.equal(cells([{ key: 'frameBytes', value: '64' }]).size, 2);
    assert.equal(cells([{ key: 'frameBytes', value: '64' }, { key: 'path', value: 'tcp' }]).size, 1); // prettier-ignore
    assert.equal(cells([{ key: 'frameBytes', value: '64' }, { key: 'frameBytes', value: '1514' }]).size, 5); // prettier-ignore
    assert.equal(cells([{ key: 'packetsPerSecond', value: 'unpaced' }]).size, 1);
    assert.throws(() => cells([{ key: 'constructor', value: 'x' }]), /no figure that has table totals, constructor=x/);
    assert.throws(() => compared(base, head, { columns: ['host'] }), /no figure that has column host/);
  });

  it('adds up the article’s groups, and finds in them what was found in their stages', () => {
    const { rows } = compared(base, head, { tables: ['groups'], rows: [{ key: 'path', value: 'packet-recvfrom' }] });
    const verdicts = new Map(rows.map(({ name, verdict, percent }) => [name, `${verdict} ${percent?.toFixed(0)}`]));
    assert.match(verdicts.get('copy')!, /^worse (49|50|51)$/);
    assert.equal(verdicts.get('interrupt')?.replace(/-?\d+/, ''), 'same ');
  });

  it('compares savings within rounds, and tells nothing of one that the trials do not give', () => {
    const { rows } = compared(base, head, { tables: ['savings'] });
    assert.ok(rows.length > 0 && rows.every(({ verdict, base: side }) => verdict === 'same' && side !== null));
    const forged = changed(head, ({ comparisons }) => comparisons.forEach((each) => void (each.savingPercent.median += 1)));
    for (const { reason } of compared(base, forged, { tables: ['savings'] }).rows) assert.match(reason!, /do not give/);
  }); // prettier-ignore

  it('tells searches apart only wherever between their bounds the answers lie', () => {
    const verdict = (bounds: [number, number], regular = true): string => {
      const [own, other] = [searched(base, 100, 104), searched(head, ...bounds, regular)];
      const { rows } = compared(own, other, { tables: ['searches'] });
      assert.equal(rows.length, 1);
      return `${rows[0]!.verdict} ${rows[0]!.reason ?? ''}`.trim();
    };
    assert.equal(verdict([90, 94]), 'worse');
    assert.equal(verdict([110, 114]), 'better');
    assert.equal(verdict([101, 103]), 'same');
    assert.match(verdict([95, 99]), /^unsure the bounds/);
    assert.match(verdict([90, 94], false), /^unsure HEAD: irregular: no upper bound/);
  });
});
