import { usageError } from '../errors.js';
import type { SendMethod, TrafficKind } from '../executor/contract.js';

export interface SendMethodDefinition {
  means: string;
  traffic: readonly TrafficKind[];
  /** Packets handed over at once when nobody says; 1: it knows no more. */
  batch: number;
  /** It makes whole frames, past the stack: it has to know the peer's MAC address. */
  frames: boolean;
}

const datagrams = ['raw', 'udp'] as const satisfies TrafficKind[];
/** What the kernel takes from an AF_XDP ring at one kick in copy mode (TX_BATCH_SIZE, net/xdp/xsk.c); enough for the others. */
const usualBatch = 32;
/** What BPF_PROG_RUN takes when nobody says (NAPI_POLL_WEIGHT, net/bpf/test_run.c). */
const liveBatch = 64;

/** How the sender of pktpath itself hands packets to the kernel; another program (`command`) sends by itself. */
export const sendMethods: Record<Exclude<SendMethod, 'command'>, SendMethodDefinition> = {
  sendto: {
    means: 'one send(2) a packet',
    traffic: ['raw', 'udp', 'tcp-message', 'tcp-bulk'],
    batch: 1,
    frames: false,
  },
  sendmmsg: { means: 'sendmmsg(2): many packets a call', traffic: datagrams, batch: usualBatch, frames: false },
  'tx-ring': { means: 'PACKET_TX_RING: many frames a kick', traffic: ['raw'], batch: usualBatch, frames: true },
  'af-xdp': { means: 'an AF_XDP transmit ring, copy mode', traffic: datagrams, batch: usualBatch, frames: true },
  'live-redirect': {
    means: 'BPF_PROG_RUN, redirected to the interface',
    traffic: datagrams,
    batch: liveBatch,
    frames: true,
  },
  'live-pass': {
    means: 'BPF_PROG_RUN, as if they had come in by the interface',
    traffic: datagrams,
    batch: liveBatch,
    frames: true,
  },
};

export type OwnSendMethod = keyof typeof sendMethods;
export const ownSendMethods = Object.keys(sendMethods) as OwnSendMethod[];
export const trafficKinds: readonly TrafficKind[] = sendMethods.sendto.traffic;

/**
 * Whether a method can send a kind of traffic.
 * @param option as the user wrote it, e.g. "--method"
 * @throws PktpathError (usage)
 */
export function checkSends(option: string, method: OwnSendMethod, traffic: TrafficKind): void {
  const { traffic: possible } = sendMethods[method];
  if (!possible.includes(traffic)) {
    throw usageError(`${option} ${method} cannot send ${traffic}, but ${possible.join(', ')}`);
  }
}
