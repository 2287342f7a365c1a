import type { GeneratorSpec, HandFigures, HandSendSpec, HandSent } from '../executor/contract.js';
import { tcpHeaderBytes } from '../paths/path-spec.js';
import type { Counted, Rate } from './figures.js';
import {
  countText,
  endingText,
  quantiles,
  quantileText,
  rateOf,
  rateText,
  seconds,
  summaryText,
  totalText,
} from './figures.js';

/** TCP cuts its stream as it likes, so only its payload can be told. */
const isStream = ({ traffic }: GeneratorSpec): boolean => traffic === 'tcp-message' || traffic === 'tcp-bulk';
const countedBy = (generator: GeneratorSpec): Counted => (isStream(generator) ? 'messages' : 'frames');
const packetBytes = (generator: GeneratorSpec): number =>
  isStream(generator) ? generator.frameBytes - tcpHeaderBytes : generator.frameBytes;

export interface SendDocument {
  command: 'send';
  traffic: GeneratorSpec['traffic'];
  method: GeneratorSpec['method'];
  batch: number;
  frameBytes: number;
  interface: string;
  netns: string | null;
  to: string;
  cpu: number;
  offeredPacketsPerSecond: number | null;
  bounds: { packets: number; seconds: number };
  ending: HandSent['ending'];
  problem: string | null;
  elapsedSeconds: number;
  /** Handed to the kernel, refused ones included. */
  sent: number;
  bytes: number;
  counted: Counted;
  rate: Rate | null;
  /** Of `sent`, by errno; null when it broke off and they are not known. */
  refused: Record<string, number> | null;
  /** Null when unpaced, or nothing was sent; after breaking off only the maximum is known. */
  latenessNs: Record<string, number> | null;
  threadCpuSeconds: number;
}

/** The figures of a session as `--json` prints them. */
export function sendDocument(spec: HandSendSpec, to: string, result: HandSent): SendDocument {
  const { generator, sender } = spec;
  const { sent, lateness, latenessMaxNs, refused, threadCpuNs } = result.generator;
  const bytes = sent * packetBytes(generator);
  return {
    command: 'send',
    traffic: generator.traffic,
    method: generator.method,
    batch: generator.batch,
    frameBytes: generator.frameBytes,
    interface: sender.interface,
    netns: sender.netns === '' ? null : sender.netns,
    to,
    cpu: sender.cpu,
    offeredPacketsPerSecond: generator.packetsPerSecond,
    bounds: { packets: generator.packets, seconds: seconds(generator.maxDurationNs) },
    ending: result.ending,
    problem: result.problem,
    elapsedSeconds: seconds(result.elapsedNs),
    sent,
    bytes,
    counted: countedBy(generator),
    rate: rateOf(sent, bytes, result.elapsedNs),
    refused: result.whole ? refused : null,
    latenessNs:
      generator.packetsPerSecond === null || sent === 0
        ? null
        : quantiles(lateness, result.whole ? { p50: 0.5, p99: 0.99 } : {}, latenessMaxNs),
    threadCpuSeconds: seconds(threadCpuNs),
  };
}

export function sendText(document: SendDocument): string {
  const { sent, bytes, counted, refused, latenessNs, offeredPacketsPerSecond: offered } = document;
  const title = `sent ${totalText(sent, bytes, counted, document.elapsedSeconds)}`;
  return summaryText(title, [
    ['rate', `${rateText(document.rate, counted)}${offered === null ? ', unpaced' : `; asked: ${offered}`}`],
    ['refused', refused === null ? 'not known' : countText(refused)],
    ['lateness', latenessNs === null ? 'none' : quantileText(latenessNs)],
    ['CPU time', `${document.threadCpuSeconds.toFixed(3)} s`],
    ['ended', endingText(document.ending, document.problem)],
  ]);
}

/** A second of it, for the live line. */
export function sendLive({ generator }: HandSendSpec, now: HandFigures, before: HandFigures | null): string {
  const packets = now.packets - (before?.packets ?? 0);
  const ns = now.elapsedNs - (before?.elapsedNs ?? 0);
  const rate = rateOf(packets, packets * packetBytes(generator), ns);
  const late = generator.packetsPerSecond === null ? '' : `; ${now.latenessMaxNs} ns late at most`;
  const total = `${now.packets} in ${seconds(now.elapsedNs).toFixed(0)} s`;
  return `${rateText(rate, countedBy(generator))}; ${total}${late}`;
}

/** What it is going to do at most, said before it does it. */
export function boundsText({ generator, sender }: HandSendSpec, to: string): string {
  const { packets, packetsPerSecond, maxDurationNs, traffic, method } = generator;
  const rate = packetsPerSecond === null ? 'as fast as it goes' : `${packetsPerSecond} packets/s`;
  const most = `at most ${packets} packets and ${seconds(maxDurationNs).toFixed(1)} s`;
  return `${traffic} by ${method} over ${sender.interface} to ${to}: ${rate}, ${most}`;
}
