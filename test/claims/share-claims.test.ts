import assert from 'node:assert/strict';
import { table1 } from '../../experiments/table1.js';
import { shareClaims } from '../../reports/claims/share-claims.js';
import type { Claim } from '../../reports/claims/claim.js';
import type { GroupRow, RunRecord } from '../../reports/record.js';
import { readRecord } from '../../reports/record-io.js';
import { samplePath } from '../support/sample-record.js';

describe('the article’s shares, claims C1 to C4', () => {
  let record: RunRecord;

  beforeEach(() => {
    record = readRecord(samplePath);
  });

  const claimOf = (name: string): Claim => shareClaims(record).find(({ claim }) => claim === name)!;

  /** Sets a share in every TCP row, or in one of them: low, median and high. */
  function setShare(group: string, [low, median, high]: (number | null)[], only?: number): void {
    const rows = record.summary.filter(({ path }) => path === 'tcp');
    for (const row of only === undefined ? rows : [rows[only]!]) {
      const own = row.groups.find((each) => each.group === group) as GroupRow;
      Object.assign(own, { sharePercent: median, shareLow: low, shareHigh: high });
    }
  }

  const giveCard = (): void => void Object.assign(record.testbed!, { kind: 'lab', card: 'e1000' });

  it('are those of the experiment, four of them', () => {
    assert.deepEqual(table1.claims!(record), shareClaims(record));
    assert.deepEqual(
      shareClaims(record).map(({ claim }) => claim),
      ['C1', 'C2', 'C3', 'C4'],
    );
  });

  it('hold where each share meets the article’s', () => {
    setShare('copy', [58, 59, 63]);
    const { verdict, sentence } = claimOf('C3');
    assert.deepEqual(
      [verdict, sentence],
      ['holds', 'It is 50 to 60 %, as the article’s is taken for, in each case that can be told.'],
    );
  });

  it('no longer hold where none does, and say on which side', () => {
    setShare('copy', [5, 6, 7]);
    setShare('copy', [70, 71, 72], 3);
    const { verdict, sentence, found } = claimOf('C3');
    assert.equal(verdict, 'no longer holds');
    assert.match(
      sentence,
      /^In no case is it 50 to 60 %; more with tcp bulk 1514.B; less with tcp message 64.B, .*1514.B\.$/,
    );
    assert.match(found, /^share of CPU time, %: tcp message 64.B 6\.0 \(5\.0 to 7\.0\); .*tcp bulk 1514.B 71\.0/);
  });

  it('hold only when some do, and name those that cannot be told', () => {
    setShare('softirq', [30, 31, 32]);
    setShare('softirq', [13, 14, 15], 0);
    setShare('softirq', [2, 15, 40], 1);
    setShare('softirq', [null, 15, null], 2);
    const { verdict, sentence } = claimOf('C2');
    assert.equal(verdict, 'holds only when');
    assert.match(
      sentence,
      /^It is 10 to 20 % only with tcp message 64.B; more with tcp bulk 1514.B; not to be told with tcp message 512.B, tcp message 1514.B\.$/,
    );
  });

  it('are not measured by intervals that are missing, nor without TCP', () => {
    setShare('system-call', [null, 5.5, null]);
    assert.deepEqual(claimOf('C4').verdict, 'not measured');
    record.summary = record.summary.filter(({ path }) => path !== 'tcp');
    for (const { verdict, sentence } of shareClaims(record)) {
      assert.deepEqual([verdict, sentence], ['not measured', 'TCP was not split into stages.']);
    }
  });

  it('get no verdict from a busy machine', () => {
    setShare('copy', [54, 55, 56]);
    const rows = record.summary.filter(({ path }) => path === 'tcp');
    const busy = (cell: string) => ({ code: 'other-programs', message: 'busy', about: cell, hint: null });
    record.warnings = rows.map(({ cell }) => busy(cell));
    assert.equal(claimOf('C3').verdict, 'not measured');
    assert.match(claimOf('C3').sentence, /other programs had the receiver’s CPU in each case/);
    record.warnings = [busy(rows[0]!.cell)];
    assert.equal(claimOf('C3').verdict, 'holds');
    assert.match(claimOf('C3').sentence, /not to be told with tcp message 64.B \(other programs/);
  });

  describe('C1, of the interrupt', () => {
    beforeEach(() => setShare('interrupt', [18, 20, 22]));

    it('is not measured without a card, and the figures of veth say what they are', () => {
      const { verdict, sentence, found } = claimOf('C1');
      assert.equal(verdict, 'not measured');
      assert.match(sentence, /^veth is no card and raises no hard interrupt/);
      assert.match(
        found,
        /with the driver’s receive: .*20\.0 \(18\.0 to 22\.0\).*In hard interrupt context alone, %: \d/,
      );
    });

    it('holds only when the driver’s receive is counted with a card’s interrupt, where that alone is less', () => {
      giveCard();
      setShare('hardirq', [2, 3, 4]);
      assert.equal(claimOf('C1').verdict, 'holds only when');
      assert.match(claimOf('C1').sentence, /when the driver’s receive is counted with the interrupt/);
    });

    it('holds where the interrupt alone takes as much', () => {
      giveCard();
      setShare('hardirq', [18, 19, 20]);
      assert.equal(claimOf('C1').verdict, 'holds');
    });

    it('no longer holds where it takes less either way', () => {
      giveCard();
      setShare('interrupt', [5, 6, 7]);
      assert.equal(claimOf('C1').verdict, 'no longer holds');
    });
  });
});
