import type { CountedStage, Histogram, Trial } from '../../reports/record.js';
import { addHistograms } from '../statistics/histogram.js';

/** A length is told from others when it has this part of a stage's visits, or of its instructions. */
const modeShare = 0.1;

type Visits = Pick<CountedStage, 'visitInstructions' | 'modes'>;
type Modes = NonNullable<Visits['modes']>;

/**
 * How long a visit of a stage is, over all visits of all trials: the median, and the lengths that lie apart. Lengths are
 * one while their bins are neighbours; an empty bin between them makes them two.
 */
export function visitsOf(stage: string, probed: readonly Trial[]): Visits {
  const own = probed.flatMap(({ probes }) => probes?.visits?.filter((each) => each.stage === stage) ?? []);
  const bins = binsOf(addHistograms(own.map(({ histogram }) => histogram)));
  if (bins.length === 0) return { visitInstructions: null, modes: null };
  const packets = sum(probed.map(({ wirePackets }) => wirePackets));
  const [visits, instructions] = [countOf(bins), instructionsOf(bins)];
  const modes = clustersOf(bins).flatMap((cluster): Modes => {
    const share = countOf(cluster) / visits;
    if (share < modeShare && instructionsOf(cluster) / instructions < modeShare) return [];
    const [from = 0, to = 0] = [cluster[0]?.from, cluster.at(-1)?.from];
    return [{ from, to, instructions: medianOf(cluster), share, perPacket: countOf(cluster) / packets }];
  });
  return { visitInstructions: medianOf(bins), modes: modes.length > 1 ? modes : null };
}

interface Bin {
  /** Its place among all bins, filled or not. */
  index: number;
  from: number;
  middle: number;
  count: number;
}

/** As kernel-probes/histogram_bins.h has them: each number its own below 64, then 32 bins to each power of two. */
const binsOfPower = 32;

function binsOf(histogram: Histogram | null): Bin[] {
  if (histogram === null) return [];
  return histogram.lowerBounds.flatMap((from, at) => {
    const count = histogram.counts[at] ?? 0;
    if (count === 0) return [];
    const doublings = Math.max(0, Math.floor(Math.log2(from / binsOfPower)));
    const width = 2 ** doublings;
    return [{ index: doublings * binsOfPower + from / width, from, middle: from + (width - 1) / 2, count }];
  });
}

function clustersOf(bins: readonly Bin[]): Bin[][] {
  const clusters: Bin[][] = [];
  for (const bin of bins) {
    const last = clusters.at(-1);
    const before = last?.at(-1);
    if (last !== undefined && before !== undefined && bin.index === before.index + 1) last.push(bin);
    else clusters.push([bin]);
  }
  return clusters;
}

/** The middle of the bin that holds the median. */
function medianOf(bins: readonly Bin[]): number {
  const half = countOf(bins) / 2;
  let seen = 0;
  return bins.find(({ count }) => (seen += count) >= half)?.middle ?? 0;
}

function countOf(bins: readonly Bin[]): number {
  return sum(bins.map(({ count }) => count));
}

function instructionsOf(bins: readonly Bin[]): number {
  return sum(bins.map(({ count, middle }) => count * middle));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
