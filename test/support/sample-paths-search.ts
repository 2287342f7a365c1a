import type { Search, SearchBound, SearchGoal, Trial } from '../../reports/record.js';
import { batchHistogram, cellOf, FRAME_BYTES } from './sample-paths-rows.js';
import type { SampleRoad } from './sample-roads.js';
import { sampleTrial } from './sample-trials.js';

const ROUNDS = 6;
const PDR_LOSS = 0.005;
const WIDTH = 0.05;

/** Loads of the sample's searches, of the goal's own rate. */
const LOADS = [0.5, 0.9, 1, 1.04, 1.3, 2];

export function saturationTrials(road: SampleRoad, first: number, next: () => number): Trial[] {
  const { offered, delivered, layer } = road.saturation;
  return Array.from({ length: ROUNDS }, (_, round) => {
    const kept = (delivered / offered) * (delivered / offered > 0.99 ? 1 : 0.985 + 0.03 * next());
    const trial = lossyTrial(
      road,
      first + round,
      round,
      1000 * offered * (0.97 + 0.06 * next()),
      Math.min(1, kept),
      layer,
      next,
    );
    return trial;
  });
}

/** An unprobed trial without pace in which `kept` of the packets sent arrive, and a layer counts the rest. */
function lossyTrial(
  road: SampleRoad,
  index: number,
  round: number,
  packetsPerSecond: number,
  kept: number,
  layer: string,
  next: () => number,
): Trial {
  const trial = sampleTrial(cellOf(road, null), index, round, false, next);
  const seconds = trial.windowNs / 1e9;
  const sent = Math.round(packetsPerSecond * seconds);
  const packets = Math.round(sent * kept);
  return {
    ...trial,
    generator: { ...trial.generator, sent, bytes: sent * FRAME_BYTES, achievedPacketsPerSecond: sent / seconds },
    reader: {
      ...trial.reader,
      packets,
      bytes: packets * FRAME_BYTES,
      calls: Math.round(packets * road.callsPerPacket),
      systemCalls: Math.round(packets * road.callsPerPacket),
      copiedBytes: packets * road.copiedBytes,
      batches: batchHistogram(road.batch > 1 ? 4 * road.batch : road.batch, next),
      granted: road.granted,
      drops: {},
    },
    wirePackets: sent,
    ledger: { unit: 'packets', sent, delivered: packets, drops: { [layer]: sent - packets }, unexplained: 0 },
  };
}

/** A search and its trials, which go behind the others. Where the sender is the limit, PDR has no upper bound. */
export function sampleSearch(road: SampleRoad, trials: Trial[], next: () => number): Search {
  const { ndr, pdr } = road.search ?? { ndr: 1, pdr: 1 };
  const { offered, delivered, layer } = road.saturation;
  const senderBound = delivered / offered > 0.99;
  for (const load of LOADS) {
    const asked = load < 1 ? ndr * load : pdr * load;
    const rate = 1000 * Math.min(asked, offered * (0.98 + 0.02 * next()));
    const over = senderBound ? 1 : Math.min(1 - PDR_LOSS, 1.03 / load - 0.04 * next());
    const trial = lossyTrial(road, trials.length, 0, rate, load < 1 ? 1 : over, layer, next);
    trials.push({ ...trial, cell: searchKey(road), purpose: 'search' });
  }
  const low = senderBound
    ? { upper: null, reason: 'no upper bound: the highest rate that was tried met the goal' }
    : {};
  const lossy = { lower: null, reason: 'no lower bound: the lowest rate that was tried lost packets' };
  return {
    cell: searchKey(road),
    path: road.path,
    params: { frameBytes: FRAME_BYTES, ...(road.variant === undefined ? {} : { variant: road.variant }) },
    status: 'measured',
    reason: null,
    minPacketsPerSecond: 1000,
    maxPacketsPerSecond: 6_000_000,
    trials: LOADS.length,
    goals: [goal('NDR', 0, ndr, road.variant === 'spin' ? lossy : {}), goal('PDR', PDR_LOSS, pdr, low)],
  };
}

/** A search has no rate of its own. */
function searchKey({ path, variant }: SampleRoad): string {
  return `${path} frameBytes=${String(FRAME_BYTES)}${variant === undefined ? '' : ` variant=${variant}`}`;
}

/** @param irregular which bound is missing, and why */
function goal(name: string, lossRatio: number, kpps: number, irregular: Partial<SearchGoal>): SearchGoal {
  const bound = (factor: number, loss: number): SearchBound => ({
    packetsPerSecond: 1000 * kpps * factor,
    lossRatio: loss,
    seconds: 1.5,
  });
  return {
    name,
    lossRatio,
    exceedRatio: 0.5,
    width: WIDTH,
    finalTrialSeconds: 0.5,
    durationSumSeconds: 1.5,
    lower: bound(1, lossRatio / 2),
    upper: bound(1 + 0.8 * WIDTH, lossRatio + 0.0034),
    regular: irregular.reason === undefined,
    reason: null,
    ...irregular,
  };
}
