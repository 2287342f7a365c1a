import assert from 'node:assert/strict';
import { standingOf, verdictOver } from '../../reports/claims/standing.js';
import type { Standing } from '../../reports/claims/standing.js';
import type { Verdict } from '../../reports/claims/claim.js';

describe('a figure beside the article’s', () => {
  const cases: [low: number | null, high: number | null, standing: Standing][] = [
    [16, 24, 'within'],
    [24.9, 30, 'within'],
    [10, 15, 'within'],
    [12, 32, 'within'],
    [25.1, 30, 'above'],
    [1, 14.9, 'below'],
    [10, 31, 'unsure'],
    [null, 20, 'unsure'],
    [20, null, 'unsure'],
  ];
  for (const [low, high, standing] of cases) {
    it(`with an interval of ${String(low)} to ${String(high)}, taken for 15 to 25: ${standing}`, () => {
      assert.equal(standingOf({ low, high }, { low: 15, high: 25 }), standing);
    });
  }

  const together: [holds: (boolean | null)[], verdict: Verdict][] = [
    [[true, true], 'holds'],
    [[true, null], 'holds'],
    [[true, false], 'holds only when'],
    [[false, null, false], 'no longer holds'],
    [[null, null], 'not measured'],
    [[], 'not measured'],
  ];
  for (const [holds, verdict] of together) {
    it(`of cases ${JSON.stringify(holds)}: ${verdict}`, () => assert.equal(verdictOver(holds), verdict));
  }
});
