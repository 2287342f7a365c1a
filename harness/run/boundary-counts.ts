import type { BoundaryCount, PathSpec, TrialResult, TrialSpec } from '../executor/contract.js';
import { paths, takenInDriver } from '../paths/paths.js';

/** What a boundary has to have counted: the frames of the interface, or what the reader holds. */
type Expected = { packets: 'wire' | 'reader' } | { bytes: 'reader' };

type Rules = Readonly<Record<string, Expected>>;

/**
 * Every packet passes every boundary exactly once, so their counts are the ledger's. Keyed by BPF program.
 * Raw frames meet two boundaries before the socket, which may drop them, and two in the reader's own call; a ring is
 * filled in softirq, so its reader meets none.
 */
const beforeSocket: Rules = {
  napi_gro_receive_entry: { packets: 'wire' },
  netif_receive_skb: { packets: 'wire' },
  packet_rcv_enter: { packets: 'wire' },
  packet_rcv_spkt_enter: { packets: 'wire' },
  tpacket_rcv_enter: { packets: 'wire' },
};
const inReader: Rules = {
  skb_copy_datagram_iovec: { packets: 'reader' },
  consume_skb: { packets: 'reader' },
  copy_enter: { packets: 'reader' },
  copy_exit: { packets: 'reader' },
};

/** TCP merges and splits segments, so after GRO only bytes can be held against each other. */
const tcp: Rules = {
  napi_gro_receive_entry: { packets: 'wire' },
  tcp_probe: { bytes: 'reader' },
  skb_copy_datagram_iovec: { bytes: 'reader' },
  copy_enter: { bytes: 'reader' },
};

/** By kprobe a function's boundary is another program, and counts under the same name. */
const countedAs = (program: string): string => program.replace(/_kprobe$/, '');

function rulesFor(path: PathSpec): Rules {
  if (path.name === 'tcp') return tcp;
  // Taken before there is an skb, so that no boundary but the poll is met.
  if (takenInDriver(path)) return {};
  const { taker, attaches } = paths[path.name];
  return taker === 'call' && attaches === 'tap' ? { ...beforeSocket, ...inReader } : beforeSocket;
}

/** What every boundary of a probed trial counted wrongly, one sentence each; empty when all agree. */
export function boundaryMismatches(spec: TrialSpec, result: TrialResult): string[] {
  if (spec.probes === null || result.probes === null) return [];
  const counts = new Map(result.probes.boundaries.map((boundary) => [boundary.program, boundary]));
  const rules = rulesFor(spec.path);
  return spec.probes.programs.map(countedAs).flatMap((program) => {
    const expected = Object.hasOwn(rules, program) ? rules[program] : undefined;
    if (expected === undefined) return [];
    const count = counts.get(program);
    if (count === undefined) return [`boundary ${program}: attached, but it reported no count`];
    return mismatch(count, expected, result);
  });
}

function mismatch(count: BoundaryCount, expected: Expected, result: TrialResult): string[] {
  const [unit, seen, should] =
    'bytes' in expected
      ? (['bytes', count.bytes, result.reader.bytes] as const)
      : (['packets', count.packets, expected.packets === 'wire' ? result.wirePackets : result.reader.packets] as const);
  if (seen === should) return [];
  return [`boundary ${count.program}: ${String(seen)} ${unit} counted, ${String(should)} passed`];
}
