import type { ReaderResult, TrialResult, TrialSpec } from '../executor/contract.js';
import { takenInDriver } from '../paths/paths.js';
import type { Ledger } from '../../reports/record.js';
import type { TestbedCounters } from '../testbed/testbed.js';

/** What each of the kernel's counters grew by. */
export function counterDifferences(before: TestbedCounters, after: TestbedCounters): TestbedCounters {
  const difference = { ...after };
  for (const name of Object.keys(after) as (keyof TestbedCounters)[]) difference[name] = after[name] - before[name];
  return difference;
}

/**
 * sent = delivered + dropped, each drop with the name of its layer. TCP sends again what the layers below drop, so its
 * ledger is of bytes, and has no drops.
 * @param grown differences of the kernel's counters around the trial
 */
export function ledgerOf(spec: TrialSpec, result: TrialResult, grown: TestbedCounters): Ledger {
  const { generator, reader } = result;
  if (spec.path.name === 'tcp' || spec.observed !== null) {
    const delivered = result.observed?.bytes ?? reader.bytes;
    return { unit: 'bytes', sent: generator.bytes, delivered, drops: {}, unexplained: generator.bytes - delivered };
  }
  const drops = {
    ...interfaceDrops(spec, reader, grown),
    ...reader.drops,
    ...(reader.filtered > 0 ? { filter: reader.filtered } : {}),
  };
  const dropped = Object.values(drops).reduce((sum, count) => sum + count, 0);
  const unexplained = generator.sent - reader.packets - dropped;
  return { unit: 'packets', sent: generator.sent, delivered: reader.packets, drops, unexplained };
}

/**
 * The drops that interfaces and the backlog tell of, each once, though the kernel tells of some in several places:
 * - A frame that veth_xdp_xmit() finds no room for is counted once (peer_tq_xdp_xmit_err), and veth_get_stats64() adds
 *   it to the sender's tx_dropped and to the receiver's rx_dropped; only redirected frames go that way.
 * - A packet that enqueue_to_backlog() refuses counts in softnet_stat and in the receiver's rx_dropped; where it comes
 *   from the sender's own call (netif_rx() in veth_xmit(), so without NAPI) also in the sender's tx_dropped.
 * - When an AF_XDP socket refuses a frame, xsk_rcv counts it in XDP_STATISTICS, and the driver that asked counts it again:
 *   veth_xdp_rcv_skb among its rx_drops. The socket says why, so it has it. Generic XDP counts at the socket alone.
 * - What a counting program has passed on is delivered. __netif_receive_skb_core counts it as dropped when no protocol
 *   wants it, which is so for 0x88b5. Another drop of such a trial stays unexplained, and makes it invalid.
 * - softnet_stat is of a CPU, whosever packets it refused. More than the receiver's interface has dropped were another's:
 *   no layer dropped less than nothing, so they stay unexplained, and the trial is invalid.
 */
function interfaceDrops(
  { path, generator, receiver }: TrialSpec,
  { drops }: ReaderResult,
  grown: TestbedCounters,
): Record<string, number> {
  const backlog = grown.softnetDropped;
  const inDriver = takenInDriver(path);
  const napi = receiver.napiTid !== 0 || inDriver;
  const ring = grown.senderTxDropped - (napi || generator.method === 'live-pass' ? 0 : backlog);
  const own = grown.receiverRxDropped - backlog - (generator.method === 'live-redirect' ? ring : 0);
  const refusedBySocket = Object.values(drops).reduce((sum, count) => sum + count, 0);
  const passes = 'action' in path && path.action === 'pass';
  return {
    'veth-ring': Math.max(0, ring),
    'softnet-backlog': backlog,
    'receiver-interface': passes ? 0 : Math.max(0, own - (path.name === 'af-xdp' && inDriver ? refusedBySocket : 0)),
  };
}

/** The ledgers of several trials of one cell, added up; null when there is none. */
export function addLedgers(ledgers: readonly Ledger[]): Ledger | null {
  const [first, ...rest] = ledgers;
  if (first === undefined) return null;
  const sum: Ledger = { ...first, drops: { ...first.drops } };
  for (const ledger of rest) {
    sum.sent += ledger.sent;
    sum.delivered += ledger.delivered;
    sum.unexplained += ledger.unexplained;
    for (const [layer, count] of Object.entries(ledger.drops)) sum.drops[layer] = (sum.drops[layer] ?? 0) + count;
  }
  return sum;
}
