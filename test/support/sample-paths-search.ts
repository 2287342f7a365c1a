import type { Search, SearchBound, SearchGoal, Trial } from '../../reports/record.js';
import { batchHistogram, cellOf, FRAME_BYTES } from './sample-paths-rows.js';
import type { SampleRoad } from './sample-roads.js';
import { cellKey, sampleTrial } from './sample-trials.js';

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

/** A search and its trials, which go behind the others. */
export function sampleSearch(road: SampleRoad, trials: Trial[], next: () => number): Search {
  const { ndr, pdr } = road.search ?? { ndr: 1, pdr: 1 };
  for (const load of LOADS) {
    const rate = load < 1 ? 1000 * ndr * load : 1000 * pdr * load;
    const kept = load < 1 ? 1 : Math.min(1 - PDR_LOSS, 1.03 / load - 0.04 * next());
    const trial = lossyTrial(road, trials.length, 0, rate, kept, road.saturation.layer, next);
    trials.push({ ...trial, purpose: 'search' });
  }
  return {
    cell: cellKey(cellOf(road, null)),
    path: road.path,
    params: { frameBytes: FRAME_BYTES, ...(road.variant === undefined ? {} : { variant: road.variant }) },
    status: 'measured',
    reason: null,
    minPacketsPerSecond: 1000,
    maxPacketsPerSecond: 6_000_000,
    trials: LOADS.length,
    goals: [goal('NDR', 0, ndr, road.path === 'xdp-count'), goal('PDR', PDR_LOSS, pdr, false)],
  };
}

function goal(name: string, lossRatio: number, kpps: number, open: boolean): SearchGoal {
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
    upper: open ? null : bound(1 + 0.8 * WIDTH, lossRatio + 0.0034),
    regular: !open,
    reason: open ? 'no upper bound: the sender’s highest rate lost nothing' : null,
  };
}
