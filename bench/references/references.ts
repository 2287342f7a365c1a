import { setTimeout as delay } from 'node:timers/promises';
import { failure } from '../../harness/errors.js';
import type { GeneratorSpec } from '../../harness/executor/contract.js';
import { printedNumber, requireProgram } from '../../harness/generators/foreign.js';
import { iperf3, startIperf3Server } from '../../harness/generators/iperf3.js';
import { defaultPathOptions, pathSpec } from '../../harness/paths/path-spec.js';
import { unlessInterrupted } from '../../harness/run/interruption.js';
import type { Bed } from '../bed.js';
import { driverCounter, hasPacketSocket, runAt, startAt } from './in-namespace.js';
import type { Reference } from './reference.js';

const frameBytes = 64;
const { bufferBytes, blockBytes, blocks } = defaultPathOptions;
const kibibyte = 1024;
const port = 9000;
/** What is still in a ring when the sender has ended is taken within this. */
const settleMs = 200;

/** Sends, and waits until what was sent is taken. @returns for how long it sent, ns */
async function send({ testbed, executor, signal }: Bed, generator: GeneratorSpec): Promise<number> {
  const { receiver: to, sender } = testbed;
  const sent = await unlessInterrupted(signal, () => executor.handSend({ generator, sender, to, port, nice: -20 }));
  await delay(settleMs);
  return sent.generator.elapsedNs;
}

/** A capture is ready when its namespace has its socket; it counts for itself. */
function capture(command: (device: string) => string[], captured: RegExp): Reference['rate'] {
  return async (bed, generator) => {
    const { receiver } = bed.testbed;
    const [program = '', ...args] = command(receiver.interface);
    const tool = await startAt(receiver, [program, ...args]);
    await tool.waitUntil(async () => tool.pid !== undefined && (await hasPacketSocket(tool.pid)));
    const elapsedNs = await send(bed, generator);
    await tool.interrupt();
    return (printedNumber(program, `${tool.stdout}${tool.stderr}`, captured) * 1e9) / elapsedNs;
  };
}

/** xdp-bench prints rates; the driver counts what its program dropped. */
async function xdpBench(bed: Bed, generator: GeneratorSpec): Promise<number> {
  const { receiver } = bed.testbed;
  const counter = 'rx_queue_0_xdp_drops';
  const before = await driverCounter(receiver, counter);
  const tool = await startAt(receiver, ['xdp-bench', 'drop', '--interval', '1', receiver.interface]);
  await tool.waitUntil(() => tool.stdout.includes('Dropping packets'));
  const elapsedNs = await send(bed, generator);
  const dropped = (await driverCounter(receiver, counter)) - before;
  await tool.interrupt();
  if (dropped === 0) throw failure('xdp-bench dropped nothing', 'does it take this interface?');
  return (dropped * 1e9) / elapsedNs;
}

/** Both ends are iperf3's own: its server tells its client what came. */
async function iperf3Rate({ testbed }: Bed, { frameBytes: size, maxDurationNs }: GeneratorSpec): Promise<number> {
  await requireProgram('iperf3', 'iperf3');
  const { sender, receiver } = testbed;
  const server = await startIperf3Server(receiver);
  try {
    // more than it sends in the time, which is what ends it
    const unbounded = { sender, receiver, frameBytes: size, packets: 1e9, packetsPerSecond: null, folder: '' };
    const words = (await iperf3.command(unbounded)).filter((word) => word !== '--blockcount' && word !== '1000000000');
    const seconds = Math.max(1, Math.round(maxDurationNs / 1e9));
    const window = String(defaultPathOptions.receiveBufferBytes);
    const output = await runAt(sender, [...words, '--time', String(seconds), '--window', window]);
    const { sent, packetsPerSecond } = iperf3.figures(output);
    const lost = printedNumber('iperf3', output, /"lost_packets":\s*(\d+)(?![\s\S]*"lost_packets")/);
    return ((packetsPerSecond ?? 0) * (sent - lost)) / sent;
  } finally {
    await server.stop();
  }
}

const checks = 'pktpath also reads headers and checks sequence numbers';

/** Every receiver that Debian has for one of the paths; for AF_XDP it has none. */
export const references: readonly Reference[] = [
  {
    name: 'tcpdump -w /dev/null',
    path: pathSpec('libpcap', frameBytes),
    method: 'af-xdp',
    note: `tcpdump also writes each packet to /dev/null; ${checks}`,
    rate: capture(
      (device) => ['tcpdump', '-i', device, '-n', '-w', '/dev/null', '-B', String(bufferBytes / kibibyte)],
      /^(\d+) packets? captured$/m,
    ),
  },
  {
    name: 'netsniff-ng --silent',
    path: pathSpec('tpacket-v3', frameBytes),
    method: 'af-xdp',
    note: `netsniff-ng only walks the ring; ${checks}`,
    rate: capture(
      (device) => [
        'netsniff-ng',
        ...['--in', device, '--silent', '--no-sock-mem', '--notouch-irq', '--no-promisc'],
        ...['--ring-size', `${String((blockBytes * blocks) / kibibyte)}KiB`],
      ],
      /^\s*(\d+)\s+packets passed filter$/m,
    ),
  },
  {
    name: 'iperf3 --udp',
    path: pathSpec('udp', frameBytes),
    method: 'sendto',
    note: `both ends are iperf3's, whose sender reads the clock for each packet too; ${checks}`,
    rate: iperf3Rate,
  },
  {
    name: 'xdp-bench drop',
    path: pathSpec('xdp-count', frameBytes),
    method: 'live-redirect',
    note: `xdp-bench counts and drops; ${checks}`,
    rate: xdpBench,
  },
];
