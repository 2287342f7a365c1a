import { setTimeout as delay } from 'node:timers/promises';
import { failure } from '../../harness/errors.js';
import type { EndpointSpec } from '../../harness/executor/contract.js';
import { printedNumber } from '../../harness/generators/foreign.js';
import { defaultPathOptions, pathSpec } from '../../harness/paths/path-spec.js';
import type { ToolProcess } from '../tool-process.js';
import { driverCounter, hasPacketSocket, startAt } from './in-namespace.js';
import type { Receiving, Reference } from './reference.js';

const frameBytes = 64;
const { bufferBytes, blockBytes, blocks } = defaultPathOptions;
const kibibyte = 1024;

/** A capture is ready when its namespace has its socket; it counts for itself. */
async function capture(receiver: EndpointSpec, command: string[], captured: RegExp): Promise<Receiving> {
  const tool = await startAt(receiver, command);
  await tool.waitUntil(async () => tool.pid !== undefined && (await hasPacketSocket(tool.pid)));
  return {
    async stop() {
      await tool.interrupt();
      return printedNumber(command[0] ?? '', `${tool.stdout}${tool.stderr}`, captured);
    },
  };
}

/** Every receiver that Debian has for one of the paths. */
export const references: readonly Reference[] = [
  {
    name: 'tcpdump -w /dev/null',
    package: 'tcpdump',
    path: pathSpec('libpcap', frameBytes),
    method: 'af-xdp',
    note: 'tcpdump also writes each packet to /dev/null; pktpath also reads headers and checks sequence numbers',
    start: ({ interface: device, ...receiver }) =>
      capture(
        { interface: device, ...receiver },
        ['tcpdump', '-i', device, '-n', '-w', '/dev/null', '-B', String(bufferBytes / kibibyte)],
        /^(\d+) packets? captured$/m,
      ),
  },
  {
    name: 'netsniff-ng --silent',
    package: 'netsniff-ng',
    path: pathSpec('tpacket-v3', frameBytes),
    method: 'af-xdp',
    note: 'netsniff-ng only walks the ring; pktpath also reads headers and checks sequence numbers',
    start: ({ interface: device, ...receiver }) =>
      capture(
        { interface: device, ...receiver },
        [
          'netsniff-ng',
          ...['--in', device, '--silent', '--no-sock-mem', '--notouch-irq', '--no-promisc'],
          ...['--ring-size', `${String((blockBytes * blocks) / kibibyte)}KiB`],
        ],
        /^\s*(\d+)\s+packets passed filter$/m,
      ),
  },
  {
    name: 'xdp-bench drop',
    package: 'xdp-tools',
    path: pathSpec('xdp-count', frameBytes),
    method: 'live-redirect',
    note: 'xdp-bench counts and drops; pktpath also reads headers and checks sequence numbers',
    start: startXdpBench,
  },
];

/** xdp-bench prints rates; the driver counts what its program dropped. */
async function startXdpBench(receiver: EndpointSpec): Promise<Receiving> {
  const counter = 'rx_queue_0_xdp_drops';
  const before = await driverCounter(receiver, counter);
  const tool = await startAt(receiver, ['xdp-bench', 'drop', '--interval', '1', receiver.interface]);
  await tool.waitUntil(() => hasXdp(receiver, tool));
  return {
    async stop() {
      const dropped = (await driverCounter(receiver, counter)) - before;
      await tool.interrupt();
      if (dropped === 0) throw failure('xdp-bench dropped nothing', 'does it take this interface?');
      return dropped;
    },
  };
}

/** It says what it does once its program is attached. */
async function hasXdp(_receiver: EndpointSpec, tool: ToolProcess): Promise<boolean> {
  await delay(50);
  return tool.stdout.includes('Dropping packets');
}
