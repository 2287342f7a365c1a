import type { SendMethod, TrafficKind } from '../executor/contract.js';
import { requireProgram } from './foreign.js';
import { requirePktgen } from './pktgen.js';

export interface GeneratorDefinition {
  means: string;
  /** What goes over the wire. */
  traffic: Partial<Record<TrafficKind, string>> | string;
  methods: Partial<Record<SendMethod, string>>;
  /** What has to be said beside figures of a method. */
  labels?: Partial<Record<SendMethod, string>>;
  /** Debian's package that has the program; null where none is needed. */
  package: string | null;
  /** @throws exit code 4 when this machine does not have it, with what to do */
  require(): Promise<void>;
}

export type GeneratorName = 'builtin' | 'live-frames' | 'trafgen' | 'tcpreplay' | 'iperf3' | 'pktgen';

const raw = 'Ethernet frames of the private EtherType 0x88b5';
const udp = 'UDP datagrams';
const foreign = 'Ethernet frames of EtherType 0x88b6, without a sequence number';

const nothing = (): Promise<void> => Promise.resolve();

/** Another program, on the sender's CPU. */
function program(name: string, packageName: string): Pick<GeneratorDefinition, 'methods' | 'package' | 'require'> {
  return {
    methods: { command: `the program ${name} sends` },
    package: packageName,
    require: () => requireProgram(name, packageName),
  };
}

/** All that can send, in the order of lists. */
export const generators: Record<GeneratorName, GeneratorDefinition> = {
  builtin: {
    means: 'the sender of pktpath itself',
    traffic: {
      raw,
      udp,
      'tcp-message': 'one TCP message of one segment a deadline',
      'tcp-bulk': 'TCP messages as fast as they go',
    },
    methods: {
      sendto: 'one send(2) a packet',
      sendmmsg: 'a batch of packets a sendmmsg(2); raw and udp',
      'tx-ring': 'a batch of frames a kick of PACKET_TX_RING; raw',
      'af-xdp': 'a batch of frames a kick of an AF_XDP transmit ring; raw and udp',
    },
    package: null,
    require: nothing,
  },
  'live-frames': {
    means: 'frames that an XDP program sends from within the kernel (BPF_PROG_RUN), paced there: from 1000 packets/s',
    traffic: { raw, udp },
    methods: {
      'live-redirect': 'through the sender’s interface into its peer’s NAPI',
      'live-pass': 'into the receiver’s stack: no driver, no NAPI, no GRO',
    },
    labels: { 'live-pass': 'stack-only' },
    package: null,
    require: nothing,
  },
  trafgen: {
    means: 'trafgen of netsniff-ng, through PACKET_TX_RING; as fast as it goes',
    traffic: foreign,
    ...program('trafgen', 'netsniff-ng'),
  },
  tcpreplay: {
    means: 'tcpreplay: a capture file, or frames of one size, paced or as fast as it goes',
    traffic: foreign,
    ...program('tcpreplay', 'tcpreplay'),
  },
  iperf3: {
    means: 'iperf3 as a UDP client, with a server of its own at the receiver',
    traffic: 'UDP datagrams, and a TCP connection that controls them',
    ...program('iperf3', 'iperf3'),
  },
  pktgen: {
    means: 'the kernel’s packet generator; needs its module',
    traffic: 'UDP datagrams to port 9',
    methods: { command: 'the kernel sends, told through /proc/net/pktgen' },
    package: null,
    require: () => Promise.resolve().then(() => requirePktgen()),
  },
};
