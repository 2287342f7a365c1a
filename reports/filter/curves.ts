import type { FilterPlace } from '../../harness/executor/contract.js';
import type { CurvePlan } from '../curves/curve.js';
import type { FitPlan } from '../curves/fit.js';
import { costMetric, readerCostMetric } from '../curves/metric.js';
import type { RunRecord, SummaryRow } from '../record.js';
import { nanoseconds, perPacket } from '../tables/format.js';

/** Who filters: nobody, or whoever runs a sized filter. */
export type Place = 'none' | FilterPlace;

/** In the order of tables. */
export const placeNames: Record<Place, string> = {
  none: 'no filter',
  user: 'in the reader',
  cbpf: 'cBPF of the socket',
  ebpf: 'eBPF of the socket',
  'xdp-generic': 'XDP generic',
  'xdp-native': 'XDP native',
};
export const allPlaces = Object.keys(placeNames) as Place[];

/** The road that all places are compared on. */
export const mainRoad = 'packet-recvfrom';

export function placeOf({ params: { place } }: SummaryRow): Place | null {
  return allPlaces.find((each) => each === place) ?? null;
}

const placeName = (row: SummaryRow): string => placeNames[placeOf(row) ?? 'none'];

/** What the run's options say; a record may hold anything. */
function optionOf({ experiment: { options } }: RunRecord, key: string): unknown {
  return Object.hasOwn(options, key) ? options[key] : undefined;
}

/** The share of wanted packets at which lengths were measured, in percent. */
export function lengthsPercent(record: RunRecord): unknown {
  return optionOf(record, 'lengthsPercent');
}

/** The length of the filter in the sweep of shares, in instructions. */
export function shortest(record: RunRecord): number {
  const lengths = record.summary.map(({ params }) => params['instructions']).filter((each) => typeof each === 'number');
  return Math.min(...lengths);
}

const wanted = { key: 'wantedPercent', title: 'wanted', unit: '%' };

/** Without a filter or with the shortest: a cell for each share. */
function isShort(record: RunRecord): (row: SummaryRow) => boolean {
  const least = shortest(record);
  return ({ params }) => params['instructions'] === undefined || params['instructions'] === least;
}

export function shareCurve(record: RunRecord): CurvePlan {
  const short = isShort(record);
  return {
    id: 'filter-shares',
    title: `What a packet costs by the share of wanted ones, filtered in ${String(shortest(record))} instructions`,
    x: wanted,
    metric: costMetric(record),
    rows: (row) => row.path === mainRoad && short(row),
    arm: placeName,
    notes: [
      'For each frame on the wire, wanted or not. “No filter” hands all of them to the program, which counts them; “in the ' +
        'reader” runs libpcap’s bpf_filter() on each one after the copy.',
    ],
  };
}

/** The part of it that the reader's own calls and code take: what the copy and the way into the kernel are in. */
export function readerCurve(record: RunRecord): CurvePlan {
  return {
    ...shareCurve(record),
    id: 'filter-reader',
    title: 'What of it the reader has, by the share of wanted packets',
    metric: readerCostMetric(record),
    notes: [
      'The rest is the interrupt’s, the softirq’s and the NAPI thread’s. How many packets share a poll decides on that, and ' +
        'that depends on who is awake: a burst’s share one whoever filters, packets that come one by one do not.',
    ],
  };
}

export function lengthCurve(record: RunRecord): CurvePlan {
  const share = lengthsPercent(record);
  return {
    id: 'filter-lengths',
    title: `What a packet costs by the filter’s length, ${String(share)} % wanted`,
    x: { key: 'instructions', title: 'filter', unit: 'instructions' },
    metric: costMetric(record),
    rows: ({ path, params }) => path === mainRoad && params[wanted.key] === share,
    arm: placeName,
    notes: [
      'Every packet runs all instructions: a load, comparisons, a return. eBPF programs have a few more, the same for each ' +
        'length, and three that count a packet that is not wanted.',
    ],
  };
}

export function roadCurve(record: RunRecord): CurvePlan {
  const short = isShort(record);
  return {
    ...shareCurve(record),
    id: 'filter-roads',
    title: 'Filter before the socket or in the reader, road by road',
    rows: (row) => ['user', 'cbpf'].includes(placeOf(row) ?? '') && short(row),
    arm: (row) => `${row.path}, ${placeName(row)}`,
    notes: [
      'packet_rcv filters before it clones the packet for its socket, packet_rcv_spkt (SOCK_PACKET) and then sock_queue_rcv_skb ' +
        'after it. A packet that no other taker wants is not cloned: then the order makes no difference.',
    ],
  };
}

/** Both figures in the metric's unit. */
function lineOf(curve: CurvePlan, perX: string): FitPlan {
  const { unit } = curve.metric;
  return {
    curve,
    model: 'linear',
    intercept: { title: 'at none', unit, format: nanoseconds },
    slope: { title: `for each ${perX}`, unit, format: perPacket },
  };
}

export const shareFit = (record: RunRecord): FitPlan => lineOf(shareCurve(record), 'percent wanted');
export const readerFit = (record: RunRecord): FitPlan => lineOf(readerCurve(record), 'percent wanted');
export const roadFit = (record: RunRecord): FitPlan => lineOf(roadCurve(record), 'percent wanted');
export const lengthFit = (record: RunRecord): FitPlan => lineOf(lengthCurve(record), 'instruction');
