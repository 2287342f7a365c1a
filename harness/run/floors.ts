import type { Floors, Trial } from '../../reports/record.js';
import { median } from '../statistics/quantile.js';

/**
 * By how much a figure of an exact run moves although nothing was changed, percent of its size. Of a stage, a total and
 * anything else in the same way:
 *
 * - `bootDifferencePercent`, the A/A floor: of each boot the median over its trials; the largest less the smallest of
 *   these medians over the median of them. Null for one boot.
 * - `repeatabilityPercent`: within one boot the largest less the smallest trial over the boot's median; of the boot where
 *   that is most. Null when no boot has two trials.
 *
 * Either is null as well where the figure is zero, of which nothing is a part.
 * @param values the figure in each trial
 * @param trials the same trials
 */
export function floorsOf(values: readonly number[], trials: readonly Pick<Trial, 'boot'>[]): Floors {
  const byBoot = new Map<number, number[]>();
  for (const [index, value] of values.entries()) {
    const boot = trials[index]?.boot ?? null;
    if (boot !== null) byBoot.set(boot, [...(byBoot.get(boot) ?? []), value]);
  }
  const boots = [...byBoot.values()];
  const within = boots.map(spreadPercent).filter((spread) => spread !== null);
  return {
    bootDifferencePercent: spreadPercent(boots.map(median)),
    repeatabilityPercent: within.length === 0 ? null : Math.max(...within),
  };
}

function spreadPercent(values: readonly number[]): number | null {
  if (values.length < 2) return null;
  const spread = Math.max(...values) - Math.min(...values);
  const size = Math.abs(median(values));
  if (spread === 0) return 0;
  return size === 0 ? null : (100 * spread) / size;
}
