import { usageError } from '../errors.js';
import type { GeneratorSpec, HandSendSpec, TrafficKind } from '../executor/contract.js';
import { generatorSpec } from '../generators/generator-spec.js';
import { checkSends, ownSendMethods, sendMethods, trafficKinds } from '../generators/send-methods.js';
import type { OwnSendMethod } from '../generators/send-methods.js';
import { unknownWord } from '../run/nearest.js';
import { checkCpu } from './cpus.js';
import { endpoint } from './interface.js';
import type { Interface } from './interface.js';
import { checkAddress, checkMac, resolvePeer } from './peer.js';
import { handNice } from './receive-spec.js';

/** What `pktpath send` was asked for, as the command line gives it. */
export interface SendWords {
  to: string;
  traffic: string;
  method: string;
  batch?: number;
  frameBytes: number;
  /** Null: as fast as it goes. */
  rate: number | null;
  packets?: number;
  duration?: number;
  port: number;
  cpu?: number;
}

export interface SendPlan {
  generator: GeneratorSpec;
  to: string;
  frames: boolean;
  port: number;
  cpu: number;
}

/** A sender is always bounded: by this many seconds when nobody says. */
export const defaultSeconds = 10;
/** The native part's own bound. */
export const mostSeconds = 3600;
/** Sequence numbers have 32 bits. */
export const mostPackets = 4_000_000_000;

/** @throws PktpathError (usage) for words that are none, or do not fit together */
export function planSend(words: SendWords, allowed: readonly number[]): SendPlan {
  const { to, frameBytes, rate, port } = words;
  const traffic = asTraffic(words.traffic);
  const method = asMethod(words.method);
  const definition = sendMethods[method];
  checkSends('--method', method, traffic);
  const { batch } = words;
  if (definition.batch === 1 && batch !== undefined && batch !== 1) {
    throw usageError(`--batch ${batch}: ${method} hands over one packet at a time`, 'send by another --method');
  }
  if (traffic === 'raw') checkMac(to);
  else checkAddress(to);
  checkCpu(words.cpu, allowed);
  const durationSeconds = sendingSeconds(words);
  const plain = generatorSpec({
    traffic,
    method,
    ...(batch === undefined ? {} : { batch }),
    frameBytes,
    packetsPerSecond: rate,
    durationSeconds,
  });
  const generator = {
    ...plain,
    packets: Math.min(words.packets ?? plain.packets, mostPackets),
    maxDurationNs: Math.min(plain.maxDurationNs, mostSeconds * 1e9),
  };
  return { generator, to, frames: definition.frames, port, cpu: words.cpu ?? allowed[0] ?? 0 };
}

/** As long as was asked, or what the packets take at the rate, with room for a sender that falls behind. */
function sendingSeconds({ packets, duration, rate }: SendWords): number {
  if (duration !== undefined) return duration;
  if (packets === undefined || rate === null) return defaultSeconds;
  const seconds = packets / rate;
  if (seconds <= mostSeconds) return seconds + defaultSeconds;
  throw usageError(
    `--packets ${packets} at ${rate} packets/s take ${Math.ceil(seconds)} s, and ${mostSeconds} s are the most`,
    'send fewer or faster, or give a --duration that ends it',
  );
}

function asTraffic(word: string): TrafficKind {
  const traffic = trafficKinds.find((each) => each === word);
  if (traffic === undefined) {
    throw usageError(`unknown traffic ${unknownWord(word, trafficKinds)}`, `one of ${trafficKinds.join(', ')}`);
  }
  return traffic;
}

function asMethod(word: string): OwnSendMethod {
  const method = ownSendMethods.find((each) => each === word);
  if (method === undefined) {
    throw usageError(`unknown method ${unknownWord(word, ownSendMethods)}`, `one of ${ownSendMethods.join(', ')}`);
  }
  return method;
}

/** @throws PktpathError when the peer cannot be reached by the interface */
export async function sendSpec(plan: SendPlan, from: Interface): Promise<HandSendSpec> {
  const { generator, to, frames, port, cpu } = plan;
  const peer = await resolvePeer(to, generator.traffic, frames, from);
  return { generator, sender: endpoint(from, cpu), to: peer, port, nice: handNice };
}
