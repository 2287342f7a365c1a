import { join } from 'node:path';
import { usageError } from '../errors.js';
import type { GeneratorSpec, SendMethod, TrafficKind } from '../executor/contract.js';
import { projectRoot } from '../root.js';
import { sendMethods } from './send-methods.js';
import type { OwnSendMethod } from './send-methods.js';

/** The object with the programs that send live frames. */
export const generatorObject = join(projectRoot, 'kernel-probes', 'build', 'generators.bpf.o');

/** More than any receiver of one core takes: time ends an unpaced trial. */
const mostPacketsPerSecond = 10_000_000;

export interface Sending {
  traffic: TrafficKind;
  /** Bytes of a frame without FCS. */
  frameBytes: number;
  /** Of each hundred packets; all when nobody says. */
  wantedPercent?: number;
  /** Null: as fast as it goes. */
  packetsPerSecond: number | null;
  durationSeconds: number;
  method?: SendMethod;
  /** Packets handed over at once; when nobody says, so many that the rate can be kept. */
  batch?: number;
  command?: string[];
  /** Flows that UDP frames belong to in turn; one when nobody says. */
  flows?: number;
}

/**
 * Sends for the duration; a paced sender that falls behind is stopped soon after, an unpaced one is ended by time.
 * @throws PktpathError (usage) for a share of wanted packets that there is not, or that the sender cannot mark
 */
export function generatorSpec(sending: Sending): GeneratorSpec {
  const { traffic, frameBytes, packetsPerSecond, durationSeconds, method = 'sendto', command } = sending;
  const { wantedPercent = 100 } = sending;
  checkWanted(wantedPercent, traffic, method);
  const paced = packetsPerSecond !== null;
  const batch = sending.batch ?? (method === 'command' ? 1 : kickBatch(method, packetsPerSecond));
  const asked = Math.max(1, Math.round((packetsPerSecond ?? mostPacketsPerSecond) * durationSeconds));
  // A last batch that is not whole takes the time of a whole one, and the rate would seem not to have been kept.
  const packets = Math.ceil(asked / batch) * batch;
  return {
    traffic,
    method,
    batch,
    frameBytes,
    ...(sending.flows === undefined || sending.flows === 1 ? {} : { flows: sending.flows }),
    wantedPercent,
    packets,
    packetsPerSecond,
    pacing: 'spin',
    maxDurationNs: Math.round((paced ? durationSeconds * 1.1 + 0.1 : durationSeconds) * 1e9),
    object: method === 'live-redirect' || method === 'live-pass' ? generatorObject : null,
    command: command ?? null,
  };
}

/** Methods that mark each frame as wanted or not. */
export const markingMethods = ['sendto', 'sendmmsg', 'tx-ring', 'af-xdp'] as const satisfies readonly SendMethod[];

function checkWanted(percent: number, traffic: TrafficKind, method: SendMethod): void {
  if (!Number.isInteger(percent) || percent < 0 || percent > 100) {
    throw usageError(`the share of wanted packets is a whole number from 0 to 100 percent, not ${String(percent)}`);
  }
  if (percent === 100 || (traffic === 'raw' && (markingMethods as readonly SendMethod[]).includes(method))) return;
  throw usageError(
    `unwanted packets cannot be sent as ${traffic} by ${method}`,
    `they are raw frames; methods that mark them: ${markingMethods.join(', ')}`,
  );
}

/** Above this many kicks a second the system calls limit the sender, not the rate. */
const mostKicksPerSecond = 100_000;

/**
 * Packets to hand over at once so that a rate can be kept: one each as long as that goes.
 * @param rate packets per second; null: as fast as it goes
 */
function kickBatch(method: OwnSendMethod, rate: number | null): number {
  const most = sendMethods[method].batch;
  return rate === null ? most : Math.min(most, Math.max(1, Math.ceil(rate / mostKicksPerSecond)));
}
