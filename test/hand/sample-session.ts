import type {
  EndpointSpec,
  HandReceived,
  HandReceiveSpec,
  HandSendSpec,
  HandSent,
  PathName,
} from '../../harness/executor/contract.js';
import { planReceive } from '../../harness/hand/receive-spec.js';
import { planSend } from '../../harness/hand/send-spec.js';
import type { SendWords } from '../../harness/hand/send-spec.js';
import { nowhere } from '../executor/sample-spec.js';

/** In a namespace that there is not: what is in order fails there. */
const end: EndpointSpec = {
  netns: nowhere,
  interface: 'pktpath-rx',
  interfaceIndex: 1001,
  mac: '02:70:6b:00:00:01',
  address: '198.18.0.1',
  cpu: 0,
  napiTid: 0,
  irq: 0,
};

export const handReceiveSpec = (path: PathName = 'packet-recvfrom'): HandReceiveSpec => ({
  ...planReceive({ path, port: 9000, frameBytes: 512 }, [0, 1]),
  receiver: end,
});

/** Words that are all in order. */
export const sendWords: SendWords = {
  to: '02:70:6b:00:00:01',
  traffic: 'raw',
  method: 'sendto',
  frameBytes: 512,
  rate: 1000,
  port: 9000,
};

export function handSendSpec(words: Partial<SendWords> = {}): HandSendSpec {
  const { generator, port, cpu } = planSend({ ...sendWords, ...words }, [0, 1]);
  return { generator, sender: { ...end, cpu }, to: { mac: end.mac, address: end.address }, port, nice: 0 };
}

/** Ten frames in two seconds, nine of them in one. */
export const handReceived = (change: Partial<HandReceived> = {}): HandReceived => ({
  ending: 'stopped',
  problem: null,
  elapsedNs: 2e9,
  busiest: { ns: 1e9, packets: 9, bytes: 4608 },
  interfacePackets: 12,
  beforeFirst: 3,
  restarts: 0,
  reader: {
    packets: 10,
    bytes: 5120,
    calls: 5,
    systemCalls: 6,
    copiedBytes: 5120,
    batches: { lowerBounds: [2], counts: [5] },
    latency: null,
    latencyMaxNs: 0,
    protocols: { pktpath: 10 },
    sequence: { missing: 2, duplicated: 0, reordered: 1, corrupt: 0 },
    threadCpuNs: 1e6,
    voluntarySwitches: 5,
    involuntarySwitches: 0,
    granted: { receiveBufferBytes: 8388608, immediate: false },
    drops: { socket: 2 },
    filtered: 0,
  },
  ...change,
});

export const handSent = (change: Partial<HandSent> = {}): HandSent => ({
  ending: 'packets',
  problem: null,
  elapsedNs: 1e9,
  whole: true,
  generator: {
    sent: 1000,
    wanted: 1000,
    bytes: 512_000,
    refused: { ENOBUFS: 4 },
    elapsedNs: 1e9,
    lateness: { lowerBounds: [20, 5000], counts: [990, 10] },
    latenessMaxNs: 5100,
    threadCpuNs: 9e8,
    output: null,
  },
  ...change,
});
