import { intervalLevel } from '../../harness/statistics/interval.js';
import { shareAlarms } from '../../harness/statistics/share-alarms.js';
import type { Family } from '../../harness/statistics/share-alarms.js';
import { isBeyond, judgeNoisy } from './verdict.js';
import type { Evidence, Judgement, Question } from './verdict.js';

/** A noisy figure among those that share the false alarms. */
export interface NoisyRow {
  family: Family;
  better: Question['better'];
  /** Or what can be said of it whatever the others are. It has its part of the false alarms all the same. */
  evidence: Evidence | Judgement;
}

/** The verdicts of all noisy figures of a comparison, in their order: together they raise a false alarm in at most 5 %. */
export function judgeJointly(rows: readonly NoisyRow[], thresholdPercent: number | null): Judgement[] {
  const alphas = shareAlarms(
    rows.map(({ family, evidence }) => ({
      family,
      told: (alpha) => 'test' in evidence && isBeyond(evidence, thresholdPercent, alpha),
    })),
    1 - intervalLevel,
  );
  return rows.map(({ better, evidence }, index) =>
    'test' in evidence ? judgeNoisy(evidence, { better, thresholdPercent }, alphas[index] ?? 0) : evidence,
  );
}
