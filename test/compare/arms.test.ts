import assert from 'node:assert/strict';
import { ExitCode, PktpathError } from '../../harness/errors.js';
import { compare } from '../../reports/compare/compare.js';
import type { Compared } from '../../reports/compare/compare.js';
import { pairRuns } from '../../reports/compare/pairs.js';
import { compareTables, pairTitle } from '../../reports/compare/table.js';
import type { RunRecord } from '../../reports/record.js';
import { MockExecutor } from '../support/mock-executor.js';
import { driftingExecutor, pairRecords } from '../support/paired-runs.js';
import { changed } from './sample-runs.js';

function compared(base: RunRecord, head: RunRecord, thresholdPercent: number | null = null): Compared {
  const pairs = pairRuns([{ record: base, source: 'a' }], [{ record: head, source: 'b' }]);
  return compare(pairs, { thresholdPercent, filters: [], metrics: [], again: [] });
}

function refused(act: () => unknown, expected: RegExp): void {
  assert.throws(act, (error) => {
    assert.ok(error instanceof PktpathError && error.exitCode === ExitCode.cannotCompare, String(error));
    assert.match(error.message, expected);
    return true;
  });
}

/** As if they had never taken turns. */
const apart = (record: RunRecord): RunRecord =>
  changed(record, (copy) => {
    delete copy.run.pair;
    delete copy.experiment.options['workNs'];
  });

describe('comparing records that took turns', function () {
  this.timeout(60_000);
  let a: RunRecord;
  let b: RunRecord;

  before(async () => {
    const executor = driftingExecutor(({ path }) => (path.workNs === 500 ? { user: 1.2, copy: 1.1 } : {}), {
      ...{ drift: 0.6, trialsPerRound: 4 },
    });
    [a, b] = await pairRecords({ b: ['workNs=500'], rounds: 14 }, executor);
  });

  it('takes ratios within rounds, so that what moves whole rounds is in no verdict', () => {
    const result = compared(a, b);
    const verdict = (name: string): string | undefined => result.rows.find((row) => row.name === name)?.verdict;
    assert.deepEqual([verdict('user'), verdict('copy'), verdict('syscall-entry')], ['worse', 'worse', 'same']);
    const user = result.rows.find(({ name }) => name === 'user');
    assert.ok(typeof user?.low === 'number' && typeof user.high === 'number', JSON.stringify(user));
    assert.ok(user.low < 20 && user.high > 20 && user.high - user.low < 3, JSON.stringify(user));
    // what the same trials tell of two runs
    const blind = compared(apart(a), apart(b)).rows.find(({ name }) => name === 'user');
    assert.equal(blind?.verdict, 'unsure');
  });

  it('turns round with them', () => {
    const back = compared(b, a).rows.find(({ name }) => name === 'user');
    assert.equal(back?.verdict, 'better');
  });

  it('says what they were, and how the interval was had', () => {
    const result = compared(a, b);
    assert.equal(pairTitle(result.pairs[0]!), 'table1: default → workNs=500');
    assert.match(compareTables(result)[0]!.notes.join('\n'), /took turns in every round/);
  });

  it('lets them differ in what their words name, and in nothing else', () => {
    refused(
      () =>
        compared(
          a,
          changed(b, ({ experiment }) => (experiment.options['readBytes'] = 1)),
        ),
      /option readBytes/,
    );
    const strangers = changed(b, ({ run }) => Object.assign(run.pair!, { id: 'another' }));
    refused(() => compared(a, strangers), /option workNs: not given and 500/);
    refused(() => compared(a, a), /the same run/);
  });

  it('pairs cells whose keys differ', async () => {
    const settings = ['paths=packet-recvfrom', 'seed=1'];
    const [small, large] = await pairRecords(
      { a: ['frameBytes=64'], b: ['frameBytes=512'], settings, rounds: 8 },
      new MockExecutor(),
    );
    const { rows } = compared(small, large);
    assert.ok(rows.length > 5 && rows.every(({ base, head }) => base !== null && head !== null));
    assert.match(rows[0]!.label, /64\u00a0B.* → .*512\u00a0B/);
  });

  it('shares the false alarms of all looks, and widens each interval for them', () => {
    const looked = (record: RunRecord): RunRecord =>
      changed(record, ({ run }) => {
        run.pair!.looks = { made: 1, planned: 3, rounds: [14, 21, 32], ended: 'decided' };
      });
    const [once, often] = [compared(a, b), compared(looked(a), looked(b))];
    const width = ({ rows }: Compared, ends: 'low' | 'sureLow'): number =>
      rows.find(({ name }) => name === 'user')?.[ends] ?? NaN;
    assert.ok(width(often, 'low') < width(once, 'low'));
    assert.ok(width(often, 'sureLow') < width(once, 'sureLow'));
    assert.match(compareTables(often)[0]!.notes.join('\n'), /3 looks/);
  });

  it('has too few rounds for a verdict where fewer than that could not tell', async () => {
    const [few, more] = await pairRecords({ rounds: 5 }, new MockExecutor());
    assert.ok(
      compared(few, more).rows.every(
        ({ verdict, reason }) => verdict === 'unsure' && /5 rounds: it takes/.test(reason ?? ''),
      ),
    );
  });

  it('refuses a threshold below the noise floor of the machine, and names it', () => {
    const floored = changed(a, ({ run }) => Object.assign(run.pair!, { noiseFloor: { percent: 6.25, rows: 4 } }));
    refused(() => compared(floored, b, 6), /below this machine’s noise floor.*6\.25 %/);
    assert.ok(compared(floored, b, 7).rows.length > 0);
  });
});
