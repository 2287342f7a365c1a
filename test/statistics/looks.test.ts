import assert from 'node:assert/strict';
import { LookSchedule, lookRounds, plannedLooks } from '../../harness/run/looks.js';
import { intervalLevel } from '../../harness/statistics/interval.js';
import { pairedRank, pairedRatioInterval } from '../../harness/statistics/paired-interval.js';
import { seededRandom } from '../../harness/statistics/random.js';
import type { Random } from '../../harness/statistics/random.js';
import { ownLevel } from '../../reports/compare/ratio-test.js';
import { normal } from '../../harness/selftest/noise.js';

const arms = { keys: new Set<string>(), looks: plannedLooks, sameCalibration: true };

describe('looks at verdicts', function () {
  this.timeout(60_000);

  interface Study {
    rows: number;
    ratio: number;
    scatter: number;
    threshold: number;
  }

  interface Ended {
    alarm: boolean;
    covered: number;
    made: number;
  }

  /** A whole run: rounds until every row is decided, or the looks are used up. */
  function study({ rows, ratio, scatter, threshold }: Study, random: Random): Ended {
    const sure = 1 - (1 - intervalLevel) / (rows * plannedLooks);
    const draws = (): number => ratio * Math.exp(scatter * Math.SQRT2 * normal(random));
    const values = Array.from({ length: rows }, (): number[] => []);
    let ended: Ended = { alarm: false, covered: 0, made: 0 };
    for (const [look, due] of lookRounds(rows).entries()) {
      for (const row of values) while (row.length < due) row.push(draws());
      const judged = values.map((row) => {
        const [own, wide] = [pairedRatioInterval(row, ownLevel(arms)), pairedRatioInterval(row, sure)];
        const moved = wide.low! > 1 + threshold || wide.high! < 1 - threshold;
        const same = own.low! >= 1 - threshold && own.high! <= 1 + threshold;
        return { moved, decided: moved || same, covered: own.low! <= ratio && ratio <= own.high! };
      });
      ended = {
        alarm: ended.alarm || judged.some(({ moved }) => moved),
        covered: judged.filter(({ covered }) => covered).length,
        made: look + 1,
      };
      if (judged.every(({ decided }) => decided)) break;
    }
    return ended;
  }

  function many(what: Study, runs: number, seed: number): Ended[] {
    const random = seededRandom(seed);
    return Array.from({ length: runs }, () => study(what, random));
  }

  for (const [rows, runs] of [
    [1, 3000],
    [30, 150],
  ] as const) {
    it(`raise a false alarm over all ${rows} rows of equal arms in at most 5 %`, () => {
      // with a threshold of nothing, and none is ever decided: every look is made
      const alarms = many({ rows, ratio: 1, scatter: 0.03, threshold: 0 }, runs, 3).filter(({ alarm }) => alarm);
      const most = 0.05 + 2 * Math.sqrt((0.05 * 0.95) / runs);
      assert.ok(alarms.length / runs <= most, String(alarms.length / runs));
    });

    for (const ratio of [1, 1.05, 1.1]) {
      for (const scatter of [0.01, 0.03, 0.05]) {
        it(`leave intervals that cover: ${rows} rows, ${ratio}, ${100 * scatter} % of scatter`, () => {
          const ends = many({ rows, ratio, scatter, threshold: 0.05 }, runs, 5);
          const coverage = ends.reduce((sum, { covered }) => sum + covered, 0) / (runs * rows);
          assert.ok(coverage >= 0.93 && coverage <= 0.975, String(coverage));
        });
      }
    }
  }

  it('end earlier where verdicts are clear', () => {
    const made = (scatter: number): number => {
      const ends = many({ rows: 9, ratio: 1.2, scatter, threshold: 0.05 }, 200, 9);
      return ends.reduce((sum, each) => sum + each.made, 0) / ends.length;
    };
    assert.ok(made(0.01) === 1 && made(0.1) > 2.5);
  });

  it('come first when a verdict over all rows is possible', () => {
    for (const rows of [1, 9, 90, 500]) {
      const [first = 0] = lookRounds(rows);
      assert.ok(pairedRank(first, 1 - 0.05 / (plannedLooks * rows)) > 0);
    }
    assert.deepEqual(lookRounds(90), [16, 24, 36]);
  });

  describe('of a run', () => {
    let clock: number;
    let seen: number[];
    const schedule = (undecided: number[], more: { maxRounds?: number; timeLimitMs?: number } = {}): LookSchedule => {
      clock = 0;
      seen = [];
      return new LookSchedule({
        ...{ maxRounds: null, timeLimitMs: 1e9, now: () => clock, ...more },
        look: () => ({ rows: 90, undecided: undecided[seen.push(clock) - 2] ?? 90 }),
      });
    };
    /** A round takes one. */
    const through = (each: LookSchedule): number => {
      for (let done = 0; ; done++, clock++) if (each.until(done, () => []) <= done) return done;
    };

    it('are where the number of rows puts them, and end the run when all is decided', () => {
      const each = schedule([90, 0]);
      assert.equal(through(each), 24);
      assert.deepEqual(
        [seen, each.looks],
        [[6, 16, 24], { made: 2, planned: 3, rounds: [16, 24, 36], ended: 'decided' }],
      );
    });

    it('are no more than were planned', () => {
      const each = schedule([]);
      assert.deepEqual([through(each), each.looks?.ended], [36, 'max-rounds']);
    });

    it('come early when there are to be no more rounds, or no more time', () => {
      const few = schedule([], { maxRounds: 20 });
      assert.deepEqual(
        [through(few), few.looks],
        [20, { made: 2, planned: 3, rounds: [16, 20, 36], ended: 'max-rounds' }],
      );
      const short = schedule([], { timeLimitMs: 10 });
      assert.deepEqual(
        [through(short), short.looks],
        [10, { made: 1, planned: 3, rounds: [10, 24, 36], ended: 'time-limit' }],
      );
    });

    it('are not made where rounds are fixed', () => {
      const each = schedule([0]);
      each.fixedRounds = 4;
      assert.deepEqual([through(each), each.looks, seen], [4, null, []]);
    });
  });
});
