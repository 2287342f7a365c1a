import type { BoundaryCount, FilterPlace, PathSpec, TrialResult, TrialSpec } from '../executor/contract.js';
import { paths, takenInDriver } from '../paths/paths.js';

/**
 * What a boundary has to have counted: the frames of the interface, those of them that XDP left, or what the reader holds,
 * and what it has held and thrown away.
 */
type Expected = { packets: 'wire' | 'left' | 'reader' | 'held' } | { bytes: 'reader' };

type Rules = Readonly<Record<string, Expected>>;

/**
 * Every packet passes every boundary exactly once, so their counts are the ledger's. Keyed by BPF program.
 * Raw frames meet two boundaries before the socket, which may drop them, and two in the reader's own call; a ring is
 * filled in softirq, so its reader meets none.
 */
const beforeSocket: Rules = {
  driver_poll_exit: { packets: 'wire' },
  napi_gro_receive_entry: { packets: 'wire' },
  netif_receive_skb: { packets: 'wire' },
  packet_rcv_enter: { packets: 'wire' },
  tpacket_rcv_enter: { packets: 'wire' },
  packet_rcv_spkt_enter: { packets: 'wire' },
};
const inReader: Rules = {
  skb_copy_datagram_iovec: { packets: 'reader' },
  consume_skb: { packets: 'reader' },
  copy_enter: { packets: 'reader' },
  copy_exit: { packets: 'reader' },
};

/** Some cards' drivers hand packets to the stack without GRO (e100): then none passes it. */
const gro = 'napi_gro_receive_entry';

/** TCP merges and splits segments, so after GRO only bytes can be held against each other. */
const tcp: Rules = {
  driver_poll_exit: { packets: 'wire' },
  napi_gro_receive_entry: { packets: 'wire' },
  tcp_probe: { bytes: 'reader' },
  skb_copy_datagram_iovec: { bytes: 'reader' },
  copy_enter: { bytes: 'reader' },
};

function rulesFor(path: PathSpec): Rules {
  if (path.name === 'tcp') return tcp;
  // Taken before there is an skb, so that no boundary but the poll is met.
  if (takenInDriver(path)) return {};
  const { taker, attaches } = paths[path.name];
  const rules = taker === 'call' && attaches === 'tap' ? { ...beforeSocket, ...inReader } : beforeSocket;
  const place = 'sizedFilter' in path ? path.sizedFilter?.place : undefined;
  return { ...rules, ...(place === undefined ? {} : movedBy(place, rules)) };
}

/** A filter before the tap keeps packets from the boundaries behind it; one in the reader is behind them all. */
function movedBy(place: FilterPlace, rules: Rules): Rules {
  const pick = (packets: 'left' | 'held', names: readonly string[]): Rules =>
    Object.fromEntries(names.filter((name) => Object.hasOwn(rules, name)).map((name) => [name, { packets }]));
  if (place === 'xdp-native') return pick('left', [gro, 'netif_receive_skb', ...taps]);
  if (place === 'xdp-generic') return pick('left', taps);
  return place === 'user' ? pick('held', Object.keys(inReader)) : {};
}

/** The generic hook is in __netif_receive_skb_core, between the tracepoint and the taps. */
const taps = ['packet_rcv_enter', 'tpacket_rcv_enter', 'packet_rcv_spkt_enter'];

/** What every boundary of a probed trial counted wrongly, one sentence each; empty when all agree. */
export function boundaryMismatches(spec: TrialSpec, result: TrialResult): string[] {
  if (spec.probes === null || result.probes === null) return [];
  const counts = new Map(result.probes.boundaries.map((boundary) => [boundary.program, boundary]));
  const rules = rulesFor(spec.path);
  return spec.probes.programs.flatMap((program) => {
    // twins on the same function count under one name
    const name = program.replace(/_kprobe$/, '');
    const expected = Object.hasOwn(rules, name) ? rules[name] : undefined;
    if (expected === undefined) return [];
    const count = counts.get(name);
    if (count?.packets === 0 && name === gro && spec.receiver.irq !== 0) return [];
    if (count === undefined) return [`boundary ${program}: attached, but it reported no count`];
    return mismatch(count, expected, result);
  });
}

function expectedPackets(
  which: 'wire' | 'left' | 'reader' | 'held',
  { wirePackets, reader: { packets, filtered } }: TrialResult,
): number {
  return { wire: wirePackets, left: wirePackets - filtered, reader: packets, held: packets + filtered }[which];
}

function mismatch(count: BoundaryCount, expected: Expected, result: TrialResult): string[] {
  const [unit, seen, should] =
    'bytes' in expected
      ? (['bytes', count.bytes, result.reader.bytes] as const)
      : (['packets', count.packets, expectedPackets(expected.packets, result)] as const);
  if (seen === should) return [];
  return [`boundary ${count.program}: ${String(seen)} ${unit} counted, ${String(should)} passed`];
}
