import assert from 'node:assert/strict';
import { livelockClaims } from '../../reports/claims/livelock.js';
import type { Claim } from '../../reports/claims/claim.js';
import { metricNames } from '../../reports/metric-names.js';
import { bare } from '../support/sample-paths-rows.js';
import { samplePathsRecord } from '../support/sample-paths-record.js';

type Point = [load: number, low: number | null, median: number, high: number | null];

describe('receive livelock, claim C10', () => {
  const claimOf = (arms: Record<string, Point[]>): Claim => {
    const summary = Object.entries(arms).flatMap(([variant, points]) =>
      points.map(([load, low, median, high]) => ({
        ...bare(`${variant} ${String(load)}`, { path: 'udp' }, { variant, load }),
        status: 'measured' as const,
        metrics: { [metricNames.rate]: { low, median, high, n: 3 } },
      })),
    );
    return livelockClaims({ ...samplePathsRecord(), summary })[0]!;
  };
  const best: Point = [1, 99, 100, 101];
  const fallen: Point = [3, 30, 40, 49];
  const straddling: Point = [3, 30, 40, 51];
  const kept: Point = [3, 91, 95, 99];

  it('holds where every overloaded arm fell, by the whole interval', () => {
    assert.equal(claimOf({ backlog: [best, fallen], watchdog: [best, fallen] }).verdict, 'holds');
  });

  it('holds only when some fell; one whose interval straddles the half is named apart', () => {
    const { verdict, sentence } = claimOf({
      backlog: [best, fallen],
      polling: [best, kept],
      thread: [best, straddling],
    });
    assert.equal(verdict, 'holds only when');
    assert.match(
      sentence,
      /^backlog fell below 50 % .*; polling kept 90 % or more; thread lay between, or cannot be told\.$/,
    );
  });

  it('no longer holds where none fell for sure', () => {
    assert.equal(
      claimOf({ backlog: [best, straddling], thread: [best, [3, null, 40, null]] }).verdict,
      'no longer holds',
    );
  });

  it('is not measured where no sender reached an overload', () => {
    assert.equal(claimOf({ napi: [best, [1.02, 30, 40, 49]] }).verdict, 'not measured');
  });
});
