import type { HandFigures, HandReceived, HandReceiveSpec } from '../executor/contract.js';
import { paths } from '../paths/paths.js';
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

const delayPoints = { p50: 0.5, p90: 0.9, p99: 0.99, 'p99.9': 0.999 };

/** A socket of the stack brings payload, in the pieces of what it is sent; everything else brings frames. */
function countedBy({ path }: HandReceiveSpec): Counted {
  const { attaches, traffic } = paths[path.name];
  if (attaches !== 'socket') return 'frames';
  return traffic[0] === 'udp' ? 'datagrams' : 'messages';
}

/** The figures of a session as `--json` prints them. */
export function receiveDocument(spec: HandReceiveSpec, received: HandReceived): ReceiveDocument {
  const { reader, elapsedNs, busiest, beforeFirst } = received;
  const { packets, bytes, calls } = reader;
  return {
    command: 'receive',
    path: spec.path,
    interface: spec.receiver.interface,
    netns: spec.receiver.netns === '' ? null : spec.receiver.netns,
    cpus: spec.workerCpus,
    ending: received.ending,
    problem: received.problem,
    elapsedSeconds: seconds(elapsedNs),
    packets,
    bytes,
    counted: countedBy(spec),
    rate: rateOf(packets, bytes, elapsedNs),
    busiestSecond: busiest === null ? null : rateOf(busiest.packets, busiest.bytes, busiest.ns),
    calls,
    packetsPerCall: calls === 0 ? null : packets / calls,
    systemCalls: reader.systemCalls,
    threadCpuSeconds: seconds(reader.threadCpuNs),
    protocols: reader.protocols,
    sequence: beforeFirst === null ? null : { ...reader.sequence, beforeFirst, restarts: received.restarts },
    drops: reader.drops,
    delayNs:
      reader.latency === null || reader.latency.counts.length === 0
        ? null
        : quantiles(reader.latency, delayPoints, reader.latencyMaxNs),
    granted: reader.granted,
    interfacePackets: received.interfacePackets,
  };
}

export interface ReceiveDocument {
  command: 'receive';
  path: HandReceiveSpec['path'];
  interface: string;
  netns: string | null;
  /** Of each reader. */
  cpus: number[];
  ending: HandReceived['ending'];
  problem: string | null;
  elapsedSeconds: number;
  packets: number;
  bytes: number;
  counted: Counted;
  /** Over the whole time, silence included. */
  rate: Rate | null;
  /** The one of its seconds that brought most; null before one was over. */
  busiestSecond: Rate | null;
  calls: number;
  packetsPerCall: number | null;
  systemCalls: number | null;
  threadCpuSeconds: number;
  protocols: Record<string, number>;
  /** Of the packets that pktpath sent; null with several readers, each of which misses what the others got. */
  sequence: (HandReceived['reader']['sequence'] & { beforeFirst: number; restarts: number }) | null;
  drops: Record<string, number>;
  delayNs: Record<string, number> | null;
  granted: HandReceived['reader']['granted'];
  /** Frames that the interface counted meanwhile, whosever they are. */
  interfacePackets: number | null;
}

export function receiveText(document: ReceiveDocument): string {
  const { packets, bytes, counted, busiestSecond, packetsPerCall, sequence, delayNs, interfacePackets } = document;
  const granted = Object.entries(document.granted).map(([key, value]) => `${key} ${value}`);
  const lines: [string, string][] = [
    ['rate', `${rateText(document.rate, counted)}, over the whole time`],
    ...line(busiestSecond, 'busiest second', (rate) => rateText(rate, counted)),
    ['calls', `${document.calls}${packetsPerCall === null ? '' : `, ${packetsPerCall.toFixed(2)} ${counted} each`}`],
    ...line(document.systemCalls, 'system calls', String),
    ['CPU time', `${document.threadCpuSeconds.toFixed(3)} s in the reader`],
    ['protocols', countText(document.protocols)],
    ['sequence', sequence === null ? 'not told: several readers share the packets' : countText(sequence)],
    ['drops', countText(document.drops)],
    ...line(delayNs, 'delay', (values) => `${quantileText(values)}; of one host’s clock, it means nothing between two`),
    ['granted', granted.length === 0 ? 'nothing to ask for' : granted.join(', ')],
    ...line(interfacePackets, 'interface', (count) => `${count} frames came in by ${document.interface}`),
    ['ended', endingText(document.ending, document.problem)],
  ];
  const title = `received ${totalText(packets, bytes, counted, document.elapsedSeconds)}`;
  return summaryText(title, lines);
}

/** No line for what is not known. */
function line<T>(value: T | null, name: string, text: (value: T) => string): [string, string][] {
  return value === null ? [] : [[name, text(value)]];
}

/** A second of it, for the live line. */
export function receiveLive(spec: HandReceiveSpec, now: HandFigures, before: HandFigures | null): string {
  const bytes = (now.bytes ?? 0) - (before?.bytes ?? 0);
  const packets = now.packets - (before?.packets ?? 0);
  const rate = rateOf(packets, bytes, now.elapsedNs - (before?.elapsedNs ?? 0));
  const missing = now.missing === null ? '' : `, ${now.missing} missing`;
  const total = `${now.packets} in ${seconds(now.elapsedNs).toFixed(0)} s`;
  return `${rateText(rate, countedBy(spec))}; ${total}${missing}; dropped: ${countText(now.drops)}`;
}
